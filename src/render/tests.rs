use chrono::TimeDelta;

use super::{Links, Message, Renderer, plain::plain, samples};
use crate::domain::{
    Id, Kind, Notification, ObjectType, Row, Thumbprint,
    calendar::Calendar,
    link::{LASTS, LinkKey, Pass},
    notification::Subject,
    row::{Rotation, RowSeverity, Section},
};

fn message(notification: &Notification) -> Message {
    samples::renderer().message(notification, 0..notification.rows().len(), None)
}

fn title(rows: Vec<Row>) -> String {
    message(&samples::due(rows)).title
}

#[test]
fn every_kind_of_message_as_a_person_reads_it() {
    for (name, notification) in [
        ("mixed", samples::mixed()),
        ("expired", samples::expired()),
        ("own", samples::own()),
        ("escalated", samples::escalated()),
        ("resolved", samples::resolved()),
        ("failing", samples::failing()),
        ("receiver-failing", samples::receiver_failing()),
        ("receiver-recovered", samples::receiver_recovered()),
        ("skewed", samples::skewed()),
        ("recovered", samples::recovered()),
        ("test", samples::test()),
        ("hostile", samples::hostile()),
        ("clusters", samples::clusters()),
        ("digest", samples::digest()),
        ("all_is_well", samples::all_is_well()),
        ("hostile_digest", samples::hostile_digest()),
        ("changed", samples::changes::changed()),
        ("in_person", samples::changes::in_person()),
        ("in_place", samples::changes::in_place()),
    ] {
        insta::assert_snapshot!(name, plain(&message(&notification)));
    }
}

#[test]
fn the_title_says_the_worst_first_and_how_many_more() {
    let rows = |hours: &[i64]| -> Vec<Row> {
        let row = |hours: &i64| samples::row(1, "billing-api", "prod", *hours);
        hours.iter().map(row).collect()
    };
    for (hours, expected) in [
        (
            &[-50, 3][..],
            "Expired: billing-api client secret \"prod\", and 1 more",
        ),
        (&[5], "Expires today: billing-api client secret \"prod\""),
        (
            &[20],
            "Expires tomorrow: billing-api client secret \"prod\"",
        ),
        (&[30], "1 day left: billing-api client secret \"prod\""),
        (
            &[75, 80, 90],
            "3 days left: billing-api client secret \"prod\", and 2 more",
        ),
    ] {
        assert_eq!(title(rows(hours)), expected);
    }
}

#[test]
fn of_an_owner_who_is_lost_the_title_names_the_app_alone() {
    let notification = samples::changes::changed();
    let last = samples::renderer().message(&notification, 4..5, None);
    assert_eq!(last.title, "Owner lost: warehouse");
    assert_eq!(
        last.intro[1],
        "Nobody can renew in time what belongs to nobody: give each app an owner."
    );
    let gone = samples::renderer().message(&notification, 3..5, Some((2, 2)));
    assert_eq!(
        gone.title,
        "Removed: payroll-sync client secret \"old\", and 1 more (2/2)"
    );
}

#[test]
fn a_part_speaks_of_its_own_rows_and_says_which_they_are() {
    let notification = samples::first_scan(300);
    let message = samples::renderer().message(&notification, 60..80, Some((4, 15)));
    assert_eq!(message.intro.len(), 2, "{:?}", message.intro);
    assert_eq!(
        message.title,
        "4 days left: service-060 client secret \"main\", and 19 more (4/15)"
    );
    assert_eq!(message.items.len(), 20);
    assert!(
        message
            .intro
            .contains(&"Part 4 of 15: credentials 61 to 80.".to_owned()),
        "{:?}",
        message.intro
    );
}

#[test]
fn a_range_beyond_the_rows_is_no_panic() {
    let notification = samples::mixed();
    for (start, end) in [(4, 99), (50, 60), (7, 3)] {
        samples::renderer().message(&notification, start..end, None);
    }
}

#[test]
fn the_title_of_a_hostile_name_is_one_short_line() {
    let long = "a very long name, ".repeat(30);
    let title = title(vec![samples::row(1, &long, &long, 80)]);
    assert!(title.chars().count() < 110, "{title}");
    for hostile in ["a\nb", "a\u{202E}b", "a\u{0}b"] {
        let title = self::title(vec![samples::row(1, hostile, hostile, 80)]);
        assert!(!title.contains(['\n', '\u{202E}', '\u{0}']), "{title:?}");
    }
}

