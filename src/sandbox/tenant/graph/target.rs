//! Which of Graph's resources a path means.

use url::form_urlencoded;
use uuid::Uuid;

use crate::sandbox::tenant::population::Collection;

/// What a path below `/v1.0/` or `/beta/` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `applications`
    List(Collection),
    /// `applications/$count`
    Count(Collection),
    /// `applications/{id}` or `applications(appId='{app id}')`
    Single(Collection, Key),
    /// … and `/owners` after it
    Owners(Collection, Key),
    /// `/beta/reports/appCredentialSignInActivities`
    SignInActivities,
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
        if let Some(path) = path.strip_prefix("/beta/") {
            return match path.trim_end_matches('/') {
                "reports/appCredentialSignInActivities" => Self::SignInActivities,
                other => Self::Unknown(split(other).0.to_owned()),
            };
        }
        let path = path.trim_start_matches("/v1.0/").trim_end_matches('/');
        let (first, rest) = split(path);
        let unknown = || Self::Unknown(first.to_owned());
        let (name, key) = match first.split_once("(appId='") {
            Some((name, quoted)) => match quoted.strip_suffix("')") {
                Some(app_id) => (name, Some(Key::app_id(app_id))),
                None => return unknown(),
            },
            None => (first, None),
        };
        let Some(of) = COLLECTIONS.into_iter().find(|of| segment(*of) == name) else {
            return unknown();
        };
        match (key, rest) {
            (Some(key), rest) => Self::part_of(of, key, rest),
            (None, None) => Self::List(of),
            (None, Some("$count")) => Self::Count(of),
            (None, Some(rest)) => {
                let (id, rest) = split(rest);
                Self::part_of(of, Key::id(id), rest)
            }
        }
    }

    fn part_of(of: Collection, key: Key, rest: Option<&str>) -> Self {
        match rest {
            None => Self::Single(of, key),
            Some("owners") => Self::Owners(of, key),
            Some(other) => Self::Unknown(other.to_owned()),
        }
    }

    /// The collection that it is about.
    pub(super) fn collection(&self) -> Collection {
        match self {
            Self::List(of) | Self::Count(of) | Self::Single(of, _) | Self::Owners(of, _) => *of,
            Self::SignInActivities | Self::Unknown(_) => Collection::Applications,
        }
    }

    /// The path with ids left out, for counting.
    pub(super) fn label(&self) -> &'static str {
        use Collection::{Applications, ServicePrincipals};
        match self {
            Self::List(Applications) => "/v1.0/applications",
            Self::Count(Applications) => "/v1.0/applications/$count",
            Self::Single(Applications, _) => "/v1.0/applications/{id}",
            Self::Owners(Applications, _) => "/v1.0/applications/{id}/owners",
            Self::List(ServicePrincipals) => "/v1.0/servicePrincipals",
            Self::Count(ServicePrincipals) => "/v1.0/servicePrincipals/$count",
            Self::Single(ServicePrincipals, _) => "/v1.0/servicePrincipals/{id}",
            Self::Owners(ServicePrincipals, _) => "/v1.0/servicePrincipals/{id}/owners",
            Self::SignInActivities => "/beta/reports/appCredentialSignInActivities",
            Self::Unknown(_) => "other",
        }
    }
}

const COLLECTIONS: [Collection; 2] = [Collection::Applications, Collection::ServicePrincipals];

/// A collection's name in a path.
pub(super) fn segment(of: Collection) -> &'static str {
    match of {
        Collection::Applications => "applications",
        Collection::ServicePrincipals => "servicePrincipals",
    }
}

impl Key {
    fn id(text: &str) -> Self {
        Uuid::try_parse(text).map_or_else(|_| Self::Unreadable(text.to_owned()), Self::Id)
    }

    fn app_id(text: &str) -> Self {
        Uuid::try_parse(text).map_or_else(|_| Self::Unreadable(text.to_owned()), Self::AppId)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_people_and_libraries_write_them() {
        let id = Uuid::from_u128(7);
        let apps = Collection::Applications;
        let principals = Collection::ServicePrincipals;
        for (path, target) in [
            ("/v1.0/applications", Target::List(apps)),
            ("/v1.0/applications/", Target::List(apps)),
            ("/v1.0/applications/$count", Target::Count(apps)),
            ("/v1.0/applications/%24count", Target::Count(apps)),
            (
                &format!("/v1.0/applications/{id}"),
                Target::Single(apps, Key::Id(id)),
            ),
            (
                &format!("/v1.0/applications/{id}/owners"),
                Target::Owners(apps, Key::Id(id)),
            ),
            (
                &format!("/v1.0/applications(appId='{id}')"),
                Target::Single(apps, Key::AppId(id)),
            ),
            (
                &format!("/v1.0/applications(appId=%27{id}%27)/owners"),
                Target::Owners(apps, Key::AppId(id)),
            ),
            (
                "/v1.0/applications/x",
                Target::Single(apps, Key::Unreadable("x".into())),
            ),
            ("/v1.0/servicePrincipals", Target::List(principals)),
            (
                &format!("/v1.0/servicePrincipals/{id}"),
                Target::Single(principals, Key::Id(id)),
            ),
            (
                "/v1.0/applications(appId='x",
                Target::Unknown("applications(appId='x".into()),
            ),
            (
                "/beta/reports/appCredentialSignInActivities",
                Target::SignInActivities,
            ),
            ("/beta/applications", Target::Unknown("applications".into())),
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
