//! Rows of a page → domain values. Nothing here can fail: what is odd costs a warning and as little else as possible.

use std::{borrow::Cow, collections::HashSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Datelike, Utc};
use compact_str::CompactString;

use super::{
    config::TenantConfig,
    excerpt::excerpt,
    lenient::{self, Object, Text},
    list::List,
    page::{AppRow, CredentialRow, FederatedRow},
    principal, saml,
};
use crate::domain::{
    App, Credential, Expiry, Id, Kind, ObjectType, Thumbprint,
    known::CredentialKey,
    matcher::{Matcher, Subject},
    snapshot::Warning,
};

/// Graph allows 256 characters in an app's name; a mail or a page must survive more.
const NAME_MAX: usize = 1_000;
/// A key id is a GUID; anything beyond this length is not an id but a mistake.
const ID_MAX: usize = 100;
/// What Graph tells of a secret's value. More would be more than we want to hold.
const HINT_MAX: usize = 3;
/// So many credentials are compared one by one.
const FEW: usize = 8;

/// The app of one row without the credentials that the configuration leaves out; `None` when it has no id at all, and for a
/// service principal that is left out or carries no credential. Appends what was odd to `warnings`, and what the configuration leaves
/// out to `left_out`.
pub(super) fn app(
    mut row: AppRow<'_>,
    list: List,
    config: &TenantConfig,
    warnings: &mut Vec<Warning>,
    left_out: &mut Vec<CredentialKey>,
) -> Option<App> {
    // most service principals end here: a tenant holds hundreds of thousands that are only counted
    if list == List::ServicePrincipals && principal::is_left_out(&row, config) {
        return None;
    }
    let (object_id, app_id) = match (known_id(&row.id), known_id(&row.app_id)) {
        (Some(object_id), Some(app_id)) => (object_id, app_id),
        (None, None) => {
            warn(
                warnings,
                "",
                format!(
                    "an app named {:?} has neither id nor appId; it is left out",
                    excerpt(row.name.filled().unwrap_or_default(), 60)
                ),
            );
            return None;
        }
        (None, Some(app_id)) => {
            let message = format!("app {app_id} has no id; its appId is taken for it");
            warn(warnings, "", message);
            (app_id.clone(), app_id)
        }
        (Some(object_id), None) => {
            let message = "the app has no appId; its id is taken for it".to_owned();
            warn(warnings, &object_id.to_string(), message);
            (object_id.clone(), object_id)
        }
    };
    let mut odd = Oddities {
        object_id: &object_id,
        warnings,
    };
    if row.name == Text::Odd {
        odd.note("displayName is not a text; the app is shown without a name");
    }
    let tags = tags(row.tags, &mut odd);
    let signing = match list {
        List::Applications => lenient::List::default(),
        List::ServicePrincipals => saml::fold(&mut row.passwords, &mut row.keys),
    };
    let mut credentials = Vec::with_capacity(
        row.passwords.items.len()
            + row.keys.items.len()
            + signing.items.len()
            + row.federated.items.len(),
    );
    read_all(
        row.passwords,
        Kind::ClientSecret,
        &mut credentials,
        &mut odd,
    );
    read_all(row.keys, Kind::Certificate, &mut credentials, &mut odd);
    read_all(signing, Kind::SamlCertificate, &mut credentials, &mut odd);
    saml::mark_active(&mut credentials, &row.signs_with);
    read_federated(row.federated, &mut credentials, &mut odd);
    keep_first_of_each(&mut credentials);

    let mut app = App {
        object_type: match list {
            List::Applications => ObjectType::Application,
            List::ServicePrincipals => principal::object_type(&row.principal_type),
        },
        object_id,
        app_id,
        name: row.name.into_filled().map(name).unwrap_or_default(),
        tags,
        credentials: Box::default(),
    };
    leave_out(&mut credentials, &app, config, left_out);
    app.credentials = credentials.into_boxed_slice();
    let is_kept = list == List::Applications || !app.credentials.is_empty();
    is_kept.then_some(app)
}

/// Collects the warnings of one app.
struct Oddities<'a> {
    object_id: &'a Id,
    warnings: &'a mut Vec<Warning>,
}