#[test]
fn dates_are_those_of_the_configured_zone() {
    // 22:30 in London is the next day in Berlin
    let rows = vec![
        samples::row(1, "a", "b", 14),
        samples::row(2, "a", "b", 6 * 24 + 14),
    ];
    let notification = samples::due(rows.clone());
    let when = |renderer: Renderer| -> Vec<String> {
        let message = renderer.message(&notification, 0..2, None);
        message.items.into_iter().map(|item| item.when).collect()
    };
    let utc = when(Renderer::new(Calendar::default()));
    let tokyo = when(Renderer::new(Calendar {
        timezone: chrono_tz::Asia::Tokyo,
        ..Calendar::default()
    }));
    assert_eq!(utc[0], "expires today (Tue 24 Nov 2026) at 22:00 UTC");
    assert_eq!(tokyo[0], "expires tomorrow (Wed 25 Nov 2026) at 07:00 JST");
    assert_eq!(utc[1], "expires in 6 days, on Mon 30 Nov 2026");
    assert_eq!(tokyo[1], "expires in 6 days, on Tue 1 Dec 2026");
}

#[test]
fn a_command_is_offered_only_for_an_id_that_is_safe_in_a_shell() {
    let safe = samples::row(1, "a", "b", 80);
    let odd = Row {
        app_id: Id::parse("x; reboot"),
        ..safe.clone()
    };
    let items = message(&samples::due(vec![safe, odd])).items;
    let command = items[0].command.as_deref().unwrap();
    assert!(command.starts_with("az ad app credential reset --id a0000000-"));
    assert!(command.ends_with(" --append"));
    assert_eq!(items[1].command, None);
}

#[test]
fn an_enterprise_app_s_own_credentials_have_a_command_of_their_own_or_a_sentence() {
    let principal = |app: &str, kind| Row {
        kind,
        object_type: ObjectType::ServicePrincipal,
        ..samples::row(1, app, "b", 80)
    };
    let rows = [
        principal("old-erp", Kind::ClientSecret),
        principal("old-erp", Kind::Certificate),
        principal("VPN Server", Kind::Certificate),
        Row {
            thumbprint: Thumbprint::from_hex(&"ab".repeat(20)),
            ..principal("sso", Kind::SamlCertificate)
        },
        Row {
            self_renewing: Some("Entra Connect Sync".to_owned()),
            ..samples::row(2, "sync", "b", 80)
        },
    ];
    let items = message(&samples::due(rows.to_vec())).items;
    let of_app = |app: &'static str| items.iter().filter(move |item| item.app == app);
    let commands: Vec<&str> = of_app("old-erp")
        .filter_map(|item| item.command.as_deref())
        .collect();
    let reset = format!(
        "az ad sp credential reset --id {} --append",
        rows[0].object_id
    );
    assert_eq!(
        commands,
        [&reset, &format!("{reset} --cert @new-certificate.pem")]
    );
    for (app, sentence) in [
        ("VPN Server", "VPN connectivity"),
        ("sso", "single sign-on page"),
        ("sync", "Why: "),
    ] {
        let item = of_app(app).next().unwrap();
        assert_eq!(item.command, None, "{app}");
        assert!(
            item.notes.iter().any(|note| note.contains(sentence)),
            "{app}"
        );
    }
    let sso = of_app("sso").next().unwrap();
    assert!(sso.facts.contains(&("Thumbprint", "AB".repeat(20))));
}

#[test]
fn a_resolved_credential_is_not_shown_as_urgent() {
    let message = message(&samples::resolved());
    assert_eq!(message.urgency, RowSeverity::Ok);
    assert!(
        message
            .items
            .iter()
            .all(|item| item.severity == RowSeverity::Ok)
    );
    assert!(message.items.iter().all(|item| item.command.is_none()));
}

#[test]
fn a_credential_that_ended_this_instant_has_expired() {
    let mut row = samples::row(1, "a", "b", 0);
    row.severity = RowSeverity::Expired;
    let message = message(&samples::due(vec![row]));
    assert_eq!(message.title, "Expired: a client secret \"b\"");
    assert_eq!(
        message.items[0].when,
        "expired today (Tue 24 Nov 2026) at 09:00 CET"
    );
}

/// What the message says of a row's use, a line each.
fn of_use(row: Row) -> String {
    let text = plain(&message(&samples::due(vec![row])));
    let told = ["Last used", "rotation", "Not used", "newer one", "Renew"];
    let is_told = |line: &&str| told.iter().any(|words| line.contains(words));
    let lines: Vec<&str> = text.lines().filter(is_told).map(str::trim).collect();
    lines.join("\n")
}

