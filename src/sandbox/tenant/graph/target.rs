//! Which of Graph's resources a path means.

use url::form_urlencoded;
use uuid::Uuid;

/// What a path below `/v1.0/` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `applications`
    Applications,
    /// `applications/$count`
    Count,
    /// `applications/{id}` or `applications(appId='{app id}')`
    Application(Key),
    /// … and `/owners` after it
    Owners(Key),
    /// Anything else, by its first segment that is not known.
    Unknown(String),
}

/// How a path names an app.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// By its object id.
    Id(Uuid),
    /// By its client id.
    AppId(Uuid),
    /// By something that is no id.
    Unreadable(String),
}

impl Target {
    pub(super) fn of(path: &str) -> Self {
        let path = unescape(path);
        let path = path.trim_start_matches("/v1.0/").trim_end_matches('/');
        match split(path) {
            ("applications", None) => Self::Applications,
            ("applications", Some("$count")) => Self::Count,
            ("applications", Some(rest)) => {
                let (id, rest) = split(rest);
                let key =
                    Uuid::try_parse(id).map_or_else(|_| Key::Unreadable(id.to_owned()), Key::Id);
                Self::part_of(key, rest)
            }
            (first, rest) => match app_id(first) {
                Some(key) => Self::part_of(key, rest),
                None => Self::Unknown(first.to_owned()),
            },
        }
    }

    fn part_of(key: Key, rest: Option<&str>) -> Self {
        match rest {
            None => Self::Application(key),
            Some("owners") => Self::Owners(key),
            Some(other) => Self::Unknown(other.to_owned()),
        }
    }

    /// The path with ids left out, for counting.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Applications => "/v1.0/applications",
            Self::Count => "/v1.0/applications/$count",
            Self::Application(_) => "/v1.0/applications/{id}",
            Self::Owners(_) => "/v1.0/applications/{id}/owners",
            Self::Unknown(_) => "other",
        }
    }
}

/// The first segment, and what comes after it.
fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// Undoes percent encoding. (Paths of ours hold no `=`, `&` or `+` beside `appId='…'`, which form decoding would misread.)
fn unescape(path: &str) -> String {
    let escaped = path
        .replace('=', "%3D")
        .replace('&', "%26")
        .replace('+', "%2B");
    let decoded = form_urlencoded::parse(escaped.as_bytes()).next();
    decoded.map_or_else(String::new, |(path, _)| path.into_owned())
}

/// `applications(appId='…')`
fn app_id(segment: &str) -> Option<Key> {
    let quoted = segment
        .strip_prefix("applications(appId='")?
        .strip_suffix("')")?;
    Some(Uuid::try_parse(quoted).map_or_else(|_| Key::Unreadable(quoted.to_owned()), Key::AppId))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_people_and_libraries_write_them() {
        let id = Uuid::from_u128(7);
        for (path, target) in [
            ("/v1.0/applications", Target::Applications),
            ("/v1.0/applications/", Target::Applications),
            ("/v1.0/applications/$count", Target::Count),
            ("/v1.0/applications/%24count", Target::Count),
            (
                &format!("/v1.0/applications/{id}"),
                Target::Application(Key::Id(id)),
            ),
            (
                &format!("/v1.0/applications/{id}/owners"),
                Target::Owners(Key::Id(id)),
            ),
            (
                &format!("/v1.0/applications(appId='{id}')"),
                Target::Application(Key::AppId(id)),
            ),
            (
                &format!("/v1.0/applications(appId=%27{id}%27)/owners"),
                Target::Owners(Key::AppId(id)),
            ),
            (
                "/v1.0/applications/x",
                Target::Application(Key::Unreadable("x".into())),
            ),
            ("/v1.0/users", Target::Unknown("users".into())),
            (
                &format!("/v1.0/applications/{id}/what"),
                Target::Unknown("what".into()),
            ),
        ] {
            assert_eq!(Target::of(path), target, "{path}");
        }
    }
}
