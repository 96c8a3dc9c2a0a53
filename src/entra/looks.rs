//! What a person would notice on a secret by looking at it, before anybody is asked.
//!
//! Secrets that Entra makes are some forty characters: three (the *hint*), a digit, `Q~`, and 31 to 34 more of letters, digits and
//! `-._~`. Microsoft does not document it (the rule is that of gitleaks, github.com/gitleaks/gitleaks), and secrets from before 2021
//! look otherwise; so a wrong shape alone is never the last word, only what is surely something else.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::SecretString;
use url::form_urlencoded;
use uuid::Uuid;

/// The shortest and the longest secret of today's shape, in characters.
const SHAPE: std::ops::RangeInclusive<usize> = 37..=40;
/// Where `Q~` stands in it.
const MARK_AT: usize = 4;

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// There is nothing.
    Empty,
    /// A GUID.
    SecretId,
    /// What the portal shows in place of a value.
    Masked,
    /// A template that nobody filled in.
    Placeholder,
    /// Something else altogether; this is what.
    Foreign(&'static str),
    /// White space at an end, line breaks included.
    Blanks,
    /// Several lines.
    Lines,
    /// Quotation marks around it.
    Quoted,
    /// Percent-encoding.
    Percent,
    /// Base64 of a secret, as Kubernetes keeps it.
    Base64,
    /// The end is missing.
    CutShort,
    /// The beginning is missing.
    Beheaded,
    /// More than one secret.
    TooLong,
}

impl Look {
    /// The name in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::SecretId => "secret-id",
            Self::Masked => "masked",
            Self::Placeholder => "placeholder",
            Self::Foreign(_) => "something-else",
            Self::Blanks => "blanks",
            Self::Lines => "several-lines",
            Self::Quoted => "quoted",
            Self::Percent => "percent-encoded",
            Self::Base64 => "base64",
            Self::CutShort | Self::Beheaded => "cut-short",
            Self::TooLong => "too-long",
        }
    }

    /// What was noticed, and what is needed instead. Nothing of the secret is in it.
    pub(super) fn clause(self) -> String {
        let clause = match self {
            Self::Empty => "it is empty",
            Self::SecretId => {
                "it looks like a Secret ID (a GUID): what is needed is the Value, which is shown only once, when the secret is made"
            }
            Self::Masked => {
                "it is what the portal shows in place of a secret: what is needed is the Value, which is shown only once, when the secret is made"
            }
            Self::Placeholder => {
                "it is a placeholder that nothing has been put in the place of: look at the template or pipeline that should"
            }
            Self::Foreign(what) => return format!("it is {what}, not a secret of Entra's"),
            Self::Blanks => "it begins or ends with white space, which is sent as part of it",
            Self::Lines => "it has several lines; a secret is one",
            Self::Quoted => "it stands in quotation marks, which are sent as part of it",
            Self::Percent => "it holds a percent sign, as if it had been URL-encoded already",
            Self::Base64 => {
                "it is base64 of a secret, as Kubernetes keeps it: what is needed is what `base64 --decode` makes of it"
            }
            Self::CutShort => "it begins like a secret of Entra's, but its end is missing",
            Self::Beheaded => "it looks like a secret of Entra's whose beginning is missing",
            Self::TooLong => {
                "it begins like a secret of Entra's, but is longer than one: something stands behind it"
            }
        };
        clause.to_owned()
    }

    /// True when it cannot be a secret of Entra's. It should not even be sent there: it may be somebody else's key.
    pub(super) fn is_certain(self) -> bool {
        match self {
            Self::Empty | Self::SecretId | Self::Masked | Self::Placeholder | Self::Foreign(_) => {
                true
            }
            Self::Blanks
            | Self::Lines
            | Self::Quoted
            | Self::Percent
            | Self::Base64
            | Self::CutShort
            | Self::Beheaded
            | Self::TooLong => false,
        }
    }
}

/// The most telling thing about a secret, if there is any.
pub(super) fn look(secret: &str) -> Option<Look> {
    let trimmed = trim(secret);
    if trimmed.is_empty() {
        return Some(Look::Empty);
    }
    let bare = unquoted(trimmed).unwrap_or(trimmed);
    if Uuid::try_parse(bare).is_ok() && bare.contains('-') {
        return Some(Look::SecretId);
    }
    if bare.contains("***") || bare.contains("•••") || bare.chars().all(|c| "*•●".contains(c))
    {
        return Some(Look::Masked);
    }
    // the shape of today's secrets is rare enough that nothing else has it
    let shaped = mark(bare) == Some(MARK_AT) && SHAPE.contains(&bare.chars().count());
    if !shaped {
        if is_placeholder(bare) {
            return Some(Look::Placeholder);
        }
        if let Some(what) = foreign(bare) {
            return Some(Look::Foreign(what));
        }
    }
    if trimmed.contains(['\n', '\r']) {
        return Some(Look::Lines);
    }
    if trimmed != secret {
        return Some(Look::Blanks);
    }
    if unquoted(secret).is_some() {
        return Some(Look::Quoted);
    }
    if secret.contains('%') {
        return Some(Look::Percent);
    }
    if from_base64(secret).is_some() {
        return Some(Look::Base64);
    }
    match (mark(secret)?, secret.chars().count()) {
        (MARK_AT, length) if length < *SHAPE.start() => Some(Look::CutShort),
        (MARK_AT, length) if length > *SHAPE.end() => Some(Look::TooLong),
        (at, _) if at < MARK_AT => Some(Look::Beheaded),
        _ => None,
    }
}

