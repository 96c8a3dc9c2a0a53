//! What a rule applies to.

use super::{App, Credential, Kind, Severity, facts::Owner, glob::Glob};

/// The keys of a `match` table: all that are given must hold; each is a list of which any may hold; an empty list
/// was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matcher {
    /// The tenant's name.
    pub tenant: Vec<Glob>,
    /// The app's display name.
    pub app: Vec<Glob>,
    /// The application (client) id.
    pub app_id: Vec<Glob>,
    /// Any of the app's tags.
    pub tag: Vec<Glob>,
    /// Any of the app's owners.
    pub owner: Vec<Glob>,
    /// The credential's name.
    pub credential: Vec<Glob>,
    /// What kind of credential.
    pub kind: Vec<Kind>,
    /// How urgent.
    pub severity: Vec<Severity>,
}

/// What a matcher looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// The app.
    pub app: &'a App,
    /// One of its credentials.
    pub credential: &'a Credential,
    /// How urgent, where that is known: policies and `ignore` are asked before it is.
    pub severity: Option<Severity>,
    /// The app's owners as far as they are known.
    pub owners: &'a [Owner],
}

impl Matcher {
    /// True when nothing was given, so that everything matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Do all the given keys hold?
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        any(&self.tenant, subject.tenant)
            && any(&self.app, &subject.app.name)
            && (self.app_id.is_empty() || any(&self.app_id, &subject.app.app_id.to_string()))
            && any_of(&self.tag, subject.app.tags.iter())
            && any_of(&self.owner, subject.owners.iter().flat_map(Owner::texts))
            && any(
                &self.credential,
                subject.credential.name.as_deref().unwrap_or_default(),
            )
            && (self.kind.is_empty() || self.kind.contains(&subject.credential.kind))
            && (self.severity.is_empty()
                || subject.severity.is_some_and(|s| self.severity.contains(&s)))
    }
}

fn any(globs: &[Glob], text: &str) -> bool {
    any_of(globs, [text].into_iter())
}

fn any_of(globs: &[Glob], texts: impl Iterator<Item = impl AsRef<str>>) -> bool {
    if globs.is_empty() {
        return true;
    }
    texts
        .into_iter()
        .any(|text| globs.iter().any(|glob| glob.matches(text.as_ref())))
}
