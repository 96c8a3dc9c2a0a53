//! Every word that a message says, and nothing but words.
//!
//! Another language is another file like this one: the same constants and functions, with another choice of words and order of
//! their arguments, made `words` by the renderer's language. Nothing else has sentences for readers of messages: templates (see
//! [`templates`](super::templates)) take theirs from here, and a problem's account comes from where the problem was found.

mod changes;
mod digest;
mod escalation;
mod form;
pub(super) mod label;

use chrono::{DateTime, NaiveDate, TimeZone};

pub(super) use digest::{
    all_is_well, coming_up, intro_brief, intro_odd, intro_stale, more_rows, next, title_digest,
};
pub(super) use escalation::{
    FOOTER_ESCALATED, how_to_acknowledge, intro_escalated, title_escalated,
};
pub(super) use form::{fact, footer_silence, template_failed};

use crate::domain::{
    Kind, Rung,
    digest::Every,
    notification::Blindness,
    number::grouped,
    row::{RowSeverity, Section},
};

pub(super) use changes::*;

/// The text of the link to an item's page in the portal.
pub const OPEN_PORTAL: &str = "Certificates & secrets";
/// The text of the link to the page where an item can be acknowledged or silenced.
pub const ACKNOWLEDGE: &str = "Acknowledge or silence";
/// What stands before the command that renews a credential.
pub const COMMAND: &str = "Renew with the Azure CLI:";

pub(super) const TITLE_EMPTY: &str = "a message from forewarn";
pub(super) const TITLE_TEST: &str = "[TEST] ";
pub(super) const INTRO_TEST: &str = "This is a test: the credentials below are made up.";
pub(super) const INTRO_RESOLVED: &str = "Told of earlier; nothing here is urgent any more.";
pub(super) const FOOTER_APPEND: &str = "Keep --append: without it the Azure CLI deletes the app's \
    other secrets or certificates, which may still be in use.";
pub(super) const FOOTER_TEST: &str = "Sent because somebody asked forewarn for a test.";
pub(super) const FOOTER_RESOLVED: &str = "This comes once, to those who were told of it before, because the receiver has \
    `send_resolved`.";
pub(super) const FOOTER_FAILING: &str = "This is told once; another message comes when it is over.";
pub(super) const FOOTER_RECOVERED: &str = "This comes once, to every receiver.";
pub(super) const FOOTER_RECEIVER_RECOVERED: &str = "This comes once, to every other receiver.";
pub(super) const NEVER: &str = "never expires";
pub(super) const HOW_SAML: &str = "Make a new one on the app's single sign-on page, hand it to the app, and only then make it active.";
pub(super) const HOW_VPN: &str = "Make a new one under Conditional Access, VPN connectivity, and roll it out before making it primary.";

pub(super) const AKS: &str = "AKS signs in as this app, perhaps with this secret. The update renews the images of the nodes \
    too, so pick a quiet hour. Better still: a managed identity has no secret to renew (az aks update --enable-managed-identity).";
pub(super) const AKS_REPLACED: &str = "AKS signs in as this app: make sure that each cluster was given the new secret (az aks update-credentials).";

pub(super) const FOOTER_CHANGED: &str = "Sent because `changes.notify` asks for it.";
pub(super) const FOOTER_DIGEST: &str =
    "This is a summary beside the alerts, sent because the receiver has digest set.";

/// A heading of summaries and of changes.
pub(super) fn section(section: Section) -> &'static str {
    match section {
        Section::Added => "New credentials",
        Section::Removed => "Removed credentials",
        Section::OwnerLost => "Apps that lost their last owner",
        Section::ComingUp => "Run out, or due in the coming weeks",
        Section::Stale => "Expired long ago: to be removed",
        Section::NeverExpires => "Never expiring",
        Section::Renewed => "Renewed or removed",
        Section::Ownerless => "Owned by nobody",
    }
}

/// A severity as a heading.
pub fn severity(severity: RowSeverity) -> &'static str {
    match severity {
        RowSeverity::Ok => "ok",
        RowSeverity::Info => "info",
        RowSeverity::Warning => "warning",
        RowSeverity::Critical => "critical",
        RowSeverity::Expired => "expired",
    }
}