impl Oddities<'_> {
    fn note(&mut self, message: impl Into<String>) {
        warn(self.warnings, &self.object_id.to_string(), message.into());
    }
}

fn warn(warnings: &mut Vec<Warning>, object_id: &str, message: String) {
    warnings.push(Warning {
        object_id: object_id.to_owned(),
        message,
    });
}

fn known_id(text: &Text<'_>) -> Option<Id> {
    text.filled()
        .filter(|text| text.len() <= ID_MAX)
        .map(Id::parse)
}

fn tags(row: lenient::List<Text<'_>>, odd: &mut Oddities<'_>) -> Box<[CompactString]> {
    if row.odd || row.items.contains(&Text::Odd) {
        odd.note("tags is not a list of texts; what is no text is left out");
    }
    let texts = row.items.into_iter().filter_map(Text::into_filled);
    texts.map(name).collect()
}

fn read_all(
    rows: lenient::List<Object<CredentialRow<'_>>>,
    kind: Kind,
    credentials: &mut Vec<Credential>,
    odd: &mut Oddities<'_>,
) {
    if rows.odd {
        odd.note(format!("the list of {kind}s is not a list; none was read"));
    }
    for row in rows.items {
        match row {
            Object::Is(row) => credentials.extend(credential(row, kind, odd)),
            Object::Odd => odd.note(format!("a {kind} is not an object; it is left out")),
        }
    }
}

fn read_federated(
    rows: lenient::List<Object<FederatedRow<'_>>>,
    credentials: &mut Vec<Credential>,
    odd: &mut Oddities<'_>,
) {
    if rows.odd {
        odd.note("the list of federated credentials is not a list; none was read");
    }
    for row in rows.items {
        let row = match row {
            Object::Is(row) => row,
            Object::Odd => FederatedRow::default(),
        };
        let Some(id) = known_id(&row.id) else {
            odd.note("a federated credential has no usable id; it is left out");
            continue;
        };
        credentials.push(Credential {
            id,
            kind: Kind::Federated,
            name: row.name.into_filled().map(name),
            hint: None,
            starts_at: None,
            expires: Expiry::Never,
            thumbprint: None,
            active: None,
        });
    }
}

/// One credential; `None` when its end cannot be read, for then nothing can be promised about it.
fn credential(row: CredentialRow<'_>, kind: Kind, odd: &mut Oddities<'_>) -> Option<Credential> {
    let shown = || excerpt(row.key_id.filled().unwrap_or("without a key id"), 40);
    let ends_at = match instant(&row.end) {
        Ok(ends_at) => ends_at,
        Err(why) => {
            odd.note(format!(
                "{kind} {}: endDateTime {why}; the credential is left out and not watched",
                shown()
            ));
            return None;
        }
    };
    let starts_at = instant(&row.start).unwrap_or_else(|why| {
        odd.note(format!(
            "{kind} {}: startDateTime {why}; it counts as unknown",
            shown()
        ));
        None
    });
    if row.name == Text::Odd || row.hint == Text::Odd {
        odd.note(format!(
            "{kind} {}: displayName or hint is not a text; it is left out",
            shown()
        ));
    }
    let id = known_id(&row.key_id).unwrap_or_else(|| {
        odd.note(format!(
            "{kind} that ends {}: no usable keyId; one was made up from its dates",
            date_or(ends_at, "never")
        ));
        made_up_id(kind, starts_at, ends_at)
    });
    let own_name = row.name.into_filled().map(name);
    Some(Credential {
        id,
        kind,
        name: own_name.or_else(|| old_name(kind, &row.custom_id)),
        hint: row.hint.filled().map(|hint| cut(hint, HINT_MAX).into()),
        starts_at,
        expires: Expiry::new(ends_at),
        thumbprint: match kind {
            Kind::ClientSecret => None,
            _ => row.custom_id.filled().and_then(thumbprint),
        },
        active: None,
    })
}

