//! From alerts to notifications: who gets which alerts together.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    App, Credential, Row, Severity,
    audience::Audience,
    facts::Owner,
    matcher::Subject,
    route::{GroupKey, Routes},
};

/// An alert on its way to be routed.
#[derive(Debug, Clone)]
pub struct Due<'a> {
    /// The app.
    pub app: &'a App,
    /// Its credential.
    pub credential: &'a Credential,
    /// How urgent.
    pub severity: Severity,
    /// Who owns the app, as far as is known.
    pub owners: &'a [Owner],
    /// What the message will hold.
    pub row: Arc<Row>,
}

/// One notification to be: alerts that one receiver gets together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The receiver's name.
    pub receiver: String,
    /// Whom it is for.
    pub audience: Audience,
    /// Receivers to use when it gives up.
    pub fallback: Vec<String>,
    /// Positions in the list of alerts, most urgent first; at least one.
    pub alerts: Vec<usize>,
}

/// Routes and groups the alerts of one round of one tenant. A receiver that several routes pick for the same alert gets it
/// once, by the first of them. On a tenant's first scan what is due has piled up, so each route makes one group.
///
/// An alert that no route takes is in no group.
pub fn group(tenant: &str, due: &[Due<'_>], routes: &Routes, first_scan: bool) -> Vec<Group> {
    let mut groups: Places<'_> = BTreeMap::new();
    for (position, alert) in due.iter().enumerate() {
        let mut told: Vec<&str> = Vec::new();
        for index in routes.matching(&subject(tenant, alert)) {
            let route = &routes.all()[index];
            let key = if first_scan {
                Vec::new()
            } else {
                key_of(tenant, alert, &route.group_by)
            };
            for receiver in &route.receivers {
                if told.contains(&receiver.as_str()) {
                    continue;
                }
                told.push(receiver);
                groups
                    .entry((index, receiver, key.clone()))
                    .or_default()
                    .push(position);
            }
        }
    }
    finish(groups, due, routes)
}

/// The same of alerts for which it is decided already by which route, and to whom, each of them goes.
pub fn group_to(
    tenant: &str,
    due: &[Due<'_>],
    ways: &[(usize, Vec<&str>)],
    routes: &Routes,
) -> Vec<Group> {
    let mut groups: Places<'_> = BTreeMap::new();
    for (position, (alert, (index, receivers))) in due.iter().zip(ways).enumerate() {
        let key = key_of(tenant, alert, &routes.all()[*index].group_by);
        for receiver in receivers {
            let place = (*index, *receiver, key.clone());
            groups.entry(place).or_default().push(position);
        }
    }
    finish(groups, due, routes)
}

/// Positions of alerts by route, receiver, and what they have in common.
type Places<'a> = BTreeMap<(usize, &'a str, Vec<String>), Vec<usize>>;

fn finish(groups: Places<'_>, due: &[Due<'_>], routes: &Routes) -> Vec<Group> {
    let finish = |((index, receiver, _), mut alerts): ((usize, &str, Vec<String>), Vec<usize>)| {
        alerts.sort_by(|a, b| most_urgent_first(&due[*a].row, &due[*b].row));
        Group {
            receiver: receiver.to_owned(),
            audience: Audience::Receiver,
            fallback: routes.all()[index].fallback.clone(),
            alerts,
        }
    };
    groups.into_iter().map(finish).collect()
}

/// The order of rows wherever people read them: most urgent first, forewarn's own before others, then soonest end, then by name.
pub fn most_urgent_first(a: &Row, b: &Row) -> std::cmp::Ordering {
    let by_end = |row: &Row| {
        row.expires_at
            .unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
    };
    (b.severity.cmp(&a.severity))
        .then_with(|| b.own.cmp(&a.own))
        .then_with(|| by_end(a).cmp(&by_end(b)))
        .then_with(|| a.app_name.cmp(&b.app_name))
        .then_with(|| {
            (&a.object_id, a.kind, &a.credential_id).cmp(&(&b.object_id, b.kind, &b.credential_id))
        })
}

fn subject<'a>(tenant: &'a str, alert: &'a Due<'_>) -> Subject<'a> {
    Subject {
        tenant,
        app: alert.app,
        credential: alert.credential,
        severity: Some(alert.severity),
        owners: alert.owners,
    }
}

fn key_of(tenant: &str, alert: &Due<'_>, group_by: &[GroupKey]) -> Vec<String> {
    let value = |key: &GroupKey| match key {
        GroupKey::Tenant => tenant.to_owned(),
        GroupKey::App => alert.app.object_id.to_string(),
        GroupKey::Owner => owners(&alert.row),
        GroupKey::Severity => alert.severity.to_string(),
    };
    group_by.iter().map(value).collect()
}

