//! Each way to sign in, against servers and programs that answer from a script.

#[cfg(unix)]
mod azure_cli;
mod certificate;
mod client;
mod managed;

use std::sync::LazyLock;

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

/// An RSA key and a certificate of it, as PEM. Made once: it takes a while.
struct Pair {
    certificate: String,
    key: String,
}

impl Pair {
    fn make() -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        Self {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    fn both(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }
}

static OURS: LazyLock<Pair> = LazyLock::new(Pair::make);
