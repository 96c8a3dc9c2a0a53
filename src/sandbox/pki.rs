//! The sandbox's own certificate authority and server certificate.
//!
//! Made anew at every start, held in memory only, valid for this machine alone (`localhost` and the loopback addresses). The dates
//! are fixed and wide, so that neither the world's clock nor a simulated one ever outlives them.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};

/// An authority to trust, and a server that it vouches for.
#[derive(Debug, Clone)]
pub struct Pki {
    /// The authority's certificate, for clients to trust.
    pub ca_pem: String,
    /// A server's certificate and key for `localhost`, `127.0.0.1` and `::1`, ready for use.
    pub server: Arc<ServerConfig>,
}

impl Pki {
    /// Makes both, with fresh keys.
    ///
    /// # Errors
    ///
    /// The cryptographic library refuses, which only a broken build would bring about.
    pub fn generate() -> Result<Self, PkiError> {
        let ca = CertifiedIssuer::self_signed(authority(), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = server()?.signed_by(&key, &ca)?;
        let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone(), ca.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            ca_pem: ca.pem(),
            server: Arc::new(config),
        })
    }
}

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// Making or signing a certificate failed.
    #[error("cannot make the sandbox's certificates")]
    Certificate(#[from] rcgen::Error),
    /// The server would not take it.
    #[error("cannot use the sandbox's certificates")]
    Server(#[from] rustls::Error),
}

fn authority() -> CertificateParams {
    let mut ca = CertificateParams::default();
    describe(&mut ca, "Sandbox authority (not for real use)");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    ca
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let mut leaf = CertificateParams::new(names)?;
    describe(&mut leaf, "localhost");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict verifiers (Python's since 3.13) want to be told whose signature to look for.
    leaf.use_authority_key_identifier_extension = true;
    Ok(leaf)
}

fn describe(certificate: &mut CertificateParams, name: &str) {
    certificate.distinguished_name = DistinguishedName::new();
    certificate
        .distinguished_name
        .push(DnType::CommonName, name);
    certificate.not_before = date_time_ymd(2000, 1, 1);
    certificate.not_after = date_time_ymd(2200, 1, 1);
}
