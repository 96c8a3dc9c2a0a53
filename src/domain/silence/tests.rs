use chrono::TimeDelta;

use super::*;
use crate::domain::{Id, Rung, calendar::Calendar};

fn at(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

fn key(credential: &str) -> CredentialKey {
    CredentialKey {
        object_id: Id::parse("object"),
        kind: Kind::ClientSecret,
        credential_id: Id::parse(credential),
    }
}

fn told(severity: Severity, rung: u16) -> Told {
    Told {
        severity,
        rung: Rung::days_before(rung),
        end: at(30),
    }
}

fn acknowledged(told: Told, now: i64) -> Result<Silence, NothingToHold> {
    let week = TimeDelta::days(7);
    told.acknowledged(
        Uuid::nil(),
        ("t", &key("c")),
        "anna".to_owned(),
        week,
        at(now),
    )
}

fn holds(silence: &Silence, severity: Severity, now: i64) -> bool {
    silence.holds("t", &key("c"), Expiry::At(at(30)), severity, at(now))
}

#[test]
fn an_acknowledgement_holds_until_the_next_severity() {
    for (severity, rung) in [
        (Severity::Info, 60),
        (Severity::Warning, 30),
        (Severity::Critical, 7),
    ] {
        let silence = acknowledged(told(severity, rung), 0).unwrap();
        assert_eq!(silence.ends_at, at(30), "the credential's end");
        for later in Severity::ALL {
            assert_eq!(holds(&silence, later, 1), later <= severity, "{later}");
            assert!(!holds(&silence, later, 30), "the end itself is told");
        }
    }
}

#[test]
fn acknowledging_that_it_has_run_out_ends_the_reminders() {
    let ended = told(Severity::Expired, 0);
    let silence = acknowledged(ended, 31).unwrap();
    assert_eq!((silence.breaks_at, silence.ends_at), (None, at(37)));
    assert!(holds(&silence, Severity::Expired, 36));
    // told late, when reminders are over: somebody knows, all the same
    assert!(acknowledged(ended, 90).unwrap().is_in_force(at(91)));
    // one that is replaced is told of as info, even when it has run out
    let softened = acknowledged(told(Severity::Info, 0), 31).unwrap();
    assert!(holds(&softened, Severity::Info, 32) && !holds(&softened, Severity::Expired, 32));
}

#[test]
fn what_has_run_out_since_it_was_told_cannot_be_acknowledged_unseen() {
    for severity in [Severity::Warning, Severity::Critical] {
        assert_eq!(acknowledged(told(severity, 7), 30), Err(NothingToHold));
    }
}

#[test]
fn it_is_told_why_a_silence_broke_and_only_one_on_a_credential_does() {
    let draft = |scope| Draft {
        scope,
        reason: " moving\u{202e}\nhouse ".to_owned(),
        author: "anna".to_owned(),
        ends_at: at(10),
        even_critical: false,
    };
    let on_credential = draft(Scope::credential("t", &key("c"), Expiry::At(at(30))));
    let silence = on_credential.silence(Uuid::nil(), at(0)).unwrap();
    assert_eq!(silence.reason, "moving house");
    assert_eq!(silence.breaks_at, Some(Severity::Critical));
    let broken =
        |end: i64, severity| silence.broken_by("t", &key("c"), Expiry::At(at(end)), severity);
    assert_eq!(broken(30, Severity::Warning), None);
    let turned = HowEnded::Turned(Severity::Critical);
    assert_eq!(broken(30, Severity::Critical), Some(turned));
    assert_eq!(broken(31, Severity::Info), Some(HowEnded::Changed));
    let other = silence.broken_by("t", &key("d"), Expiry::Never, Severity::Expired);
    assert_eq!(other, None, "another credential");

    let tenant = Scope::Tenant {
        tenant: "t".to_owned(),
    };
    let on_tenant = draft(tenant).silence(Uuid::nil(), at(0)).unwrap();
    assert!(holds(&on_tenant, Severity::Expired, 9) && !holds(&on_tenant, Severity::Info, 10));

    let wrong = |draft: Draft| draft.silence(Uuid::nil(), at(0)).unwrap_err();
    let (reason, ends_at) = ("\u{200b}\n".to_owned(), at(400));
    assert_eq!(
        wrong(Draft {
            reason,
            ..on_credential.clone()
        }),
        Unfit::NoReason
    );
    assert_eq!(
        wrong(Draft {
            ends_at,
            ..on_credential.clone()
        }),
        Unfit::TooLong
    );
    let over = Draft {
        ends_at: at(0),
        ..on_credential
    };
    assert_eq!(wrong(over), Unfit::Over(at(0)));
}

#[test]
fn an_end_is_a_length_of_time_or_a_whole_day_where_people_live() {
    let berlin = Calendar {
        timezone: chrono_tz::Europe::Berlin,
        ..Calendar::default()
    };
    let now: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
    let end = |lasts, until| ends_at(lasts, until, &berlin, now).map(|at| at.to_rfc3339());
    for (lasts, until, expected) in [
        (Some("36h"), None, "2026-03-03T00:00:00+00:00"),
        (Some(" 7d "), Some(""), "2026-03-08T12:00:00+00:00"),
        (None, Some("2026-12-31"), "2026-12-31T23:00:00+00:00"),
        (None, Some("2026-07-01"), "2026-07-01T22:00:00+00:00"),
        (
            None,
            Some("2026-07-01T08:00:00+02:00"),
            "2026-07-01T06:00:00+00:00",
        ),
    ] {
        assert_eq!(
            end(lasts, until).as_deref(),
            Ok(expected),
            "{lasts:?} {until:?}"
        );
    }
    assert_eq!(end(None, None), Err(NoEnd::NotOne));
    assert_eq!(end(Some("1d"), Some("2026-12-31")), Err(NoEnd::NotOne));
    for text in ["7", "soon", "0d", "-1d", "9999999years", "200years"] {
        assert!(end(Some(text), None).is_err(), "{text}");
    }
    for text in ["31.12.2026", "2026-02-30", "9999999-01-01", "tomorrow"] {
        assert!(end(None, Some(text)).is_err(), "{text}");
    }
}