#[test]
fn what_is_known_of_its_use_is_told_with_what_follows() {
    let now = samples::now();
    let newer = Row {
        newer: Some(Id::Guid(samples::credential(90))),
        newer_name: Some("2026".to_owned()),
        newer_starts_at: Some(now - TimeDelta::days(22)),
        last_used_at: Some(now - TimeDelta::hours(3)),
        ..samples::row(1, "billing-api", "2025", 13 * 24)
    };
    let unfinished = Row {
        rotation: Some(Rotation::Unfinished),
        last_used_at: Some(now - TimeDelta::hours(20)),
        ..newer.clone()
    };
    let on_the_same_day = Row {
        newer_starts_at: Some(now - TimeDelta::hours(20)),
        ..newer.clone()
    };
    let not_since = Row {
        last_used_at: Some(now - TimeDelta::days(30)),
        ..newer.clone()
    };
    let unused = Row {
        unused: true,
        last_used_at: Some(now - TimeDelta::days(214)),
        ..samples::row(1, "old-erp", "erp", 13 * 24)
    };
    let not_remembered = Row {
        last_used_at: None,
        ..unused.clone()
    };
    let told = [
        unfinished,
        newer,
        on_the_same_day,
        not_since,
        unused,
        not_remembered,
    ];
    insta::assert_snapshot!("of_use", told.map(of_use).join("\n\n"));
}

#[test]
fn a_first_scan_of_very_much_tells_the_most_urgent_in_full_and_the_rest_in_brief() {
    let notification = samples::first_scan(300);
    let message = message(&notification);
    let brief = message.items.iter().map(|item| item.brief);
    assert_eq!(brief.clone().filter(|brief| *brief).count(), 290);
    assert!(brief.take(10).all(|brief| !brief));
    insta::assert_snapshot!("first_scan", {
        let text = plain(&message);
        let lines: Vec<&str> = text.lines().collect();
        let (start, end) = (&lines[..26], &lines[lines.len() - 8..]);
        format!("{}\n[…]\n{}", start.join("\n"), end.join("\n"))
    });
    let few = samples::first_scan(30);
    let few = samples::renderer().message(&few, 0..30, None);
    assert!(few.items.iter().all(|item| !item.brief));
}

#[test]
fn a_summary_is_as_urgent_as_what_comes_up() {
    assert_eq!(message(&samples::digest()).urgency, RowSeverity::Expired);
    assert_eq!(message(&samples::all_is_well()).urgency, RowSeverity::Ok);
    let mut only_stale = samples::digest();
    if let Subject::Digest { alerts, .. } = &mut only_stale.subject {
        alerts.retain(|row| row.section == Some(Section::Stale));
    }
    let message = message(&only_stale);
    assert_eq!(message.urgency, RowSeverity::Ok);
    assert!(
        message
            .title
            .starts_with("All is well: 1,204 credentials of contoso watched")
    );
    assert!(message.intro[0].starts_with("All is well: "));
}

#[test]
fn each_part_of_a_summary_begins_with_a_heading_and_ends_a_section_with_what_is_left_out() {
    let notification = samples::digest();
    let part = samples::renderer().message(&notification, 3..4, Some((2, 3)));
    assert_eq!(
        part.items[0].heading_after(None),
        Some("Expired long ago: to be removed")
    );
    assert!(part.items[0].notes.is_empty());
    let part = samples::renderer().message(&notification, 4..6, Some((3, 3)));
    let expected = "… and 1,312 more: forewarn scan lists them.";
    assert_eq!(part.items[0].notes, [expected]);
    let first = part.items.first();
    assert_eq!(part.items[1].heading_after(first), Some("Never expiring"));
}

#[test]
fn what_is_due_can_be_acknowledged_by_the_same_link_in_whichever_part_it_stands() {
    let base = "https://forewarn.contoso.com/below/".parse().unwrap();
    let key = LinkKey::new(&[7; 32]);
    let renderer = samples::renderer().with_links(Links::new(key.clone(), &base));
    let due = samples::first_scan(3);
    let links = |rows: std::ops::Range<usize>| -> Vec<String> {
        let items = renderer.message(&due, rows, Some((1, 2))).items;
        items
            .into_iter()
            .filter_map(|item| item.acknowledge)
            .collect()
    };
    let all = links(0..3);
    assert_eq!([links(0..1), links(1..3)].concat(), all);
    for (row, link) in (0..).zip(&all) {
        let sealed = link.strip_prefix("https://forewarn.contoso.com/below/act/");
        let pass = Pass {
            notification: due.id,
            row,
            expires_at: due.decided_at + LASTS,
        };
        assert_eq!(key.open(sealed.unwrap(), due.decided_at), Ok(pass));
    }
    for other in [samples::resolved(), samples::test(), samples::failing()] {
        let rows = other.rows().len();
        let items = renderer.message(&other, 0..rows, None).items;
        assert!(items.iter().all(|item| item.acknowledge.is_none()));
    }
    assert!(
        message(&due)
            .items
            .iter()
            .all(|item| item.acknowledge.is_none())
    );
}
