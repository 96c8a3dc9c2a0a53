//! What a person would notice on a secret by looking at it, before anybody is asked.
//!
//! Secrets that Entra makes are some forty characters: three (the *hint*), a digit, `Q~`, and 31 to 34 more of letters, digits and
//! `-._~`. Microsoft does not document it (the rule is that of gitleaks, github.com/gitleaks/gitleaks), and secrets from before 2021
//! look otherwise; so a wrong shape alone is never the last word, only what is surely something else.

mod foreign;
#[cfg(test)]
mod tests;

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::SecretString;
use url::form_urlencoded;
use uuid::Uuid;

use self::foreign::{foreign, is_placeholder};

/// The shortest and the longest secret of today's shape, in characters.
const SHAPE: std::ops::RangeInclusive<usize> = 37..=40;
/// Where `Q~` stands in it.
const MARK_AT: usize = 4;

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::entra) enum Look {
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
    pub(in crate::entra) fn name(self) -> &'static str {
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
    pub(in crate::entra) fn clause(self) -> String {
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
    pub(in crate::entra) fn is_certain(self) -> bool {
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
pub(in crate::entra) fn look(secret: &str) -> Option<Look> {
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
pub(in crate::entra) fn mended(secret: &str) -> Option<SecretString> {
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
