//! Files in which nothing is amiss, and of which nothing must be said.

use crate::{MINIMAL, load_text, told};

const TWO: &str = r#"
[[receivers]]
name = "siem"
type = "slack"
url = { file = "/run/secrets/siem" }
"#;

fn with(text: &str) -> String {
    told(load_text(format!("{MINIMAL}{TWO}{text}"), &[]))
}

#[test]
fn a_last_route_for_what_is_yet_to_come_is_no_mistake() {
    let by_severity = r#"
[[routes]]
match = { severity = ["critical", "expired"] }
receivers = ["ops"]
[[routes]]
match = { severity = ["info", "warning"] }
receivers = ["siem"]
"#;
    let last = |what: &str| format!("{by_severity}[[routes]]\n{what}receivers = [\"siem\"]\n");
    assert_eq!(with(&last("")), "nothing is wrong");
    // but one that asks for something is not meant as a net
    let told = with(&last("match = { tenant = \"contoso\" }\n"));
    assert!(told.contains("routes[2]: never reached"), "{told}");
}

#[test]
fn keys_that_leave_a_gap_are_named() {
    let told =
        with("[[routes]]\nmatch = { app = \"billing-*\" }\nreceivers = [\"ops\", \"siem\"]\n");
    assert!(
        told.contains("where no route matches their `app`"),
        "{told}"
    );
}

#[test]
fn a_key_that_is_of_another_type_is_told_once() {
    let told = told(load_text(format!("{MINIMAL}to_owners = true\n"), &[]));
    assert_eq!(told.matches("receivers[0].to_owners").count(), 1, "{told}");
}
