//! What a certificate says of itself (RFC 5280): its thumbprints, and when it is valid.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use chrono::{DateTime, NaiveDateTime, Utc};
use secrecy::ExposeSecret as _;

use super::{
    certificate::{CertificateError, Signer},
    der::{Der, GENERALIZED_TIME, INTEGER, NUMBER_0, SEQUENCE, UTC_TIME},
};
use crate::domain::{Thumbprint, secret::SecretString};

/// A certificate whose private key we hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::entra) struct Certificate {
    /// By SHA-1, as the portal shows it.
    pub(in crate::entra) thumbprint: Option<Thumbprint>,
    /// By SHA-256, as an assertion names it; 64 hex digits.
    pub(in crate::entra) sha256: String,
    /// From when and until when; `None` when that cannot be read.
    pub(in crate::entra) validity: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Certificate {
    /// Reads a PEM text with a certificate and its private key, which has to be fit to sign with.
    pub(in crate::entra) fn inspect(
        pem: &SecretString,
        password: Option<&SecretString>,
    ) -> Result<Self, CertificateError> {
        let signer = Signer::read(pem.expose_secret(), password)?;
        Ok(Self::of(signer.certificate()))
    }

    fn of(der: &[u8]) -> Self {
        let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, der);
        let sha256 = digest(&SHA256, der);
        let hex: Vec<String> = sha256.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        Self {
            thumbprint: Thumbprint::from_bytes(sha1.as_ref()),
            sha256: hex.concat(),
            validity: validity(der),
        }
    }
}

/// The fifth part of what is signed; an optional version stands before the serial number, the algorithm and the issuer.
fn validity(der: &[u8]) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let mut certificate = Der::new(Der::new(der).take(SEQUENCE)?);
    let mut signed = Der::new(certificate.take(SEQUENCE)?);
    let _version = signed.take(NUMBER_0);
    let _serial = signed.take(INTEGER)?;
    let _algorithm = signed.take(SEQUENCE)?;
    let _issuer = signed.take(SEQUENCE)?;
    let mut validity = Der::new(signed.take(SEQUENCE)?);
    Some((time(&mut validity)?, time(&mut validity)?))
}

/// A time to the second in UTC; one with a year of two digits lies between 1950 and 2049 (RFC 5280, section 4.1.2.5).
fn time(der: &mut Der<'_>) -> Option<DateTime<Utc>> {
    let text = match der.take(UTC_TIME) {
        Some(short) => {
            let short = str::from_utf8(short).ok()?;
            let century = if short.get(..2)?.parse::<u8>().ok()? < 50 {
                "20"
            } else {
                "19"
            };
            format!("{century}{short}")
        }
        None => str::from_utf8(der.take(GENERALIZED_TIME)?).ok()?.to_owned(),
    };
    let time = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn its_dates_are_read_on_both_sides_of_the_middle_of_the_century() {
        let key = KeyPair::generate().unwrap();
        for (from, until) in [(1999, 2049), (2026, 2051), (1951, 9999)] {
            let mut params = CertificateParams::default();
            params.not_before = date_time_ymd(from, 2, 3);
            params.not_after = date_time_ymd(until, 12, 31);
            let der = params.self_signed(&key).unwrap();
            let (starts, ends) = Certificate::of(der.der()).validity.unwrap();
            assert_eq!(starts.to_string(), format!("{from}-02-03 00:00:00 UTC"));
            assert_eq!(ends.to_string(), format!("{until}-12-31 00:00:00 UTC"));
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_dates_and_is_no_panic() {
        let key = KeyPair::generate().unwrap();
        let der = CertificateParams::default().self_signed(&key).unwrap();
        let der: &[u8] = der.der();
        // the dates are in the first hundred bytes or so
        for length in 0..60 {
            assert_eq!(validity(&der[..length]), None, "{length}");
        }
        for at in 0..200 {
            let mut odd = der.to_vec();
            odd[at] ^= 0xff;
            let _ = validity(&odd);
        }
    }

    #[test]
    fn its_thumbprints_are_digests_of_the_whole() {
        // those of the two bytes 0x30 0x00, by `printf '\x30\x00' | sha1sum`, and sha256sum
        let certificate = Certificate::of(&[0x30, 0x00]);
        let sha1 = certificate.thumbprint.unwrap().to_string();
        assert_eq!(sha1, "F944DCD635F9801F7AC90A407FBC479964DEC024");
        assert_eq!(
            certificate.sha256,
            "E4F60D0AA6D7F3D3B6A6494B1C861B99F649C6F9EC51ABAF201B20F297327C95"
        );
    }
}