/// A severity as a coloured dot, for channels that have no better way to show it.
pub fn dot(severity: RowSeverity) -> &'static str {
    match severity {
        RowSeverity::Expired => "🔴",
        RowSeverity::Critical => "🟠",
        RowSeverity::Warning => "🟡",
        RowSeverity::Info => "🔵",
        RowSeverity::Ok => "🟢",
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::ClientSecret => "client secret",
        Kind::Certificate => "certificate",
        Kind::SamlCertificate => "SAML signing certificate",
        Kind::Federated => "federated credential",
    }
}

/// `client secret "prod"`
pub fn credential(of: Kind, name: &str) -> String {
    match name {
        "" => kind(of).to_owned(),
        name => format!("{} \"{name}\"", kind(of)),
    }
}

/// `Mon 30 Nov 2026`
pub(super) fn date(day: NaiveDate) -> String {
    day.format("%a %-d %b %Y").to_string()
}

/// `Mon 30 Nov 2026, 14:00 CET`
pub(super) fn moment<Z: TimeZone<Offset: std::fmt::Display>>(at: &DateTime<Z>) -> String {
    format!("{}, {}", date(at.date_naive()), time(at))
}

/// `14:00 CET`
pub(super) fn time<Z: TimeZone<Offset: std::fmt::Display>>(at: &DateTime<Z>) -> String {
    at.format("%H:%M %Z").to_string()
}

/// A day seen from another one, as far as people have words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    Today,
    Tomorrow,
    Yesterday,
}

impl Near {
    pub(super) fn new(day: NaiveDate, today: NaiveDate) -> Option<Self> {
        match (day - today).num_days() {
            0 => Some(Self::Today),
            1 => Some(Self::Tomorrow),
            -1 => Some(Self::Yesterday),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
            Self::Yesterday => "yesterday",
        }
    }
}

pub(super) fn expires_near(near: Near, date: &str, time: &str) -> String {
    format!("expires {} ({date}) at {time}", near.word())
}

pub(super) fn expires_within_a_day(date: &str, time: &str) -> String {
    format!("expires within a day, on {date} at {time}")
}

pub(super) fn expires_in(days: i64, date: &str) -> String {
    format!("expires in {}, on {date}", days_of(days))
}

pub(super) fn expired_near(near: Near, date: &str, time: &str) -> String {
    format!("expired {} ({date}) at {time}", near.word())
}

pub(super) fn expired_ago(days: i64, date: &str) -> String {
    format!("expired {} ago, on {date}", days_of(days))
}

pub(super) fn expired_on(date: &str) -> String {
    format!("expired on {date}")
}

pub(super) fn would_expire_on(date: &str) -> String {
    format!("was to expire on {date}")
}

pub(super) fn working_day_today(date: &str) -> String {
    format!("{date} (today)")
}

pub(super) fn working_day_past(date: &str) -> String {
    format!("{date} (already over)")
}

/// What stops working, and by which error people will know it.
pub(super) fn breaks(kind: Kind, ended: bool) -> &'static str {
    match (kind, ended) {
        (Kind::ClientSecret, false) => {
            "From then on sign-ins with it fail with AADSTS7000222 (expired client secret)."
        }
        (Kind::ClientSecret, true) => {
            "Sign-ins with it fail with AADSTS7000222 (expired client secret)."
        }
        (Kind::Certificate, false) => {
            "From then on sign-ins with it fail with AADSTS700027 (expired certificate)."
        }
        (Kind::Certificate, true) => {
            "Sign-ins with it fail with AADSTS700027 (expired certificate)."
        }
        (Kind::SamlCertificate, false) => {
            "From then on single sign-on fails for every app that checks the certificate."
        }
        (Kind::SamlCertificate, true) => {
            "Single sign-on fails for every app that checks the certificate."
        }
        (Kind::Federated, _) => "Federated credentials do not expire.",
    }
}

/// What stops working when it is forewarn's own.
pub(super) fn breaks_own(ended: bool) -> &'static str {
    if ended {
        "Forewarn itself signs in with it: nothing in this tenant is watched until it is given a new one. No restart is needed."
    } else {
        "Forewarn itself signs in with it: once it has ended, nothing in this tenant is watched. A new one is read at the next sign-in; no restart is needed."
    }
}

