//! Our certificate and its private key, read from PEM.
//!
//! The parts may stand in any order and among others (`openssl pkcs12` writes the issuers too, and remarks): the certificate is
//! the one that holds the key's public half.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{KeyPair as _, RsaKeyPair},
};
use secrecy::{ExposeSecret, zeroize::Zeroizing};

use super::key::rsa;
use crate::domain::{
    SecretSource, Secrets,
    secret::{SecretError, SecretString},
};

/// Why there is nothing to sign with. Says what to do, and nothing of the key.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be read at all.
    #[error("{}", crate::entra::answer::with_causes(.0))]
    Unreadable(SecretError),
    /// There is something else in it, in all likelihood PKCS #12.
    #[error(
        "this is no PEM; if it is PFX (PKCS #12), convert it: `openssl pkcs12 -in FILE.pfx -nodes -out FILE.pem`"
    )]
    NotPem,
    /// Only the key.
    #[error("there is no certificate in it; put it in beside its private key")]
    NoCertificate,
    /// Only the certificate.
    #[error("there is no private key in it; put it in beside its certificate")]
    NoKey,
    /// An elliptic curve.
    #[error(
        "its key is of an elliptic curve, but Entra takes RSA alone; make a certificate with an RSA key of 2048 bits or more"
    )]
    NotRsa,
    /// A key that signs too weakly, or is broken.
    #[error(
        "its private key is not accepted ({0}); make a certificate with an RSA key of 2048 bits or more"
    )]
    BadKey(&'static str),
    /// The library would not sign.
    #[error(
        "its private key cannot sign (PS256); make a certificate with an RSA key of 2048 bits or more"
    )]
    CannotSign,
    /// The key is of another certificate.
    #[error("its private key belongs to none of the certificates in it")]
    Mismatch,
    /// Encrypted, and we have no password.
    #[error("its private key is encrypted; give `certificate_password`")]
    Encrypted,
    /// The password does not open it.
    #[error("`certificate_password` does not decrypt its private key")]
    WrongPassword,
    /// Encrypted as we cannot undo.
    #[error(
        "its private key is encrypted in an old or rare way; convert it: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW`, and put the certificate behind it"
    )]
    UnknownCipher,
}

/// A certificate, its key and its thumbprint.
pub(super) struct Signer {
    key: RsaKeyPair,
    certificate: Zeroizing<Vec<u8>>,
    thumbprint: [u8; 32],
}

impl Signer {
    pub(super) fn key(&self) -> &RsaKeyPair {
        &self.key
    }

    /// As DER.
    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The SHA-256 of the certificate.
    pub(super) fn thumbprint(&self) -> &[u8] {
        &self.thumbprint
    }

    /// Reads the text of a file.
    pub(super) fn read(
        text: &str,
        password: Option<&SecretString>,
    ) -> Result<Self, CertificateError> {
        let parts = pem::parse_many(text).map_err(|_| CertificateError::NotPem)?;
        if parts.is_empty() {
            return Err(CertificateError::NotPem);
        }
        let (mut certificates, mut key) = (Vec::new(), None);
        for part in parts {
            let is_encrypted = part.headers().get("DEK-Info").is_some();
            let tag = part.tag().to_owned();
            let der = Zeroizing::new(part.into_contents());
            if tag == "CERTIFICATE" {
                certificates.push(der);
            } else if tag.ends_with("PRIVATE KEY") && key.is_none() {
                key = Some(rsa(&tag, is_encrypted, &der, password)?);
            }
        }
        if certificates.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        let key = key.ok_or(CertificateError::NoKey)?;
        let public = key.public_key().as_ref();
        let holds_it = |der: &Zeroizing<Vec<u8>>| der.windows(public.len()).any(|w| w == public);
        let own = certificates.iter().position(holds_it);
        let certificate = certificates.swap_remove(own.ok_or(CertificateError::Mismatch)?);
        let hash = digest(&SHA256, &certificate);
        let thumbprint = hash.as_ref().try_into();
        Ok(Self {
            thumbprint: thumbprint.map_err(|_| CertificateError::CannotSign)?,
            certificate,
            key,
        })
    }
}

/// Reads our certificate from where it is kept.
pub(super) fn load(
    secrets: &dyn Secrets,
    source: &SecretSource,
    password: Option<&SecretString>,
) -> Result<Signer, CertificateError> {
    let text = secrets.read(source).map_err(|error| match &error {
        // no text at all
        SecretError::File { source, .. } if source.kind() == std::io::ErrorKind::InvalidData => {
            CertificateError::NotPem
        }
        _ => CertificateError::Unreadable(error),
    })?;
    Signer::read(text.expose_secret(), password)
}
