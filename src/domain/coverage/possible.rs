//! How urgent an alert can get at all.

use super::super::{
    Kind, Severity,
    matcher::Matcher,
    policy::{Policies, Superseded, Thresholds},
    self_renewing,
};

/// The severities that an alert of a tenant can have in which these kinds are read, least urgent first. One that is not among
/// them never occurs.
pub fn severities(policies: &Policies, tenant: &str, kinds: &[Kind]) -> Vec<Severity> {
    let mut judged_by: Vec<&Thresholds> = Vec::new();
    let mut overdue_from = self_renewing::overdue_at_the_earliest();
    let mut takes_all = false;
    for policy in &policies.exceptions {
        let matcher = &policy.matcher;
        let names_kind =
            matcher.kind.is_empty() || matcher.kind.iter().any(|of| kinds.contains(of));
        if takes_all || !names_kind || !matcher.names_tenant(tenant) {
            continue;
        }
        judged_by.push(&policy.thresholds);
        overdue_from = overdue_from.max(policy.self_renewing.unwrap_or_default());
        let without_tenant = Matcher {
            tenant: Vec::new(),
            ..matcher.clone()
        };
        takes_all = without_tenant.is_empty();
    }
    if !takes_all {
        judged_by.push(&policies.default);
    }
    let can_be = |severity: &Severity| {
        judged_by.iter().any(|thresholds| {
            occurs(*severity, thresholds, overdue_from)
                || occurs(*severity, &thresholds.a_rung_earlier(), overdue_from)
        })
    };
    Severity::ALL.into_iter().filter(can_be).collect()
}

/// A rung may be told late, after a time in which nothing was scanned, so that everything below the widest rung occurs. What a
/// service should have renewed is at least a warning, from `overdue_from` days before its end.
fn occurs(severity: Severity, thresholds: &Thresholds, overdue_from: u16) -> bool {
    let rungs = thresholds.ladder.rungs();
    let widest = rungs.first().map_or(0, |rung| i64::from(rung.days()));
    let (warning, critical) = (thresholds.warning, thresholds.critical);
    match severity {
        Severity::Info => widest > warning || thresholds.superseded == Superseded::Soften,
        Severity::Warning => {
            widest > critical && warning > critical || i64::from(overdue_from) > critical
        }
        Severity::Critical | Severity::Expired => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Ladder, glob::Glob, policy::Policy};

    fn thresholds(days: &[u16], warning: i64, critical: i64, superseded: Superseded) -> Thresholds {
        Thresholds {
            ladder: Ladder::new(days.iter().copied()),
            warning,
            critical,
            superseded,
            ..Thresholds::default()
        }
    }

    fn words(policies: &Policies, tenant: &str) -> String {
        let words = severities(policies, tenant, &[Kind::ClientSecret]).into_iter();
        words.map(Severity::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_ladder_within_the_warnings_has_no_info_unless_replaced_ones_are_softened() {
        let all = "info warning critical expired";
        for (days, warning, critical, superseded, expected) in [
            (&[60, 30, 0][..], 30, 7, Superseded::Mute, all),
            (
                &[30, 7, 0],
                30,
                7,
                Superseded::Mute,
                "warning critical expired",
            ),
            (
                &[30, 7, 0],
                30,
                7,
                Superseded::Alert,
                "warning critical expired",
            ),
            (&[30, 7, 0], 30, 7, Superseded::Soften, all),
            (&[30, 7, 0], 40, 40, Superseded::Mute, "critical expired"),
        ] {
            let policies = Policies {
                default: thresholds(days, warning, critical, superseded),
                exceptions: Vec::new(),
            };
            assert_eq!(words(&policies, "contoso"), expected, "{days:?} {warning}");
        }
    }

    #[test]
    fn policies_count_for_the_tenants_and_kinds_that_they_name() {
        let policy = |matcher| Policy {
            matcher,
            thresholds: thresholds(&[90], 7, 1, Superseded::Mute),
            self_renewing: None,
        };
        let lab = Matcher {
            tenant: vec![Glob::new("lab")],
            ..Matcher::default()
        };
        let federated = Matcher {
            kind: vec![Kind::Federated],
            ..Matcher::default()
        };
        let policies = Policies {
            default: thresholds(&[7], 7, 7, Superseded::Mute),
            exceptions: vec![policy(federated), policy(lab)],
        };
        assert_eq!(words(&policies, "lab"), "info warning critical expired");
        assert_eq!(words(&policies, "contoso"), "warning critical expired");
    }

    #[test]
    fn behind_a_policy_for_everything_the_default_is_never_asked() {
        let policies = Policies {
            default: Thresholds::default(),
            exceptions: vec![Policy {
                matcher: Matcher::default(),
                thresholds: thresholds(&[7], 7, 7, Superseded::Mute),
                self_renewing: None,
            }],
        };
        assert_eq!(words(&policies, "contoso"), "warning critical expired");
    }
}
