//! What the inventory remembers, in the shape in which a scan sees it, so that it can be judged and told alike.

use super::Inventory;
use crate::domain::{App, Credential, ObjectType};

impl Inventory {
    /// The credential, without what is not remembered of it.
    pub fn credential(&self) -> Credential {
        Credential {
            id: self.key.credential_id.clone(),
            kind: self.key.kind,
            name: self.name.as_deref().map(Into::into),
            hint: self.hint.as_deref().map(Into::into),
            starts_at: self.starts_at,
            expires: self.expires,
            thumbprint: None,
            active: None,
        }
    }

    /// Its app with these credentials and without tags. What kind of object it is, is not remembered either.
    pub fn app(
        &self,
        object_type: ObjectType,
        credentials: impl IntoIterator<Item = Credential>,
    ) -> App {
        App {
            object_type,
            object_id: self.key.object_id.clone(),
            app_id: self.app_id.clone(),
            name: self.app_name.as_str().into(),
            tags: Box::default(),
            credentials: credentials.into_iter().collect(),
        }
    }
}