/// The secret as it was probably meant: without what surrounds or disguises it. `None` when there is nothing to take off.
pub(super) fn mended(secret: &str) -> Option<SecretString> {
    let trimmed = trim(secret);
    let bare = unquoted(trimmed).map_or(trimmed, trim);
    let decoded = from_base64(bare);
    let plain = decoded.as_deref().map_or(bare, trim);
    let text = if plain.contains('%') {
        percent_decoded(plain)
    } else {
        plain.to_owned()
    };
    (!text.is_empty() && text != secret).then(|| text.into())
}

/// Without white space at the ends, and without the marks that some editors put at the beginning of a file.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{FEFF}' | '\u{200B}')
    })
}

/// What stands between quotation marks of one kind.
fn unquoted(text: &str) -> Option<&str> {
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
}

/// Where the `Q~` of today's secrets stands, after a digit.
fn mark(text: &str) -> Option<usize> {
    let at = text.find("Q~")?;
    let before = text.get(..at)?;
    before
        .ends_with(|c: char| c.is_ascii_digit())
        .then(|| before.chars().count())
}

/// Undoes percent-encoding, and nothing else that form-encoding does.
fn percent_decoded(text: &str) -> String {
    let only_percent = text
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    let decoded = form_urlencoded::parse(only_percent.as_bytes()).next();
    decoded.map_or_else(String::new, |(text, _)| text.into_owned())
}

/// What base64 hides, when that is shaped like a secret of today.
fn from_base64(text: &str) -> Option<String> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&STANDARD, config).decode(text).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    (mark(trim(&decoded)) == Some(MARK_AT)).then_some(decoded)
}

fn is_placeholder(text: &str) -> bool {
    let between = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    let lower = text.to_ascii_lowercase();
    between("${", "}")
        || between("$(", ")")
        || between("{{", "}}")
        || between("#{", "}#")
        || between("<", ">")
        || between("%", "%")
        || matches!(
            lower.as_str(),
            "changeme"
                | "change-me"
                | "change_me"
                | "secret"
                | "client_secret"
                | "client-secret"
                | "your-client-secret"
                | "your_client_secret"
                | "password"
                | "todo"
                | "null"
                | "none"
                | "undefined"
                | "xxx"
        )
}

/// Whose key it is, by its shape.
fn foreign(text: &str) -> Option<&'static str> {
    KEYS.iter().find(|(is, _)| is(text)).map(|&(_, what)| what)
}

type Test = fn(&str) -> bool;

/// Keys of other products that lie in the same drawers. The first that fits counts. What Entra itself made in former years must not
/// be among them: 44 characters of base64.
#[rustfmt::skip]
const KEYS: &[(Test, &str)] = &[
    (|t| t.starts_with("@Microsoft.KeyVault("), "a Key Vault reference that was not resolved"),
    (|t| t.starts_with('{') && t.ends_with('}'), "a whole JSON document (of which only the field `password` or `secretText` is the secret)"),
    (|t| t.starts_with("-----BEGIN "), "a key or certificate in PEM"),
    (|t| has(t, &["accountkey=", "sharedaccesskey=", "instrumentationkey=", "endpoint=sb://", "defaultendpointsprotocol="]), "a connection string"),
    (|t| has(t, &["server=", "data source="]) && has(t, &["password=", "pwd="]), "a database's connection string"),
    (|t| has(t, &["sig="]) && has(t, &["sv=", "se=", "sr="]), "a shared access signature (SAS)"),
    (|t| t.contains("://"), "a URL"),
    (is_jwt, "a token (JWT)"),
    (|t| starts(t, &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]), "a GitHub token"),
    (|t| starts(t, &["glpat-", "gldt-", "glrt-"]), "a GitLab token"),
    (|t| starts(t, &["xoxb-", "xoxp-", "xoxa-", "xapp-"]), "a Slack token"),
    (|t| starts(t, &["AKIA", "ASIA"]) && t.len() == 20, "an AWS access key"),
    (|t| starts(t, &["npm_", "pypi-", "dckr_pat_", "hvs.", "sk_live_", "sk-"]), "another service's token"),
    (|t| t.len() == 84 && t.contains("AZDO"), "an Azure DevOps token"),
    (|t| t.len() == 88 && t.ends_with("==") && is_base64(t), "a storage account's key"),
    (|t| t.len() == 40 && is_hex(t), "a certificate's thumbprint"),
    (|t| t.len() == 32 && is_hex(t), "an API key of 32 hexadecimal digits"),
    (|t| starts(t, &["client_secret=", "AZURE_CLIENT_SECRET=", "CLIENT_SECRET="]), "a whole line of settings, of which only what stands after `=` is the secret"),
];

