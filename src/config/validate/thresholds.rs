//! `[thresholds]` and `[[policies]]`.

use std::collections::BTreeSet;

use super::{
    duration::{duration, duration_or_none},
    matcher::{Asked, matcher},
};
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::{
        Ladder,
        policy::{AfterExpiry, Policies, Policy, Superseded, Thresholds},
    },
};

/// The thresholds for all, and the exceptions, each of which replaces only the keys that it gives.
pub(super) fn policies(
    default: raw::Thresholds,
    exceptions: Vec<raw::Policy>,
    report: &mut Report<'_>,
) -> Policies {
    let root = KeyPath::root();
    let default = over(
        &Thresholds::default(),
        default,
        &root.key("thresholds"),
        report,
    );
    let exceptions = exceptions
        .into_iter()
        .enumerate()
        .map(|(index, raw)| {
            let at = root.key("policies").index(index);
            policy(raw, &default, &at, report)
        })
        .collect();
    Policies {
        exceptions,
        default,
    }
}

fn policy(raw: raw::Policy, default: &Thresholds, at: &KeyPath, report: &mut Report<'_>) -> Policy {
    Policy {
        self_renewing: raw
            .self_renewing
            .and_then(|raw| renews_before(raw, &at.key("self_renewing"), report)),
        matcher: matcher(
            raw.r#match,
            Asked::BeforeSeverityIsKnown,
            &at.key("match"),
            report,
        ),
        thresholds: over(default, raw.thresholds, &at.key("thresholds"), report),
    }
}

/// How many days before the end the service renews.
fn renews_before(raw: raw::SelfRenewing, at: &KeyPath, report: &mut Report<'_>) -> Option<u16> {
    const REMEDY: &str = "say how many days before, as `renews_before = \"14d\"`";
    let at = at.key("renews_before");
    let text = report.require(raw.renews_before, &at, REMEDY)?;
    let days = duration(&text, &at, report)?.num_days();
    if !(1..=3_650).contains(&days) {
        report.error(&at, "not between a day and ten years", REMEDY);
        return None;
    }
    u16::try_from(days).ok()
}

/// `base` with the keys that `raw` gives.
fn over(
    base: &Thresholds,
    raw: raw::Thresholds,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Thresholds {
    let thresholds = Thresholds {
        ladder: match raw.days {
            Some(days) => ladder(&days, &at.key("days"), report),
            None => base.ladder.clone(),
        },
        warning: raw.warning.map_or(base.warning, i64::from),
        critical: raw.critical.map_or(base.critical, i64::from),
        superseded: match raw.superseded {
            Some(raw::Superseded::Soften) => Superseded::Soften,
            Some(raw::Superseded::Mute) => Superseded::Mute,
            Some(raw::Superseded::Alert) => Superseded::Alert,
            None => base.superseded,
        },
        after_expiry: after_expiry(
            base.after_expiry,
            &raw.after_expiry,
            &at.key("after_expiry"),
            report,
        ),
    };
    let is_own = raw.warning.is_some() || raw.critical.is_some();
    if is_own && thresholds.critical > thresholds.warning {
        let key = if raw.critical.is_some() {
            "critical"
        } else {
            "warning"
        };
        report.error(
            &at.key(key),
            format!(
                "critical from {} days left, but warning only from {}: nothing would ever be a warning",
                thresholds.critical, thresholds.warning
            ),
            "let `warning` be at least as large as `critical`",
        );
    }
    thresholds
}

fn ladder(days: &[u16], at: &KeyPath, report: &mut Report<'_>) -> Ladder {
    if days.is_empty() {
        report.error(
            at,
            "an empty ladder: nobody would be told before the expiry",
            "give at least one number of days, or leave the key out",
        );
    }
    let mut seen = BTreeSet::new();
    for (index, day) in days.iter().enumerate() {
        if !seen.insert(day) {
            report.warning(
                &at.index(index),
                format!("{day} is there twice"),
                "delete one of the two",
            );
        }
    }
    Ladder::new(days.iter().copied())
}

fn after_expiry(
    base: AfterExpiry,
    raw: &raw::AfterExpiry,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> AfterExpiry {
    let every = raw
        .every
        .as_deref()
        .and_then(|text| duration(text, &at.key("every"), report));
    // no time for reminders: none are sent
    let lasts = raw
        .r#for
        .as_deref()
        .and_then(|text| duration_or_none(text, &at.key("for"), report));
    AfterExpiry {
        every: every.unwrap_or(base.every),
        lasts: lasts.unwrap_or(base.lasts),
    }
}
