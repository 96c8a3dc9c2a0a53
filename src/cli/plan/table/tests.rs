//! The table at its usual width, with names that mean no good.

use super::*;
use crate::app::plan::samples;

fn rendered(width: Option<usize>) -> String {
    let calendar = Calendar {
        timezone: chrono_tz::Europe::Berlin,
        ..Calendar::default()
    };
    let page = Page {
        calendar: &calendar,
        width,
        several_tenants: false,
        unread: &[],
    };
    anstream::adapter::strip_str(&page.render(&samples::plan())).to_string()
}

#[test]
fn a_plan_as_a_person_reads_it() {
    insta::assert_snapshot!(rendered(Some(80)));
}

#[test]
fn eighty_columns_are_enough() {
    for line in rendered(Some(80)).lines() {
        assert!(width(line) <= 80, "{line}");
        assert!(!line.contains('\u{1b}'));
    }
    assert!(rendered(None).contains("than any table has room for"));
}

#[test]
fn an_empty_plan_says_so() {
    let plan = Plan {
        messages: Vec::new(),
        ..samples::plan()
    };
    let page = Page {
        calendar: &Calendar::default(),
        width: None,
        several_tenants: false,
        unread: &[],
    };
    let text = page.render(&plan);
    let text = anstream::adapter::strip_str(&text).to_string();
    let expected = "Nobody is told of anything.\nUntil Mon 22 Feb 2027, in the time of UTC.\n";
    assert!(text.starts_with(expected), "{text}");
    let page = Page {
        unread: &["contoso"],
        ..page
    };
    let text = page.render(&plan);
    assert!(
        !text.contains("Nobody") && text.contains("what comes of contoso"),
        "{text}"
    );
}