fn starts(text: &str, beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .any(|beginning| text.starts_with(beginning))
}

fn has(text: &str, parts: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    parts.iter().any(|part| lower.contains(part))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}

fn is_jwt(text: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const REAL: &str = "abc8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH";

    #[test]
    fn what_entra_makes_or_made_looks_right() {
        let longer = format!("{REAL}a").len();
        assert_eq!(longer, 41);
        for fine in [
            REAL,
            "~.b8Q~defghijklmnopqrstuvwxyz_.-ABCDE",
            "9b2/kR+7Yt0mPq1sXv4ZcN8dLfGhJ3wE5uAoBiTyV6M=",
            "P@ssw0rd with a blank inside",
            "3f0c6a537a7a4a4f9a5e2f5d3c1b0a9",
        ] {
            assert_eq!(look(fine), None, "{fine}");
            assert!(mended(fine).is_none(), "{fine}");
        }
    }

    #[test]
    fn what_is_something_else_is_told_and_never_sent() {
        let storage = format!("{}==", "aB3/".repeat(21) + "aB");
        for (value, name) in [
            ("", "empty"),
            (" \n", "empty"),
            ("3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99", "secret-id"),
            ("{3F0C6A53-7A7A-4A4F-9A5E-2F5D3C1B0A99}\n", "secret-id"),
            ("\"3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99\"", "secret-id"),
            ("abc******************", "masked"),
            ("●●●●●●", "masked"),
            ("${CLIENT_SECRET}", "placeholder"),
            ("$(client-secret)", "placeholder"),
            ("<your secret>", "placeholder"),
            ("changeme", "placeholder"),
            (
                "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s/)",
                "something-else",
            ),
            ("{\"appId\": \"x\", \"password\": \"y\"}", "something-else"),
            (
                "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
                "something-else",
            ),
            ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "something-else"),
            ("xoxb-1-2-abc", "something-else"),
            (&storage, "something-else"),
            (
                "sv=2022-11-02&ss=b&srt=sco&sp=r&se=2027-01-01&sig=abc%3D",
                "something-else",
            ),
            (
                "https://s.blob.core.windows.net/c?sv=2022-11-02&sig=abc%3D",
                "something-else",
            ),
            (
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b==",
                "something-else",
            ),
            (
                "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey=k=",
                "something-else",
            ),
            (
                "Server=db;Database=d;User Id=u;Password=p",
                "something-else",
            ),
            ("postgres://user:word@host/db", "something-else"),
            (
                "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n",
                "something-else",
            ),
            ("DA20FCA696C4F83E8A9AED59BE33368ED421F3C1", "something-else"),
            ("AZURE_CLIENT_SECRET=abc8Q~def", "something-else"),
        ] {
            let look = look(value).unwrap_or_else(|| panic!("{value} looks fine"));
            assert_eq!(look.name(), name, "{value}");
            assert!(look.is_certain(), "{value}");
        }
    }

    #[test]
    fn what_can_be_mended_is_told_and_mended() {
        let base64 = "YWJjOFF+ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpfLi1BQkNERUZHSA==";
        for (value, name) in [
            (format!("{REAL}\n"), "blanks"),
            (format!("\u{feff}{REAL}"), "blanks"),
            (format!(" {REAL}\r\n"), "blanks"),
            (format!("\"{REAL}\""), "quoted"),
            (format!("'{REAL}'"), "quoted"),
            (REAL.replace('~', "%7E"), "percent-encoded"),
            (base64.to_owned(), "base64"),
            (base64.trim_end_matches('=').to_owned(), "base64"),
        ] {
            let look = look(&value).unwrap();
            assert_eq!((look.name(), look.is_certain()), (name, false), "{value}");
            let mended = mended(&value).unwrap();
            assert_eq!(mended.expose_secret(), REAL, "{value}");
        }
    }

    #[test]
    fn a_wrong_length_is_told() {
        for (value, name) in [
            ("abc8Q~defghijkl", "cut-short"),
            ("c8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH", "cut-short"),
            ("abc8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGHIJKL", "too-long"),
            (
                "abc8Q~defghijklm\nnopqrstuvwxyz_.-ABCDEFGH",
                "several-lines",
            ),
        ] {
            let look = look(value).unwrap();
            assert_eq!((look.name(), look.is_certain()), (name, false), "{value}");
        }
    }

    #[test]
    fn nothing_of_a_secret_is_in_what_is_said() {
        for value in [
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "abc8Q~defghijkl",
        ] {
            let clause = look(value).unwrap().clause();
            assert!(!clause.contains(&value[..5]), "{clause}");
        }
    }
}
