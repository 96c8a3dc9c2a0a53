//! The words of what came and went, and of what owners are told in person.

use crate::domain::row::Section;

pub(in crate::render) const CAME: &str = "A credential that nobody knows of is also how an intruder stays: make sure that somebody knows each new one.";
pub(in crate::render) const WENT: &str = "What still signs in with a removed credential fails.";
pub(in crate::render) const LOST: &str =
    "Nobody can renew in time what belongs to nobody: give each app an owner.";
/// What has come or gone.
pub(in crate::render) fn title_changed(section: Option<Section>) -> &'static str {
    match section {
        Some(Section::Removed) => "Removed",
        Some(Section::OwnerLost) => "Owner lost",
        _ => "New",
    }
}

/// `In tenant contoso: 2 new credentials, 1 removed credential. …`
pub(in crate::render) fn intro_changed(counts: &[(Section, usize)], tenant: &str) -> String {
    let count = |(section, count): &(Section, usize)| match (section, count) {
        (Section::Removed, count) => format!("{count} removed {}", credential_or_more(*count)),
        (Section::OwnerLost, 1) => "1 app that lost its last owner".to_owned(),
        (Section::OwnerLost, count) => format!("{count} apps that lost their last owner"),
        (_, count) => format!("{count} new {}", credential_or_more(*count)),
    };
    let counts: Vec<String> = counts.iter().map(count).collect();
    format!(
        "In tenant {tenant}: {}. This is about what changed, not about what runs out.",
        counts.join(", ")
    )
}

fn credential_or_more(count: usize) -> &'static str {
    if count == 1 {
        "credential"
    } else {
        "credentials"
    }
}

/// `For ada@contoso.com, who owns these apps. …`
pub(in crate::render) fn intro_owner(address: &str, apps: usize) -> String {
    let apps = if apps == 1 { "this app" } else { "these apps" };
    format!("For {address}, who owns {apps}. Whoever else gets this: that mailbox did not take it.")
}

/// `Owner lost: warehouse, and 2 more`
pub(in crate::render) fn title_owner_lost(app: &str, more: usize) -> String {
    let what = title_changed(Some(Section::OwnerLost));
    match more {
        0 => format!("{what}: {app}"),
        more => format!("{what}: {app}, and {more} more"),
    }
}

/// A remark as a sentence of its own.
pub(in crate::render) fn sentence(remark: &str) -> String {
    let mut characters = remark.trim_end_matches('.').chars();
    let first = characters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", characters.as_str())
}

/// Why none of those who own an app can be told in person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Unreached {
    Ownerless,
    NotKnown,
    WithoutMail,
}

/// Why somebody else is told.
pub(in crate::render) fn in_place_of_owners(why: Unreached, receiver: &str) -> String {
    let why = match why {
        Unreached::Ownerless => "Nobody owns this app",
        Unreached::NotKnown => "Who owns this app could not be learnt",
        Unreached::WithoutMail => {
            "Nobody who owns this app has a mail address that forewarn can see"
        }
    };
    format!("{why}; you get this as `to` of {receiver}.")
}

/// `Mon 23 Nov 2026, 14:00 CET`
pub(in crate::render) fn at(date: &str, time: &str) -> String {
    format!("{date}, {time}")
}
