use super::*;
use crate::domain::{
    Expiry, Kind, Ladder, ObjectType, Severity, facts::Facts, glob::Glob, known::Announced,
    policy::Policy,
};

fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

/// An app whose secrets end on these days.
fn app(name: &str, ends: &[i64]) -> App {
    let secret = |end: &i64| Credential {
        id: Id::parse(&format!("{name} {end}")),
        kind: Kind::ClientSecret,
        name: None,
        hint: None,
        starts_at: None,
        expires: Expiry::At(day(*end)),
        thumbprint: None,
        active: None,
    };
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse(name),
        app_id: Id::parse(name),
        name: name.into(),
        tags: Box::default(),
        credentials: ends.iter().map(secret).collect(),
    }
}

fn owner(mail: &str) -> Owner {
    Owner {
        mail: Some(mail.into()),
        ..Owner::default()
    }
}

fn due_of(apps: &[App], policies: &Policies, known: &Known) -> String {
    let circumstances = Circumstances {
        tenant: "contoso",
        policies,
        facts: &Facts::default(),
        now: day(0),
    };
    let due: Vec<&str> = due(circumstances, known, apps)
        .map(|app| &*app.name)
        .collect();
    due.join(" ")
}

#[test]
fn notes_name_owners_line_by_line() {
    for (note, named) in [
        ("", None),
        ("Runs the nightly export.", None),
        ("owner:", None),
        ("Downer: a@b.c", None),
        ("the owner: a@b.c", None),
        ("owner: a@b.c", Some("a@b.c")),
        (
            "Backup job.\r\n  OWNERS : a@b.c , d@e.f;g@h.i\r\nSee wiki",
            Some("a@b.c\nd@e.f\ng@h.i"),
        ),
        ("owner: a@b.c\nd@e.f\n\ng@h.i", Some("a@b.c\nd@e.f")),
        ("owner: a@b.c\nowner: d@e.f", Some("a@b.c\nd@e.f")),
        ("owner: a@b.c; phone: 123; x", Some("a@b.c")),
        ("owner: Platform Team\nfloor 3", Some("Platform Team")),
        ("Owner: Ada Berg <ada@b.c>", Some("Ada Berg <ada@b.c>")),
    ] {
        assert_eq!(in_note(note).as_deref(), named, "{note:?}");
    }
}

#[test]
fn a_hostile_note_costs_little() {
    let long = format!("owner: {}", "x".repeat(100_000));
    assert_eq!(in_note(&long), None);
    let many = format!("owner: {}", "a@b.c,".repeat(10_000));
    assert_eq!(in_note(&many).unwrap().lines().count(), NAMED_MAX);
}

#[test]
fn a_name_is_told_from_an_address() {
    for (text, name, mail) in [
        ("a@b.c", None, Some("a@b.c")),
        ("Ada Berg", Some("Ada Berg"), None),
        ("Ada Berg <ada@b.c>", Some("Ada Berg"), Some("ada@b.c")),
        ("<ada@b.c>", None, Some("ada@b.c")),
        ("a@b@c", Some("a@b@c"), None),
        ("@", Some("@"), None),
        ("a b@c", Some("a b@c"), None),
    ] {
        let owner = named_by(text);
        assert_eq!(
            (owner.name.as_deref(), owner.mail.as_deref()),
            (name, mail),
            "{text}"
        );
    }
}

#[test]
fn the_first_source_that_names_anybody_has_answered() {
    use OwnerSource::{Graph, Notes, Tags};
    let mut app = app("billing", &[]);
    app.tags = ["prod".into(), "Owner:tag@b.c".into()].into();
    let mut noted = Noted::default();
    noted.insert(app.object_id.clone(), in_note("owner: note@b.c").unwrap());
    let nobody = Noted::default();
    let by = |sources: &[OwnerSource], noted, graph: Option<&[&str]>| {
        let ownership = Ownership {
            sources: sources.to_vec(),
            ..Ownership::default()
        };
        let graph = graph.map(|mails| mails.iter().map(|mail| owner(mail)).collect());
        let owners = ownership.owners(&app, noted, graph);
        owners.map(|owners| {
            let labels: Vec<String> = owners.iter().map(|of| of.label().into_owned()).collect();
            labels.join(" ")
        })
    };
    let all = [Graph, Notes, Tags];
    let says = |text: &str| Some(text.to_owned());
    assert_eq!(by(&all, &noted, Some(&["graph@b.c"])), says("graph@b.c"));
    assert_eq!(by(&all, &noted, Some(&[])), says("note@b.c"));
    assert_eq!(by(&all, &nobody, Some(&[])), says("tag@b.c"));
    assert_eq!(
        by(&[Tags, Graph], &noted, Some(&["graph@b.c"])),
        says("tag@b.c")
    );
    // the directory did not answer: others may, but "nobody" is not known
    assert_eq!(by(&all, &noted, None), says("note@b.c"));
    assert_eq!(by(&[Graph, Notes], &nobody, None), None);
    assert_eq!(by(&[Graph, Notes], &nobody, Some(&[])), says(""));
    assert_eq!(by(&[Notes], &nobody, None), says(""));
    assert_eq!(by(&[], &noted, Some(&["graph@b.c"])), None);

    let asks = |sources: &[OwnerSource], noted| {
        let sources = sources.to_vec();
        let ownership = Ownership {
            sources,
            ..Ownership::default()
        };
        ownership.asks_directory(&app, noted)
    };
    assert!(asks(&all, &noted));
    assert!(!asks(&[Notes, Graph], &noted));
    assert!(asks(&[Notes, Graph], &nobody));
    assert!(!asks(&[Notes, Tags], &nobody));
}