/// The set of owners, whatever order Graph gives them in.
fn owners(row: &Row) -> String {
    let mut owners: Vec<&str> = row.owners.iter().map(String::as_str).collect();
    owners.sort_unstable();
    owners.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Expiry, Id, Kind, ObjectType,
        assess::{Circumstances, assess},
        facts::Facts,
        glob::Glob,
        matcher::Matcher,
        policy::Policies,
        route::Route,
    };

    fn app(name: &str) -> App {
        let end = chrono::DateTime::from_timestamp(86_400 * 100, 0).unwrap();
        let credential = Credential {
            id: Id::parse("c"),
            kind: Kind::ClientSecret,
            name: None,
            hint: None,
            starts_at: None,
            expires: Expiry::At(end),
            thumbprint: None,
            active: None,
        };
        App {
            object_type: ObjectType::Application,
            object_id: Id::parse(name),
            app_id: Id::parse(name),
            name: name.into(),
            tags: ["prod".into()].into(),
            credentials: [credential].into(),
        }
    }

    /// `receiver: app app` for each group, of alerts on the given apps with the given severities.
    fn grouped(apps: &[(&str, Severity)], routes: Vec<Route>, first_scan: bool) -> Vec<String> {
        let apps: Vec<(App, Severity)> = apps
            .iter()
            .map(|(name, severity)| (app(name), *severity))
            .collect();
        let circumstances = Circumstances {
            tenant: "contoso",
            policies: &Policies::default(),
            facts: &Facts::default(),
            now: chrono::DateTime::UNIX_EPOCH,
        };
        let due: Vec<Due<'_>> = apps
            .iter()
            .map(|(app, severity)| {
                let credential = &app.credentials[0];
                let assessment = assess(circumstances, app, credential);
                let mut row = assessment.row(circumstances, app, credential);
                row.severity = (*severity).into();
                Due {
                    app,
                    credential,
                    severity: *severity,
                    owners: &[],
                    row: row.into(),
                }
            })
            .collect();
        let routes = Routes::new(routes, &["ops".to_owned(), "mail".to_owned()]);
        let names = |group: &Group| {
            let names: Vec<&str> = group.alerts.iter().map(|at| &*due[*at].app.name).collect();
            format!("{}: {}", group.receiver, names.join(" "))
        };
        group("contoso", &due, &routes, first_scan)
            .iter()
            .map(names)
            .collect()
    }

    fn route(receivers: &[&str], severity: &[Severity], go_on: bool) -> Route {
        Route {
            matcher: Matcher {
                severity: severity.to_vec(),
                ..Matcher::default()
            },
            receivers: receivers.iter().map(|name| (*name).to_owned()).collect(),
            group_by: vec![GroupKey::Tenant],
            go_on,
            ..Route::default()
        }
    }

    use Severity::{Critical, Expired, Info};

    #[test]
    fn without_routes_every_receiver_gets_everything_most_urgent_first() {
        let apps = [("a", Info), ("b", Expired), ("c", Critical)];
        assert_eq!(grouped(&apps, vec![], false), ["mail: b c a", "ops: b c a"]);
    }

    #[test]
    fn the_first_route_that_matches_wins_unless_it_goes_on_and_nobody_is_told_twice() {
        let apps = [("a", Info), ("b", Critical)];
        let first_wins = vec![
            route(&["pager"], &[Critical], false),
            route(&["ops"], &[], false),
        ];
        assert_eq!(grouped(&apps, first_wins, false), ["pager: b", "ops: a"]);
        let goes_on = vec![
            route(&["pager", "ops"], &[Critical], true),
            route(&["ops"], &[], false),
        ];
        assert_eq!(
            grouped(&apps, goes_on, false),
            ["ops: b", "pager: b", "ops: a"]
        );
    }

    #[test]
    fn an_alert_that_no_route_takes_is_in_no_group() {
        assert!(
            grouped(
                &[("a", Info)],
                vec![route(&["pager"], &[Critical], false)],
                false
            )
            .is_empty()
        );
    }

    #[test]
    fn groups_are_by_the_keys_given_but_a_first_scan_makes_one_a_route() {
        let by_app = || Route {
            group_by: vec![GroupKey::App],
            ..route(&["ops"], &[], false)
        };
        let apps = [("a", Info), ("b", Info)];
        assert_eq!(grouped(&apps, vec![by_app()], false), ["ops: a", "ops: b"]);
        assert_eq!(grouped(&apps, vec![by_app()], true), ["ops: a b"]);
    }

    #[test]
    fn matchers_are_globs_in_any_case_and_all_keys_must_hold() {
        let matcher = |app: &str, tag: &str| Matcher {
            app: vec![Glob::new("zzz"), Glob::new(app)],
            tag: vec![Glob::new(tag)],
            ..Matcher::default()
        };
        let told = |matcher| {
            let route = Route {
                matcher,
                ..route(&["ops"], &[], false)
            };
            !grouped(&[("Billing", Info)], vec![route], false).is_empty()
        };
        assert!(told(matcher("bill*", "PROD")));
        assert!(!told(matcher("bill*", "test")));
        assert!(!told(matcher("pay*", "prod")));
        assert!(!told(Matcher {
            kind: vec![Kind::Certificate],
            ..Matcher::default()
        }));
        assert!(!told(Matcher {
            owner: vec![Glob::new("*@contoso.com")],
            ..Matcher::default()
        }));
    }
}