/// `client secret "prod" (forewarn's own sign-in)`
pub(super) fn own(credential: &str) -> String {
    format!("{credential} (forewarn's own sign-in)")
}

pub(super) fn superseded(by: &str) -> String {
    format!("Replaced by {by}; remove this one once nothing uses it.")
}

/// `"prod 2026" (b60a12f0-…)`
pub(super) fn named(name: &str, id: &str) -> String {
    format!("\"{name}\" ({id})")
}

pub(super) fn newer(id: &str) -> String {
    format!("The app has a newer one, {id}, which may be its replacement.")
}

/// Of one that was used after the newer one began, where the newer one may be somebody else's.
pub(super) fn newer_beside_use(id: &str, began: &str) -> String {
    format!(
        "The app has a newer one since {began}, {id}. This one was used after that: if it is the replacement, the rotation is \
         unfinished."
    )
}

pub(super) fn unfinished(by: &str, began: &str, used: &str) -> String {
    format!(
        "Its replacement {by} began on {began}, but this one was still used on {used}: the rotation is unfinished."
    )
}

/// `Sun 22 Nov 2026, 2 days ago`
pub(super) fn used(date: &str, days_ago: i64) -> String {
    match days_ago {
        ..=0 => format!("{date}, today"),
        1 => format!("{date}, yesterday"),
        days => format!("{date}, {} ago", days_of(days)),
    }
}

pub(super) fn unused_for(days: i64) -> String {
    format!(
        "Not used for {}: remove it rather than renew it.",
        days_of(days)
    )
}

pub(super) const NO_USE: &str =
    "Not used as far back as Microsoft remembers: remove it rather than renew it.";

pub(super) fn why(reason: &str) -> String {
    format!("Why: {}.", reason.trim_end_matches('.'))
}

/// Who owns an app that has no owner.
pub(super) const NOBODY: &str = "nobody owns this app";

pub(super) fn more_owners(count: usize) -> String {
    format!("{count} more")
}

/// `AKS cluster aks-prod (resource group rg-prod)`
pub(super) fn cluster(name: &str, resource_group: &str) -> String {
    format!("AKS cluster {name} (resource group {resource_group})")
}

pub(super) fn more_clusters(count: usize) -> String {
    format!("{count} more")
}

/// A comment after the last of several commands.
pub(super) fn more_commands(count: usize) -> String {
    match count {
        1 => "# likewise for 1 more cluster".to_owned(),
        count => format!("# likewise for {count} more clusters"),
    }
}

/// `Expired`, `3 days left`, …
pub(super) fn title_due(days_left: Option<i64>, ended: bool, near: Option<Near>) -> String {
    match (days_left, near) {
        _ if ended => "Expired".to_owned(),
        (None, _) => "Never expires".to_owned(),
        (Some(0), Some(near)) => format!("Expires {}", near.word()),
        (Some(0), None) => "Expires within a day".to_owned(),
        (Some(days), _) => format!("{} left", days_of(days)),
    }
}

pub(super) const TITLE_RESOLVED: &str = "Resolved";

/// `Expired: billing-api client secret "prod", and 4 more`
pub(super) fn title(what: &str, app: &str, credential: &str, more: usize) -> String {
    match more {
        0 => format!("{what}: {app} {credential}"),
        more => format!("{what}: {app} {credential}, and {more} more"),
    }
}

pub(super) fn title_failing(blindness: Blindness, tenant: &str) -> String {
    match blindness {
        Blindness::Unreadable => format!("forewarn cannot read tenant {tenant}"),
        Blindness::Shrunk => format!("forewarn suddenly sees far fewer apps in tenant {tenant}"),
        Blindness::Skewed => format!("forewarn's clock is wrong, seen from tenant {tenant}"),
    }
}

pub(super) fn title_recovered(blindness: Blindness, tenant: &str) -> String {
    match blindness {
        Blindness::Unreadable | Blindness::Shrunk => format!("forewarn sees tenant {tenant} again"),
        Blindness::Skewed => format!("forewarn's clock is right again, seen from tenant {tenant}"),
    }
}