#[test]
fn only_what_is_due_under_any_policy_is_asked_about() {
    let apps = [
        app("over", &[-8]),
        app("ended", &[-7]),
        app("soon", &[400, 60]),
        app("later", &[61]),
        app("far", &[101]),
        app("none", &[]),
    ];
    let mut policies = Policies::default();
    let known = Known::default();
    assert_eq!(due_of(&apps, &policies, &known), "ended soon");
    let owned = Matcher {
        owner: vec![Glob::new("*@contoso.com")],
        ..Matcher::default()
    };
    policies.exceptions = vec![Policy {
        matcher: owned,
        thresholds: Thresholds {
            ladder: Ladder::new([100]),
            ..Thresholds::default()
        },
        self_renewing: None,
    }];
    assert_eq!(due_of(&apps, &policies, &known), "ended soon later");
    policies.exceptions[0].self_renewing = Some(101);
    assert_eq!(due_of(&apps, &policies, &known), "ended soon later far");
}

#[test]
fn what_was_known_alive_is_asked_about_until_its_end_was_told() {
    let apps = [app("over", &[-8])];
    let policies = Policies::default();
    let credential = &apps[0].credentials[0];
    let told = |rung| {
        let facts = Facts::default();
        let circumstances = Circumstances {
            tenant: "t",
            policies: &policies,
            facts: &facts,
            now: day(-9),
        };
        let row =
            assess(circumstances, &apps[0], credential).row(circumstances, &apps[0], credential);
        Some(Box::new(Announced {
            rung,
            reminder: 0,
            severity: Severity::Critical,
            at: day(-9),
            expires_at: day(-8),
            row: row.into(),
            told: Vec::new(),
            resolved: false,
            softened: false,
            persons: Vec::new(),
            critical_since: None,
            escalated: false,
        }))
    };
    let known = |first_seen, gone, announced| {
        let memory = Memory {
            first_seen: day(first_seen),
            expires: credential.expires,
            gone,
            life: 0,
            fingerprint: 0,
            announced,
        };
        Known::new(
            vec![(CredentialKey::new(&apps[0], credential), memory)],
            true,
        )
    };
    for (known, expected) in [
        (known(-20, false, None), "over"),
        (known(0, false, None), ""),
        (known(-20, true, None), "over"),
        (known(-20, false, told(Rung::days_before(7))), "over"),
        (known(-20, false, told(Rung::END)), ""),
    ] {
        assert_eq!(due_of(&apps, &policies, &known), expected);
    }
}

#[test]
fn of_a_long_list_what_ends_last_is_asked_about_first() {
    let apps = [
        app("old", &[-900]),
        app("next", &[5, 200]),
        app("late", &[95]),
        app("now", &[-1]),
    ];
    let names = |until, most| -> Vec<&str> {
        let listed = listed(&apps, until, most);
        listed.into_iter().map(|app| &*app.name).collect()
    };
    assert_eq!(names(day(90), 10), ["next", "now", "old"]);
    assert_eq!(names(day(90), 2), ["next", "now"]);
    let (next, late) = (&apps[1], &apps[2]);
    let once = each_once([next, late, next]);
    assert_eq!(once, [next, late]);
}

#[test]
fn what_is_ignored_by_owner_goes_once_the_owner_is_known() {
    let ownership = Ownership {
        sources: vec![OwnerSource::Graph],
        ignore: vec![Matcher {
            owner: vec![Glob::new("*@lab.contoso.com")],
            credential: vec![Glob::new("old*")],
            ..Matcher::default()
        }],
    };
    let mut apps = vec![
        app("lab", &[5, 6]),
        app("other", &[5]),
        app("unknown", &[5]),
    ];
    for app in &mut apps {
        app.credentials[0].name = Some("old".into());
    }
    let mut snapshot = Snapshot {
        apps,
        ..Snapshot::default()
    };
    let owners = &mut snapshot.facts.owners;
    owners.insert(
        Id::parse("lab"),
        vec![owner("a@b.c"), owner("x@LAB.contoso.com")],
    );
    owners.insert(Id::parse("other"), Vec::new());
    ownership.leave_out("contoso", &mut snapshot);
    let left: Vec<usize> = snapshot
        .apps
        .iter()
        .map(|app| app.credentials.len())
        .collect();
    assert_eq!(left, [1, 1, 1]);
    assert_eq!(snapshot.apps[0].credentials[0].name, None);
    let left_out: Vec<String> = (snapshot.left_out.iter())
        .map(|key| key.credential_id.to_string())
        .collect();
    assert_eq!(left_out, ["lab 5"]);
}
