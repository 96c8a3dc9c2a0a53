//! The labels of an item's facts.

pub(in crate::render) const WORKING_DAY: &str = "Last working day before";
pub(in crate::render) const BEGAN: &str = "Valid since";
pub(in crate::render) const TENANT: &str = "Tenant";
pub(in crate::render) const APP_ID: &str = "Application ID";
pub(in crate::render) const SECRET_ID: &str = "Secret ID";
pub(in crate::render) const CERTIFICATE_ID: &str = "Certificate ID";
pub(in crate::render) const CREDENTIAL_ID: &str = "Credential ID";
pub(in crate::render) const THUMBPRINT: &str = "Thumbprint";
pub(in crate::render) const HINT: &str = "Value starts with";
pub(in crate::render) const OWNERS: &str = "Owners";
pub(in crate::render) const USED_BY: &str = "Used by";
pub(in crate::render) const LAST_USED: &str = "Last used";
