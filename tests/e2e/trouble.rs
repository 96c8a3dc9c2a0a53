//! Graph on a bad day: a scan is right, or it has failed and says why. It is never a part of the answer taken for the whole.

use forewarn::sandbox::{Fault, RetryAfter, Rule};
use serde_json::Value;

use crate::world::{World, crowd};

/// Three pages.
const APPS: usize = 2_100;

struct Scan {
    code: Option<i32>,
    stderr: String,
    document: Value,
}

impl Scan {
    fn of(world: &World) -> Self {
        // it is about the lists
        world.configure("0 8 * * *", "[owners]\nsources = []\n");
        let ended = world.forewarn(&["scan", "--format", "json"]);
        Self {
            code: ended.code,
            document: serde_json::from_str(&ended.stdout).unwrap(),
            stderr: ended.stderr,
        }
    }

    fn assert_whole(&self, what: &str) {
        assert_eq!(self.code, Some(2), "{what}: {}", self.stderr);
        assert_eq!(self.document["summary"]["apps"], APPS, "{what}");
        assert_eq!(self.document["tenants"][0]["complete"], true, "{what}");
    }

    fn assert_failed(&self, what: &str, why: &[&str]) {
        assert_eq!(self.code, Some(3), "{what}: {}", self.stderr);
        let error = self.document["tenants"][0]["error"].as_str().unwrap();
        for part in why {
            assert!(error.contains(part), "{what}: no {part:?} in {error}");
        }
        assert!(self.stderr.contains(error), "{what}: {}", self.stderr);
        assert_eq!(self.document["credentials"], Value::Array(Vec::new()));
        assert_eq!(self.document["summary"]["apps"], 0, "{what}");
    }
}

fn throttled(every: u64, retry_after: RetryAfter) -> Rule {
    Rule {
        every: Some(every),
        retry_after: Some(retry_after),
        ..Rule::always(Fault::Throttle)
    }
}

fn busy(times: u64) -> Rule {
    Rule {
        retry_after: Some(RetryAfter::Seconds(0)),
        ..Rule::always(Fault::Unavailable).times(times)
    }
}

#[test]
fn what_passes_is_waited_for() {
    for (what, rule) in [
        (
            "every third call throttled",
            throttled(3, RetryAfter::Seconds(1)),
        ),
        (
            "the same with a date",
            throttled(3, RetryAfter::HttpDate(1)),
        ),
        ("a burst of 503", busy(2)),
        (
            "a page cut short, once",
            Rule::on_page(2, Fault::CutBody).times(1),
        ),
        (
            "a connection that dies, once",
            Rule::on_page(3, Fault::HangUp).times(1),
        ),
        (
            "a token that runs out early",
            Rule::on_page(2, Fault::Unauthorised).times(1),
        ),
        ("a row that comes twice", Rule::on_page(2, Fault::RepeatRow)),
    ] {
        let world = World::new(&crowd(APPS));
        world.trouble([rule]);
        Scan::of(&world).assert_whole(what);
    }
}

#[test]
fn what_does_not_pass_fails_the_scan_with_the_reason() {
    for (what, fault, why) in [
        (
            "malformed",
            Fault::MalformedJson,
            &["page 2", "not a whole Graph page"][..],
        ),
        (
            "foreign link",
            Fault::ForeignLink,
            &["attacker.example", "page 2"],
        ),
        ("loop", Fault::LinkLoop, &["leads back", "never ends"]),
        (
            "redirect",
            Fault::Redirect,
            &["redirect", "302", "not followed"],
        ),
        (
            "no permission",
            Fault::Forbidden,
            &["403", "Application.Read.All"],
        ),
    ] {
        let world = World::new(&crowd(APPS));
        world.trouble([Rule::on_page(2, fault)]);
        Scan::of(&world).assert_failed(what, why);
    }
    for (code, why) in [
        (7_000_222, &["AADSTS7000222", "expired"][..]),
        (7_000_215, &["AADSTS7000215"]),
        (700_016, &["AADSTS700016"]),
    ] {
        let world = World::new(&crowd(APPS));
        world.refuse_sign_in(code);
        Scan::of(&world).assert_failed("sign-in", why);
    }
}

#[test]
fn a_page_that_is_cut_short_every_time_fails_the_scan() {
    let world = World::new(&crowd(APPS));
    world.trouble([Rule::on_page(2, Fault::CutBody)]);
    Scan::of(&world).assert_failed("cut short", &["4 times in a row"]);
}

#[test]
fn a_server_that_always_hangs_up_fails_the_scan() {
    let world = World::new(&crowd(APPS));
    world.trouble([Rule::on_page(3, Fault::HangUp)]);
    Scan::of(&world).assert_failed("hang-up", &["4 times in a row"]);
}
