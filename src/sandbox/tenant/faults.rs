//! Trouble on request: what is to go wrong, when, and how often.

use serde::{Deserialize, Serialize};

/// What goes wrong. The default is nothing.
///
/// ```json
/// { "rules": [ { "fault": "throttle", "every": 3, "retry_after": { "seconds": 1 } },
///              { "fault": "unavailable", "times": 5 },
///              { "fault": "cut-body", "page": 2 } ],
///   "token_error": 7000222, "resource_graph_error": 403, "date_skew_seconds": -600, "no_premium": true,
///   "roles": ["Application.Read.All"], "latency_ms": 150 }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// For calls to Graph. The first rule that applies to a call is carried out; the others count it all the same.
    pub rules: Vec<Rule>,
    /// Every request for a token is refused with this AADSTS code.
    pub token_error: Option<u32>,
    /// Every query to Azure Resource Graph is refused with this HTTP status.
    pub resource_graph_error: Option<u16>,
    /// Every request to Azure Resource Manager is, Resource Graph's included.
    pub arm_error: Option<u16>,
    /// What tokens say in `roles` from now on; without it, what the sandbox's client needs for everything.
    pub roles: Option<Vec<String>>,
    /// The server's clock is this much ahead (negative: behind).
    pub date_skew_seconds: i64,
    /// The tenant has no P1 or P2 licence: the report of last uses is refused.
    pub no_premium: bool,
    /// Graph thinks this much longer, in real time.
    pub latency_ms: u64,
}

/// One kind of trouble and the calls that it befalls. Only calls that would otherwise have succeeded in signing in count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// Only on this page of a list, the first being 1. Without it, on any call.
    #[serde(default)]
    pub page: Option<u64>,
    /// Only on each such call whose number is a multiple of this. Without it, on each.
    #[serde(default)]
    pub every: Option<u64>,
    /// At most this often; then all is well. Without it, for ever.
    #[serde(default)]
    pub times: Option<u64>,
    /// What [`Fault::Throttle`], [`Fault::Unavailable`] and [`Fault::GatewayTimeout`] say about coming back.
    #[serde(default)]
    pub retry_after: Option<RetryAfter>,
}

impl Rule {
    /// `fault` on every call.
    pub fn always(fault: Fault) -> Self {
        Self {
            fault,
            page: None,
            every: None,
            times: None,
            retry_after: None,
        }
    }

    /// `fault` on this page of a list, whenever it is asked for.
    pub fn on_page(page: u64, fault: Fault) -> Self {
        Self {
            page: Some(page),
            ..Self::always(fault)
        }
    }

    /// The same, `times` times.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }
}

/// What can happen to a call to Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// 429.
    Throttle,
    /// 503.
    Unavailable,
    /// 504.
    GatewayTimeout,
    /// 401, as if the token had run out early.
    Unauthorised,
    /// 403, as if the permission had not been granted.
    Forbidden,
    /// A redirect to another host.
    Redirect,
    /// No answer, ever.
    Hang,
    /// The connection is closed instead of an answer.
    HangUp,
    /// The connection is closed half-way through the body.
    CutBody,
    /// A whole answer whose JSON stops in the middle.
    MalformedJson,
    /// A body that never ends.
    EndlessBody,
    /// `@odata.nextLink` leads to another host.
    ForeignLink,
    /// `@odata.nextLink` leads back to the first page.
    LinkLoop,
    /// The page begins with the last row of the one before, as happens when the list changes while it is read.
    RepeatRow,
}

/// The two forms of the header (RFC 9110, section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date this many seconds ahead by the server's clock.
    HttpDate(u64),
}

/// The faults, and how far each has got.
pub(super) struct Trouble {
    faults: Faults,
    progress: Vec<Progress>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    calls: u64,
    carried_out: u64,
}

impl Trouble {
    pub(super) fn new(faults: Faults) -> Self {
        let progress = vec![Progress::default(); faults.rules.len()];
        Self { faults, progress }
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What befalls the next call to Graph, which asks for `page` of a list, or for something else.
    pub(super) fn next(&mut self, page: Option<u64>) -> Option<Rule> {
        let mut chosen = None;
        for (rule, progress) in self.faults.rules.iter().zip(&mut self.progress) {
            if rule.page.is_some() && rule.page != page {
                continue;
            }
            progress.calls += 1;
            let is_due = rule
                .every
                .is_none_or(|every| progress.calls.is_multiple_of(every.max(1)));
            let is_over = rule
                .times
                .is_some_and(|times| progress.carried_out >= times);
            if is_due && !is_over && chosen.is_none() {
                progress.carried_out += 1;
                chosen = Some(rule.clone());
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(rules: Vec<Rule>, pages: &[u64]) -> Vec<Option<Fault>> {
        let mut trouble = Trouble::new(Faults {
            rules,
            ..Faults::default()
        });
        let fates = pages.iter().map(|page| trouble.next(Some(*page)));
        fates.map(|rule| rule.map(|rule| rule.fault)).collect()
    }

    #[test]
    fn a_rule_is_carried_out_on_its_page_at_its_pace_and_as_often_as_it_says() {
        let (hit, miss) = (Some(Fault::Throttle), None);
        let always = Rule::always(Fault::Throttle);
        assert_eq!(fates(vec![], &[1, 2]), [miss, miss]);
        assert_eq!(fates(vec![always.clone()], &[1, 2]), [hit, hit]);
        assert_eq!(fates(vec![always.clone().times(1)], &[1, 2]), [hit, miss]);
        let page = Rule::on_page(2, Fault::Throttle);
        assert_eq!(fates(vec![page], &[1, 2, 3, 2]), [miss, hit, miss, hit]);
        let third = Rule {
            every: Some(3),
            ..always
        };
        assert_eq!(
            fates(vec![third], &[1; 6]),
            [miss, miss, hit, miss, miss, hit]
        );
    }

    #[test]
    fn the_first_rule_that_applies_wins_and_the_next_waits_its_turn() {
        let rules = vec![
            Rule::always(Fault::Unavailable).times(1),
            Rule::always(Fault::Throttle).times(1),
        ];
        assert_eq!(
            fates(rules, &[1; 3]),
            [Some(Fault::Unavailable), Some(Fault::Throttle), None]
        );
    }

    #[test]
    fn faults_read_from_json_as_documented_and_refuse_what_they_do_not_know() {
        let faults: Faults = serde_json::from_str(
            r#"{ "rules": [ { "fault": "throttle", "every": 3, "retry_after": { "http_date": 1 } },
                            { "fault": "hang-up", "page": 2, "times": 1 } ],
                 "token_error": 7000222, "date_skew_seconds": -600, "latency_ms": 150 }"#,
        )
        .unwrap();
        assert_eq!(faults.rules[0].retry_after, Some(RetryAfter::HttpDate(1)));
        assert_eq!(faults.rules[1], Rule::on_page(2, Fault::HangUp).times(1));
        assert_eq!(faults.token_error, Some(7_000_222));
        assert!(serde_json::from_str::<Faults>(r#"{ "rules": [{ "fault": "flood" }] }"#).is_err());
        assert!(serde_json::from_str::<Faults>(r#"{ "latency": 3 }"#).is_err());
    }
}
