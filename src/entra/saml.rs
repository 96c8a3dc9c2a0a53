//! SAML signing certificates: three objects in Graph, one thing that expires.
//!
//! A certificate is a key that signs (its private part), a key that verifies (its public part) and a password (of the private
//! part's file) whose key id is the signing key's. All three share `customKeyIdentifier`, the thumbprint
//! (learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate).

use super::{
    decode::thumbprint,
    lenient::{List, Object, Text},
    page::CredentialRow,
};
use crate::domain::{Credential, Kind, Thumbprint};

type Rows<'a> = List<Object<CredentialRow<'a>>>;

/// Takes the parts of SAML signing certificates out of a service principal's lists; gives the signing keys, one a certificate.
pub(super) fn fold<'a>(passwords: &mut Rows<'a>, keys: &mut Rows<'a>) -> Rows<'a> {
    let is_signing = |row: &mut Object<CredentialRow<'a>>| matches!(row, Object::Is(row) if is_usage(row, "Sign"));
    let mut signing = List {
        items: keys.items.extract_if(.., is_signing).collect(),
        odd: false,
    };
    if signing.items.is_empty() {
        return signing;
    }
    drop_repeated(&mut signing.items);
    let is_part = |row: &CredentialRow<'_>,
                   of: fn(&CredentialRow<'_>, &CredentialRow<'_>) -> bool| {
        signing
            .items
            .iter()
            .any(|signing| matches!(signing, Object::Is(signing) if of(row, signing)))
    };
    keys.items.retain(|row| !matches!(row, Object::Is(row) if is_usage(row, "Verify") && is_part(row, is_same_certificate)));
    passwords
        .items
        .retain(|row| !matches!(row, Object::Is(row) if is_part(row, is_its_password)));
    signing
}

/// Marks the certificate that Entra signs with, and the others as idle, where it can be told.
pub(super) fn mark_active(credentials: &mut [Credential], signs_with: &Text<'_>) {
    let Some(active) = signs_with.filled().and_then(pasted) else {
        return;
    };
    let is_active = |of: &Credential| {
        of.kind == Kind::SamlCertificate && of.thumbprint.as_ref() == Some(&active)
    };
    if !credentials.iter().any(is_active) {
        return;
    }
    for credential in credentials
        .iter_mut()
        .filter(|of| of.kind == Kind::SamlCertificate)
    {
        credential.active = credential
            .thumbprint
            .as_ref()
            .map(|thumbprint| *thumbprint == active);
    }
}

/// A thumbprint that a person or a script has set: beside the shapes that Graph writes, with the blanks, colons and invisible
/// characters of the window that it was copied from.
fn pasted(text: &str) -> Option<Thumbprint> {
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    Thumbprint::from_hex(&bare).or_else(|| thumbprint(text))
}

fn is_usage(row: &CredentialRow<'_>, usage: &str) -> bool {
    (row.usage.filled()).is_some_and(|text| text.eq_ignore_ascii_case(usage))
}

fn drop_repeated(signing: &mut Vec<Object<CredentialRow<'_>>>) {
    signing.dedup_by(|later, first| {
        matches!((later, first), (Object::Is(later), Object::Is(first))
            if later.custom_id.filled().is_some() && is_same_certificate(later, first))
    });
}

/// By the thumbprint; where one of them lacks it, by the dates, which are the same to the ten-millionth of a second.
fn is_same_certificate(one: &CredentialRow<'_>, other: &CredentialRow<'_>) -> bool {
    match (one.custom_id.filled(), other.custom_id.filled()) {
        (Some(one), Some(other)) => is_same_id(one, other),
        _ => one.end.filled().is_some() && one.end == other.end && one.start == other.start,
    }
}

fn is_its_password(password: &CredentialRow<'_>, signing: &CredentialRow<'_>) -> bool {
    let shares = |one: &Text<'_>, other: &Text<'_>| matches!((one.filled(), other.filled()), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other));
    let same_id = |one: &Text<'_>, other: &Text<'_>| matches!((one.filled(), other.filled()), (Some(one), Some(other)) if is_same_id(one, other));
    shares(&password.key_id, &signing.key_id) || same_id(&password.custom_id, &signing.custom_id)
}

/// One thumbprint may stand in several shapes beside each other; any other text is compared as it is.
fn is_same_id(one: &str, other: &str) -> bool {
    one == other || thumbprint(one).is_some_and(|one| thumbprint(other) == Some(one))
}
