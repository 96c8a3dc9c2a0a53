//! PagerDuty and Alertmanager: what they are without another word.

use forewarn::{
    domain::{SecretSource, secret::ExposeSecret},
    notify::config::Backend,
};

use crate::{MINIMAL, good, load_text, told};

const PAGER: &str = r#"
[[receivers]]
name = "on-call"
type = "pagerduty"
routing_key = { env = "KEY" }
"#;

#[test]
fn a_pager_resolves_by_itself_unless_it_is_told_not_to() {
    for (line, expected) in [("", true), ("send_resolved = false", false)] {
        let config = good(&format!("{MINIMAL}{PAGER}{line}"), &[]);
        let receiver = &config.receivers[1];
        assert_eq!(receiver.send_resolved, expected);
        let Backend::PagerDuty(pagerduty) = &receiver.backend else {
            panic!("{receiver:?}")
        };
        let SecretSource::Literal(url) = &pagerduty.url else {
            panic!("{receiver:?}")
        };
        let expected = "https://events.pagerduty.com/v2/enqueue";
        assert_eq!(url.expose_secret(), expected);
    }
}

#[test]
fn an_alertmanager_may_be_a_plain_service_of_the_cluster() {
    let receiver =
        "[[receivers]]\nname = \"am\"\ntype = \"alertmanager\"\nurl = { env = \"AM\" }\n";
    let config = good(&format!("{MINIMAL}{receiver}"), &[]);
    assert!(config.receivers[1].send_resolved);
    let Backend::Alertmanager(alertmanager) = &config.receivers[1].backend else {
        panic!("{:?}", config.receivers[1])
    };
    assert!(alertmanager.token.is_none());
}

#[test]
fn nobody_is_called_for_a_summary() {
    let said = told(load_text(
        format!("{MINIMAL}{PAGER}digest = \"weekly\"\n"),
        &[],
    ));
    let refusal = "`digest` is a key of receivers of type email, slack, teams and webhook";
    assert!(said.contains(refusal), "{said}");
}
