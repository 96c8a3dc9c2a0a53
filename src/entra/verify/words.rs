//! The sentences of an answer. Short: they are read at night.

use chrono::{DateTime, TimeDelta, Utc};

use super::Listed;
use crate::{
    domain::{App, Credential, Kind, clean::clean},
    entra::looks::Look,
};

/// The longest name that is shown, in characters.
const NAME: usize = 60;
/// So many of an app's secrets are named.
const NAMED: usize = 5;

/// What to do about a look.
pub(super) fn mend(look: Look) -> String {
    match look {
        Look::Blanks => {
            "take the white space off where the value is kept; `echo` adds a newline, `printf %s` does not"
        }
        Look::Lines => "keep the value as one line, and nothing else with it",
        Look::Quoted => "take the quotation marks off where the value is kept",
        Look::Percent => {
            "keep the plain value: encoding it is the work of the program that sends it"
        }
        Look::Base64 => {
            "decode it before use: `kubectl get secret` shows base64, a mounted file or variable is plain"
        }
        Look::CutShort | Look::Beheaded => {
            "copy the value again, whole; look for `$`, `#` or quotes that a shell or a pipeline took away"
        }
        Look::TooLong => "keep the value alone, without what stands behind it",
        Look::Empty | Look::SecretId | Look::Masked | Look::Placeholder | Look::Foreign(_) => {
            return look_where_it_comes_from();
        }
    }
    .to_owned()
}

pub(super) fn look_where_it_comes_from() -> String {
    "look at where the value comes from, and put the secret's Value there".to_owned()
}

pub(super) fn look_for_the_value() -> String {
    "look for the Value where it was put when the secret was made (vault, pipeline, password manager): Entra does not show it again"
        .to_owned()
}

pub(super) fn make_a_new_one(client_id: &str) -> String {
    format!(
        "if the Value is lost, make a new secret: `az ad app credential reset --id {client_id} --append`"
    )
}

pub(super) fn renew(client_id: &str) -> String {
    format!(
        "make a new secret: `az ad app credential reset --id {client_id} --append` (without --append the app's other secrets are deleted)"
    )
}

pub(super) fn compare(client_id: &str) -> String {
    format!(
        "compare its first three characters with those of the app's secrets: `az ad app credential list --id {client_id}` shows them as \
         `hint`"
    )
}

pub(super) fn name_a_tenant() -> String {
    "When it runs out is for Graph to say: name a tenant of the configuration with --tenant to learn it.".to_owned()
}

pub(super) fn is_the_id_of(listed: &Listed, other_app: Option<&App>) -> String {
    let whose = match other_app {
        None => "this app".to_owned(),
        Some(app) => format!(
            "another app, {} (client id {})",
            quoted(&app.name),
            app.app_id
        ),
    };
    format!(
        "It is the ID of the {} {} of {whose}, which {}.",
        kind(listed.kind),
        name_of(listed),
        end(listed)
    )
}

pub(super) fn is_the_id_of_app(app: &App) -> String {
    format!(
        "It is the client id or object id of the app {} itself.",
        quoted(&app.name)
    )
}

pub(super) fn most_likely(listed: &Listed, app: &App, alike: usize) -> String {
    let others = match alike {
        0 | 1 => String::new(),
        _ => format!(" ({alike} of the app's secrets begin alike)"),
    };
    format!(
        "By its first three characters it is most likely the secret {} (Secret ID {}) of {}, which {}{others}.",
        name_of(listed),
        listed.credential_id,
        quoted(&app.name),
        end(listed)
    )
}

pub(super) fn has_newer(newer: &Listed) -> String {
    format!(
        "The app has a newer {}: {} ({} {}), which {}.",
        kind(newer.kind),
        name_of(newer),
        match newer.kind {
            Kind::ClientSecret => "Secret ID",
            Kind::Certificate | Kind::SamlCertificate | Kind::Federated => "key id",
        },
        newer.credential_id,
        end(newer)
    )
}

pub(super) fn begins_like_none(secrets: &[&Credential], now: DateTime<Utc>) -> String {
    let named = first_of(secrets, |secret| {
        let listed = Listed::of(secret, now);
        let hint = secret.hint.as_deref().map_or_else(
            || "has no hint".to_owned(),
            |hint| format!("begins with `{}`", clean(hint, 3)),
        );
        format!("{} {hint} and {}", name_of(&listed), end(&listed))
    });
    format!("None of the secrets that Graph lists for the app is certain to be it: {named}.")
}

/// The first of them in words, and how many more there are.
pub(super) fn first_of(all: &[&Credential], words: impl Fn(&Credential) -> String) -> String {
    let named: Vec<String> = all.iter().take(NAMED).map(|one| words(one)).collect();
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("{}{more}", named.join("; "))
}

/// How long ago, for somebody who just did it.
pub(super) fn age(age: TimeDelta) -> String {
    match age.num_seconds() {
        ..90 => format!("{} seconds", age.num_seconds().max(1)),
        _ => format!("{} minutes", age.num_minutes()),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::ClientSecret => "secret",
        Kind::Certificate => "certificate",
        Kind::SamlCertificate => "SAML certificate",
        Kind::Federated => "federated credential",
    }
}

pub(super) fn name_of(listed: &Listed) -> String {
    listed
        .credential_name
        .as_deref()
        .map_or_else(|| "without a name".to_owned(), quoted)
}

/// A name from outside.
pub(super) fn quoted(name: &str) -> String {
    match clean(name, NAME) {
        name if name.is_empty() => "without a name".to_owned(),
        name => format!("\"{name}\""),
    }
}

pub(super) fn end(listed: &Listed) -> String {
    let (Some(end), Some(days)) = (listed.expires_at, listed.days_left) else {
        return "never runs out".to_owned();
    };
    let day = end.format("%a %d %b %Y");
    match days {
        ..-1 => format!("ran out on {day}, {} days ago", -days),
        -1 => format!("ran out on {day}, less than a day ago"),
        0 => format!("runs out on {day}, in less than a day"),
        1 => format!("runs out on {day}, in 1 day"),
        _ => format!("runs out on {day}, in {days} days"),
    }
}
