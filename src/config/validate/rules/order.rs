//! Rules that come too late.

use super::{List, words};
use crate::{config::report::Report, domain::coverage::Rule};

/// All that the rule at `index` would take, those at `takers` have taken.
pub(super) fn warn_of_shadow(
    index: usize,
    takers: &[usize],
    rules: &[Option<Rule<'_>>],
    list: &List<'_>,
    report: &mut Report<'_>,
) {
    if is_net(index, takers, rules) {
        return;
    }
    let takes_everything =
        |taker: &usize| rules[*taker].is_some_and(|rule| rule.matcher.is_empty());
    let names = words::list(takers.iter().map(|taker| format!("{}[{taker}]", list.name)));
    let what = match takers {
        [only] if takes_everything(only) => format!("{names} takes everything"),
        [_] => format!("{names} takes all that it matches"),
        _ => format!("{names} together take all that it matches"),
    };
    let (never, remedy) = match list.name {
        "routes" if takers.len() == 1 => (
            "never reached",
            "move it up, or let that one say `continue = true`",
        ),
        "routes" => (
            "never reached",
            "move it up, or let those say `continue = true`",
        ),
        "policies" => ("never used", "move it up, or delete it"),
        _ => ("leaves out nothing more", "delete it"),
    };
    report.warning(&list.at.index(index), format!("{never}: {what}"), remedy);
}

/// A last rule that asks for nothing and finds nothing left of today's tenants and severities is there for those to come.
fn is_net(index: usize, takers: &[usize], rules: &[Option<Rule<'_>>]) -> bool {
    let asks_nothing = rules[index].is_some_and(|rule| rule.matcher.is_empty());
    asks_nothing && takers.len() > 1 && index + 1 == rules.len()
}
