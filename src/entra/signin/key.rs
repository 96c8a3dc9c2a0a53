//! A private key in each of the wrappings that PEM knows.

use aws_lc_rs::{error::KeyRejected, signature::RsaKeyPair};

use super::{certificate::CertificateError, pbes2};
use crate::domain::secret::SecretString;

/// The RSA key behind a PEM label. `is_encrypted` when the label's headers say so, as OpenSSL did before PKCS #8.
pub(super) fn rsa(
    label: &str,
    is_encrypted: bool,
    der: &[u8],
    password: Option<&SecretString>,
) -> Result<RsaKeyPair, CertificateError> {
    if is_encrypted {
        return Err(CertificateError::UnknownCipher);
    }
    match label {
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(der).map_err(|error| rejected(&error)),
        "PRIVATE KEY" => pkcs8(der),
        "ENCRYPTED PRIVATE KEY" => {
            let password = password.ok_or(CertificateError::Encrypted)?;
            pkcs8(&pbes2::decrypt(der, password)?)
        }
        "EC PRIVATE KEY" => Err(CertificateError::NotRsa),
        _ => Err(CertificateError::BadKey("not an RSA key")),
    }
}

fn pkcs8(der: &[u8]) -> Result<RsaKeyPair, CertificateError> {
    RsaKeyPair::from_pkcs8(der).map_err(|error| rejected(&error))
}

fn rejected(error: &KeyRejected) -> CertificateError {
    match error.description_() {
        "WrongAlgorithm" => CertificateError::NotRsa,
        why => CertificateError::BadKey(why),
    }
}