/// A date as Graph writes it: RFC 3339 in UTC with up to seven digits of a second; other forms of RFC 3339 are read too.
fn instant(text: &Text<'_>) -> Result<Option<DateTime<Utc>>, String> {
    let text = match text {
        Text::Missing => return Ok(None),
        Text::Odd => return Err("is not a text".to_owned()),
        Text::Is(text) => text,
    };
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .ok()
        .filter(|at| at.year() > 0) // there is no year 0 but in zeroed memory
        .map(Some)
        .ok_or_else(|| format!("{:?} is not a date", excerpt(text, 40)))
}

/// The same for the same dates in every scan, so that the credential is one credential.
fn made_up_id(kind: Kind, starts: Option<DateTime<Utc>>, ends: Option<DateTime<Utc>>) -> Id {
    let (starts, ends) = (date_or(starts, "unknown"), date_or(ends, "never"));
    Id::Other(format!("no-key-id/{kind}/{starts}/{ends}").into())
}

fn date_or(at: Option<DateTime<Utc>>, otherwise: &str) -> String {
    at.map_or_else(
        || otherwise.to_owned(),
        |at| at.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string(),
    )
}

/// A certificate's thumbprint in the shapes that are met: 40 hex digits, or base64 of its 20 bytes. The digits come first, for
/// they are valid base64 too. Whatever else old tools put there says nothing.
pub(super) fn thumbprint(text: &str) -> Option<Thumbprint> {
    Thumbprint::from_hex(text).or_else(|| Thumbprint::from_bytes(&STANDARD.decode(text).ok()?))
}

/// The name of a secret that was made by an old tool: those wrote it to `customKeyIdentifier`, as base64 of UTF-8 or
/// UTF-16LE, and left `displayName` null. On a certificate that field is a thumbprint.
fn old_name(kind: Kind, custom_id: &Text<'_>) -> Option<CompactString> {
    let bytes = match kind {
        Kind::ClientSecret => STANDARD.decode(custom_id.filled()?).ok()?,
        Kind::Certificate | Kind::SamlCertificate | Kind::Federated => return None,
    };
    let wide = bytes.len() >= 2 && bytes.chunks(2).all(|pair| matches!(pair, [_, 0]));
    let text = if wide {
        bytes.iter().step_by(2).copied().map(char::from).collect()
    } else {
        String::from_utf8(bytes).ok()?
    };
    let readable = !text.is_empty() && !text.chars().any(char::is_control);
    readable.then(|| name(text.into()))
}

/// A name as it came, however hostile, but not endless.
fn name(text: Cow<'_, str>) -> CompactString {
    if text.len() > NAME_MAX {
        return cut(&text, NAME_MAX).into();
    }
    text.into()
}

/// The first `max` characters.
fn cut(text: &str, max: usize) -> &str {
    text.char_indices()
        .nth(max)
        .map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

/// A credential that is listed twice in an app (a certificate for signing and for verifying, say) is one.
fn keep_first_of_each(credentials: &mut Vec<Credential>) {
    // nearly every app has but a few, no two alike, and that is seen sooner than a set is made
    if credentials.len() <= FEW && all_differ(credentials) {
        return;
    }
    let mut seen = HashSet::with_capacity(credentials.len());
    let is_first: Vec<bool> = credentials
        .iter()
        .map(|credential| seen.insert((credential.kind, &credential.id)))
        .collect();
    let mut is_first = is_first.into_iter();
    credentials.retain(|_| is_first.next().unwrap_or(true));
}

fn all_differ(credentials: &[Credential]) -> bool {
    let Some((first, rest)) = credentials.split_first() else {
        return true;
    };
    let like_first = |other: &Credential| other.kind == first.kind && other.id == first.id;
    !rest.iter().any(like_first) && all_differ(rest)
}

fn leave_out(
    credentials: &mut Vec<Credential>,
    app: &App,
    config: &TenantConfig,
    left_out: &mut Vec<CredentialKey>,
) {
    if config.ignore.is_empty() {
        return;
    }
    credentials.retain(|credential| {
        let subject = Subject {
            tenant: &config.name,
            app,
            credential,
            severity: None,
            owners: &[],
        };
        let matches = |matcher: &Matcher| matcher.matches(&subject);
        let is_kept = !config.ignore.iter().any(matches);
        if !is_kept {
            left_out.push(CredentialKey::new(app, credential));
        }
        is_kept
    });
}
