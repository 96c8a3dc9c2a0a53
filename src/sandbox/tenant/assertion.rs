//! Client assertions: JWTs that stand in for a secret, judged as Entra judges them.
//!
//! Either the client signed it with the key of a certificate that is registered
//! (<https://learn.microsoft.com/entra/identity-platform/certificate-credentials>), or it is a token of somebody who vouches for the
//! client, and here that is the sandbox itself ([`federated_token`]).

use aws_lc_rs::{
    digest,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use super::{bearer, identity};

/// For whom a token has to be that vouches for a client.
const EXCHANGE: &str = "api://AzureADTokenExchange";
/// Who vouches.
const ISSUER: &str = "https://cluster.sandbox.example/";
/// For whom.
const SUBJECT: &str = "system:serviceaccount:forewarn:forewarn";
/// Seconds for which a service account's token is valid.
const FEDERATED_LIFE: i64 = 3_600;
/// Seconds by which clocks may differ.
const CLOCK_TOLERANCE: f64 = 300.0;

/// A certificate whose key the client may sign with.
pub(super) struct Registered {
    /// Its `customKeyIdentifier`: the SHA-1 in base64.
    pub(super) identifier: String,
    /// Without padding, as in `x5t#S256`.
    thumbprint: String,
    /// The same by SHA-1, as in `x5t`.
    thumbprint_sha1: String,
    /// The public key, as `RSAPublicKey`.
    key: Vec<u8>,
}

impl Registered {
    /// Reads the first certificate in a text; nothing if there is none, or none with an RSA key.
    pub(super) fn read(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).ok()?;
        let hash = |algorithm| URL_SAFE_NO_PAD.encode(digest::digest(algorithm, &der));
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        Some(Self {
            identifier: STANDARD.encode(sha1),
            thumbprint: hash(&digest::SHA256),
            thumbprint_sha1: hash(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            key: rsa_key(&der)?.to_vec(),
        })
    }

    /// Does the header name this certificate, and did its key sign?
    fn vouches(&self, header: &Header, signed: &[u8], signature: &[u8]) -> bool {
        // MSAL pads what RFC 7515 wants without padding, and Entra takes it
        let is = |given: &str, own: &str| given.trim_end_matches('=') == own;
        let named = match (&header.sha256, &header.sha1) {
            (Some(sha256), _) => is(sha256, &self.thumbprint),
            (None, Some(sha1)) => is(sha1, &self.thumbprint_sha1),
            (None, None) => false,
        };
        let algorithm = match header.alg.as_str() {
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        let key = UnparsedPublicKey::new(algorithm, &self.key);
        named && key.verify(signed, signature).is_ok()
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(rename = "x5t#S256")]
    sha256: Option<String>,
    #[serde(rename = "x5t")]
    sha1: Option<String>,
}

/// Its times may have fractions (RFC 7519, section 2), and those of MSAL do.
#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    #[serde(default)]
    nbf: f64,
    exp: f64,
}

/// Whoever asks, and when.
pub(super) struct Asked<'a> {
    /// The token endpoint as the client reached it.
    pub(super) endpoint: String,
    pub(super) client_id: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// Is the client who it says it is? If not, the AADSTS code of the refusal.
pub(super) fn judge(
    assertion: &str,
    registered: Option<&Registered>,
    asked: &Asked<'_>,
) -> Result<(), u32> {
    const MALFORMED: u32 = 50_027;
    let (signed, signature) = assertion.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, claims) = signed.split_once('.').ok_or(MALFORMED)?;
    let header: Header = part(header).ok_or(MALFORMED)?;
    let claims: Claims = part(claims).ok_or(MALFORMED)?;
    if claims.aud == EXCHANGE {
        return judge_federated(assertion, &claims, asked);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| MALFORMED)?;
    let vouches = |one: &Registered| one.vouches(&header, signed.as_bytes(), &signature);
    if !registered.is_some_and(vouches) {
        return Err(700_027);
    }
    if claims.aud != asked.endpoint {
        return Err(50_027);
    }
    let is_own = |id: &str| id.eq_ignore_ascii_case(asked.client_id);
    if !is_own(&claims.iss) || !is_own(&claims.sub) {
        return Err(700_021);
    }
    in_time(&claims, asked.now)
}

fn judge_federated(token: &str, claims: &Claims, asked: &Asked<'_>) -> Result<(), u32> {
    if claims.iss != ISSUER || !bearer::is_ours(token) {
        return Err(700_211);
    }
    if claims.sub != SUBJECT {
        return Err(700_213);
    }
    in_time(claims, asked.now)
}

fn in_time(claims: &Claims, now: DateTime<Utc>) -> Result<(), u32> {
    let now = std::time::Duration::from_secs(now.timestamp().unsigned_abs()).as_secs_f64();
    let valid = claims.nbf - CLOCK_TOLERANCE..claims.exp + CLOCK_TOLERANCE;
    valid.contains(&now).then_some(()).ok_or(700_024)
}

/// A token as Kubernetes projects it into a pod, by which the client may sign in.
pub(super) fn federated_token(now: DateTime<Utc>) -> String {
    bearer::seal(&json!({
        "aud": EXCHANGE,
        "iss": ISSUER,
        "sub": SUBJECT,
        "nbf": now.timestamp(),
        "exp": now.timestamp() + FEDERATED_LIFE,
        "client_id": identity::CLIENT_ID,
    }))
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// The RSA key in a certificate (RFC 5280, section 4.1): the seventh field of what is signed, or the sixth in version 1.
fn rsa_key(certificate: &[u8]) -> Option<&[u8]> {
    const VERSION: u8 = 0xa0;
    const BITS: u8 = 0x03;
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    // number, algorithm, issuer, validity, subject
    for _ in 0..5 {
        fields = element(fields)?.2;
    }
    let (_, key, _) = element(fields)?;
    let (_, algorithm, rest) = element(key)?;
    // rsaEncryption
    let is_rsa = element(algorithm)?.1 == [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let (kind, bits, _) = element(rest)?;
    // a string of whole bytes says that it leaves no bits unused
    bits.strip_prefix(&[0]).filter(|_| is_rsa && kind == BITS)
}

/// The kind and content of the first element of some DER, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = length.iter().try_fold(0_usize, |sum, byte| {
            sum.checked_mul(256)?.checked_add(usize::from(*byte))
        })?;
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}
