//! What routes, policies and `ignore` come to when they are taken together: rules that can never apply, and alerts that reach
//! nobody. All of it can be lived with, and all of it is certain: where something could be meant, nothing is said.

mod matching;
mod order;
mod reach;
mod words;

use crate::{
    config::{path::KeyPath, report::Report},
    domain::{
        Kind,
        coverage::{Ground, Rule, Scope, severities},
        matcher::Matcher,
        policy::Policies,
        route::Route,
    },
    entra::config::{Include, TenantConfig},
};

/// Warns of all that. `routes` are those that were written.
pub(super) fn check(
    policies: &Policies,
    routes: &[Route],
    tenants: &[TenantConfig],
    report: &mut Report<'_>,
) {
    let root = KeyPath::root();
    let parts = ["tenants", "thresholds", "policies", "owners"];
    // with a part missing nothing of it would be certain
    if tenants.is_empty() || parts.iter().any(|part| report.is_faulty(&root.key(part))) {
        return;
    }
    for (index, tenant) in tenants.iter().enumerate() {
        check_ignored(
            tenant,
            &root.key("tenants").index(index).key("ignore"),
            report,
        );
    }
    let credentials = Ground::new(tenants.iter().map(|tenant| scope(tenant, None)).collect());
    let alerts = tenants
        .iter()
        .map(|tenant| scope(tenant, Some(policies)))
        .collect();
    let alerts = Ground::new(alerts);

    let written = policies.exceptions.iter().map(|policy| Rule {
        matcher: &policy.matcher,
        stops: true,
    });
    let list = List {
        name: "policies",
        at: root.key("policies"),
        ground: &credentials,
        knows_owners: knows_owners(tenants),
    };
    list.check(written.collect(), report);

    let written = routes.iter().map(|route| Rule {
        matcher: &route.matcher,
        stops: !route.go_on,
    });
    let list = List {
        name: "routes",
        at: root.key("routes"),
        ground: &alerts,
        knows_owners: knows_owners(tenants),
    };
    let can_match = list.check(written.collect(), report);
    if let Some(last) = routes.len().checked_sub(1)
        && !report.is_faulty(&root.key("routes"))
    {
        let takers = routes.iter().zip(can_match);
        let takers: Vec<&Matcher> = takers
            .filter_map(|(route, can_match)| can_match.then_some(&route.matcher))
            .collect();
        reach::warn_of_gaps(&takers, &alerts, &root.key("routes").index(last), report);
    }
}

/// Rules of one kind, in order.
struct List<'a> {
    /// Their key in the file.
    name: &'static str,
    at: KeyPath,
    ground: &'a Ground<'a>,
    knows_owners: bool,
}

impl List<'_> {
    /// Warns of those that can never apply. Answers which of them can match anything at all.
    fn check(&self, rules: Vec<Rule<'_>>, report: &mut Report<'_>) -> Vec<bool> {
        // one that is not understood yet takes nothing and is taken by nothing
        let rules: Vec<Option<Rule<'_>>> = rules
            .into_iter()
            .enumerate()
            .map(|(index, rule)| {
                let is_faulty = report.is_faulty(&self.matcher_at(index));
                (!is_faulty).then_some(rule)
            })
            .collect();
        let shadows = self.ground.shadows(&rules);
        let mut can_match = vec![true; rules.len()];
        for (index, (rule, takers)) in rules.iter().zip(shadows).enumerate() {
            let Some(rule) = rule else {
                continue;
            };
            can_match[index] = matching::check(rule.matcher, self, &self.matcher_at(index), report);
            if can_match[index] && !takers.is_empty() {
                order::warn_of_shadow(index, &takers, &rules, self, report);
            }
        }
        can_match
    }

    /// Policies and routes have a `match`; an `ignore` is one.
    fn matcher_at(&self, index: usize) -> KeyPath {
        match self.name {
            "ignore" => self.at.index(index),
            _ => self.at.index(index).key("match"),
        }
    }
}

/// What a tenant leaves out. Those that ask for an owner are judged later than the others, yet an earlier one of these that takes
/// all that they would makes them needless all the same.
fn check_ignored(tenant: &TenantConfig, at: &KeyPath, report: &mut Report<'_>) {
    let ground = Ground::new(vec![Scope {
        tenant: &tenant.name,
        kinds: kinds(tenant).collect(),
        severities: None,
        ignore: &[],
    }]);
    let list = List {
        name: "ignore",
        at: at.clone(),
        ground: &ground,
        knows_owners: knows_owners(std::slice::from_ref(tenant)),
    };
    let (mut by_owner, mut others) = (tenant.ownership.ignore.iter(), tenant.ignore.iter());
    let mut index = 0;
    let mut written: Vec<Rule<'_>> = Vec::new();
    // back in the written order
    while report.has(&at.index(index)) {
        let asks_for_owner = report.has(&at.index(index).key("owner"));
        let next = if asks_for_owner {
            by_owner.next()
        } else {
            others.next()
        };
        written.extend(next.map(|matcher: &Matcher| Rule {
            matcher,
            stops: true,
        }));
        index += 1;
    }
    list.check(written, report);
}

fn scope<'a>(tenant: &'a TenantConfig, alerts_by: Option<&Policies>) -> Scope<'a> {
    // what never expires is never spoken of
    let kinds: Vec<Kind> = kinds(tenant)
        .filter(|kind| *kind != Kind::Federated)
        .collect();
    Scope {
        tenant: &tenant.name,
        severities: alerts_by.map(|policies| severities(policies, &tenant.name, &kinds)),
        kinds,
        ignore: &tenant.ignore,
    }
}

/// The kinds of credentials that are read.
fn kinds(tenant: &TenantConfig) -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| match kind {
        Kind::ClientSecret | Kind::Certificate => true,
        Kind::SamlCertificate => tenant.includes(Include::ServicePrincipals),
        Kind::Federated => tenant.includes(Include::Federated),
    })
}

fn knows_owners(tenants: &[TenantConfig]) -> bool {
    tenants
        .iter()
        .any(|tenant| !tenant.ownership.sources.is_empty())
}