pub(super) fn title_receiver_failing(receiver: &str) -> String {
    format!("forewarn cannot deliver to {receiver}")
}

pub(super) fn title_receiver_recovered(receiver: &str) -> String {
    format!("forewarn delivers to {receiver} again")
}

pub(super) fn intro_receiver_failing(receiver: &str, since: &str) -> String {
    format!(
        "Since {since} messages to the receiver {receiver} do not arrive: whoever is told there alone hears of nothing."
    )
}

pub(super) fn last_try(error: &str) -> String {
    format!("The last try said: {error}")
}

/// What becomes of what was to be told there.
pub(super) fn receiver_next(given_up: bool) -> &'static str {
    if given_up {
        "The message was given up on; it went to the route's fallback, where there is one. New messages are tried again."
    } else {
        "It is tried again for about three days; what is given up on then goes to the route's fallback, where there is one."
    }
}

pub(super) fn receiver_recovered(receiver: &str, since: &str) -> String {
    format!("The receiver {receiver}, which had been failing since {since}, has taken a message.")
}

/// ` (2/3)`
pub(super) fn title_part(part: usize, parts: usize) -> String {
    format!(" ({part}/{parts})")
}

/// `5 credentials of tenant contoso: 1 expired, 4 critical.`
pub(super) fn intro_count(
    count: usize,
    tenant: Option<&str>,
    severities: &[(RowSeverity, usize)],
) -> String {
    let tenant = tenant.map_or_else(String::new, |tenant| format!(" of tenant {tenant}"));
    let each: Vec<String> = severities
        .iter()
        .map(|(of, count)| format!("{count} {}", severity(*of)))
        .collect();
    match each.as_slice() {
        [] => format!("{}{tenant}.", credentials(count)),
        each => format!("{}{tenant}: {}.", credentials(count), each.join(", ")),
    }
}

/// `Part 2 of 3: credentials 41 to 80.`
pub(super) fn intro_part(part: usize, parts: usize, first: usize, last: usize) -> String {
    if first < last {
        format!("Part {part} of {parts}: credentials {first} to {last}.")
    } else {
        format!("Part {part} of {parts}: credential {first}.")
    }
}

pub(super) const INTRO_FIRST_SCAN: &str = "This is what was due already when forewarn first looked. From now on you \
    hear of each credential as it gets closer to its end.";

pub(super) fn intro_failing(blindness: Blindness, tenant: &str, since: &str) -> String {
    match blindness {
        Blindness::Unreadable | Blindness::Shrunk => {
            format!("Since {since} expiries in tenant {tenant} may go unseen.")
        }
        Blindness::Skewed => {
            format!("Seen at {since}: expiries in tenant {tenant} may be told at the wrong time.")
        }
    }
}

/// Why this came: `These credentials reached 30 and 7 days before their end, and their end. …`
pub(super) fn footer_due(count: usize, rungs: &[Rung]) -> String {
    let days: Vec<String> = rungs
        .iter()
        .filter(|rung| **rung != Rung::END)
        .map(|rung| rung.days().to_string())
        .collect();
    let ended = rungs.contains(&Rung::END);
    let reached = match (days.as_slice(), ended) {
        ([], false) => return FOOTER_ONCE.to_owned(),
        ([], true) => "the end".to_owned(),
        (days, false) => format!("the {} threshold", list(days)),
        (days, true) => format!("the {} threshold, or the end", list(days)),
    };
    let who = if count == 1 {
        "this credential"
    } else {
        "each of these credentials"
    };
    format!("You get this because {who} has reached {reached}. {FOOTER_ONCE}")
}

const FOOTER_ONCE: &str = "Each threshold is told once; after the end there are reminders.";

/// `30-, 14- or 7-day`
fn list(days: &[String]) -> String {
    match days {
        [] => String::new(),
        [only] => format!("{only}-day"),
        [rest @ .., last] => format!("{}- or {last}-day", rest.join("-, ")),
    }
}

fn days_of(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

fn credentials(count: usize) -> String {
    counted(count as u64, "credential")
}

/// `1 value`, `1,204 values`
fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}
