//! What is read as a certificate with its key, and what is not.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair};

use super::{OURS, Pair};
use crate::{
    domain::{
        SecretSource, Secrets,
        secret::{SecretError, SecretString},
    },
    entra::signin::{
        certificate::{CertificateError, load},
        pbes2,
    },
};

/// A file with this text, or with bytes that are none.
struct Kept(Option<String>);

impl Secrets for Kept {
    fn read(&self, _: &SecretSource) -> Result<SecretString, SecretError> {
        let binary = || SecretError::File {
            path: "contoso.pem".into(),
            source: std::io::ErrorKind::InvalidData.into(),
        };
        self.0.clone().map(SecretString::from).ok_or_else(binary)
    }
}

fn thumbprint(text: &str) -> Result<Vec<u8>, CertificateError> {
    let source = SecretSource::File("contoso.pem".into());
    let signer = load(&Kept(Some(text.to_owned())), &source, None)?;
    Ok(signer.thumbprint().to_vec())
}

#[test]
fn the_certificate_is_the_one_of_the_key_in_any_order() {
    let (ours, other) = (&*OURS, Pair::make());
    let der = pem::parse(&ours.certificate).unwrap().into_contents();
    let expected = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
    let remarks = "Bag Attributes\n    localKeyID: 01 00\nsubject=CN = x\n";
    for text in [
        ours.both(),
        format!("{}{}", ours.key, ours.certificate),
        format!("{}{}{}", other.certificate, ours.certificate, ours.key),
        format!("{remarks}{}\n\n{remarks}{}", ours.certificate, ours.key),
        ours.both().replace('\n', "\r\n"),
    ] {
        assert_eq!(thumbprint(&text).unwrap(), expected.as_ref(), "{text}");
    }
}

#[test]
fn what_cannot_sign_says_why() {
    let ours = &*OURS;
    let curve = KeyPair::generate().unwrap();
    let of_curve = CertificateParams::default()
        .self_signed(&curve)
        .unwrap()
        .pem();
    let relabelled = |label: &str| ours.both().replace(" PRIVATE KEY", label);
    let headers = "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0102\n\n";
    let legacy = ours.key.replacen("PRIVATE KEY-----\n", headers, 1);
    let legacy = legacy.replace("END PRIVATE", "END RSA PRIVATE");
    let cases = [
        ("nothing", "\n".to_owned()),
        ("PFX in base64", STANDARD.encode([0x30, 0x82, 0x09, 0x01])),
        ("no key", ours.certificate.clone()),
        ("no certificate", ours.key.clone()),
        (
            "another's key",
            format!("{}{}", Pair::make().certificate, ours.key),
        ),
        ("a curve", format!("{of_curve}{}", curve.serialize_pem())),
        (
            "a curve, as OpenSSL wrote it",
            relabelled(" EC PRIVATE KEY"),
        ),
        (
            "encrypted, without a password",
            relabelled(" ENCRYPTED PRIVATE KEY"),
        ),
        (
            "encrypted in the old way",
            format!("{}{legacy}", ours.certificate),
        ),
        ("a mislabelled key", relabelled(" RSA PRIVATE KEY")),
        (
            "a cut key",
            format!(
                "{}-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n",
                ours.certificate
            ),
        ),
    ];
    let mut said = String::new();
    for (case, text) in cases {
        let error = thumbprint(&text).unwrap_err();
        writeln!(said, "{case}: {error}").unwrap();
    }
    let error = load(&Kept(None), &SecretSource::File("x".into()), None).err();
    writeln!(said, "binary: {}", error.unwrap()).unwrap();
    insta::assert_snapshot!(said);
}

/// Keys of a curve, so that they are short: `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 |
/// openssl pkcs8 -topk8 -v2 CIPHER -v2prf DIGEST -iter 1000`, of OpenSSL 3.0.
const ENCRYPTED: [&str; 3] = [
    "MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAjwL5ir8fxqXwICA+gwHQYJYIZIAWUDBAECBBBddpsh2/D0PtZAgvsTI22kBIGQVJSm/w3DT8bS4h2eMfYU+keLLNZX/IDCSfvZSnBwU7ua1YlZhDmpp3PIy8YEZNPmI1tVAYY4PSiGwFHgCBJ7BKh33+GgiBT29qv0Qimse6Es+YKjk80gKvRgpzlZ+ics5vSloPuYaayQIBCQOpUZLxqcRUVfIYTLlX0jBCUXUiYEC6Lo0PjHHf4gRbd8PN0o",
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgelZRS+F7sOwICA+gwDAYIKoZIhvcNAgsFADAdBglghkgBZQMEARYEEHvplYf861dT1Nr9k5XptqwEgZDabPlzg3GYFIJcXPkA9dgmQ0JXZrfYvNqip9Ru5nl7QOb4S0YLlQ6MLHW+ZE3X6ZWHMVvcdI1233epWr8fWGF0oPu2IDSLs79xWvp+bChwTtfC/Mjmy/uQDVm2BVStT2VIupWVXCxL8OWr8FI+zr4hgcu8oswsDki+m9ZA+g6RNGXqdulAQLzkQGAXQxt9h7k=",
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgNvIvM0GnqYAICA+gwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOJLmqN21Gnq3p1x8I3Wm7AEgZBZ2HoQ4NhhxjKB/rsoVIUkTxhemy846PiplUcTQNUv5zuObbqed9LqFCLwEblSnNuOK0cuZEmxlVXTD7bGSmTbLd35S26S1piAHq+yN0KE4fXGYsoM7IZHaNSim/u0OlwX6ysIaKxlS9hnKI/mh51i2r+aAQyz2sdxShhwOjOEfpwdGHtkTy6qtq3gjVgX/s0=",
];
/// The same with scrypt, which we do not know.
const SCRYPT: &str = "MIHjME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAiUUJkb/nGGygIBEAIBCAIBATAdBglghkgBZQMEASoEELjg2q/SZpFenpIDYe544O8EgZAfDbTSkP6giphpXpHJ7ZVrPT/j6UV3JVqMnvQMqHEV2AmQNPs+E4Aca6SQujWQsfkjmkOMvFYUNdIQYLxFvA3zxlMvuR118UVdAOGgwXVipzBLYnp+KXw5RAIGtW2WRCmxXz7vdHG45B9To9RQhq5a1yYQM34JNKb+DEkoml78aPCahZXdXh2FZ2EfOl0q7kE=";

#[test]
fn encrypted_keys_are_opened_by_their_password_alone() {
    let decrypt = |sealed: &[u8], password: &str| pbes2::decrypt(sealed, &password.into());
    for sealed in ENCRYPTED {
        let sealed = STANDARD.decode(sealed).unwrap();
        let key = decrypt(&sealed, "p@ss wörd").unwrap();
        KeyPair::from_pkcs8_der_and_sign_algo(
            &rustls::pki_types::PrivatePkcs8KeyDer::from(key.as_slice()),
            &rcgen::PKCS_ECDSA_P256_SHA256,
        )
        .unwrap();
        for wrong in ["", "p@ss word", "p@ss wörd "] {
            let error = decrypt(&sealed, wrong).unwrap_err();
            assert!(matches!(error, CertificateError::WrongPassword), "{error}");
        }
        for cut in 0..sealed.len() {
            assert!(decrypt(&sealed[..cut], "p@ss wörd").is_err(), "{cut}");
        }
    }
    let error = decrypt(&STANDARD.decode(SCRYPT).unwrap(), "x").unwrap_err();
    assert!(matches!(error, CertificateError::UnknownCipher), "{error}");
}
