//! What is said of rules agrees with trying them on everything that can occur in a small world.

use proptest::{prelude::*, sample::subsequence};

use super::{Ground, Rule, Scope};
use crate::domain::{
    App, Credential, Expiry, Id, Kind, ObjectType, Severity,
    facts::Owner,
    glob::Glob,
    matcher::{Matcher, Subject},
};

const TENANTS: [&str; 2] = ["a", "b"];
const KINDS: [Kind; 2] = [Kind::ClientSecret, Kind::SamlCertificate];
const SEVERITIES: [Severity; 2] = [Severity::Warning, Severity::Critical];

fn globs(patterns: &[&'static str]) -> impl Strategy<Value = Vec<Glob>> + use<> {
    let patterns = patterns.to_vec();
    let some = subsequence(patterns, 1..=2);
    prop_oneof![
        2 => Just(Vec::new()),
        1 => some.prop_map(|some| some.into_iter().map(Glob::new).collect()),
    ]
}

/// Any matcher of the small world.
pub(in crate::domain) fn matcher() -> impl Strategy<Value = Matcher> {
    let texts = ["x", "y", "x*", "*"];
    (
        globs(&["a", "b", "*"]),
        globs(&texts),
        globs(&texts),
        globs(&texts),
        subsequence(KINDS.to_vec(), 0..=2),
        subsequence(SEVERITIES.to_vec(), 0..=2),
    )
        .prop_map(|(tenant, app, tag, owner, kind, severity)| Matcher {
            tenant,
            app,
            tag,
            owner,
            kind,
            severity,
            ..Matcher::default()
        })
}

/// Calls `each` with everything that can occur, and says whether it holds of all.
pub(in crate::domain) fn all(mut each: impl FnMut(&Subject<'_>) -> bool) -> bool {
    let texts = ["x", "xx", "y", "z"];
    let none_or_one: Vec<Option<&str>> = [None].into_iter().chain(texts.map(Some)).collect();
    let mut holds = true;
    for (tenant, name) in TENANTS.iter().flat_map(|t| texts.map(|name| (t, name))) {
        for (tag, owner) in none_or_one
            .iter()
            .flat_map(|tag| none_or_one.iter().map(move |owner| (tag, owner)))
        {
            let owners: Vec<Owner> = owner.iter().map(|mail| owner_of(mail)).collect();
            for kind in KINDS {
                let app = app(name, *tag, kind);
                for severity in SEVERITIES {
                    holds &= each(&Subject {
                        tenant,
                        app: &app,
                        credential: &app.credentials[0],
                        severity: Some(severity),
                        owners: &owners,
                    });
                }
            }
        }
    }
    holds
}

fn owner_of(mail: &str) -> Owner {
    Owner {
        mail: Some(mail.into()),
        ..Owner::default()
    }
}

fn app(name: &str, tag: Option<&str>, kind: Kind) -> App {
    App {
        object_type: ObjectType::Application,
        object_id: Id::parse("o"),
        app_id: Id::parse("i"),
        name: name.into(),
        tags: tag.into_iter().map(Into::into).collect(),
        credentials: [Credential {
            id: Id::parse("c"),
            kind,
            name: None,
            hint: None,
            starts_at: None,
            expires: Expiry::Never,
            thumbprint: None,
            active: None,
        }]
        .into(),
    }
}

fn ground() -> Ground<'static> {
    let scope = |tenant| Scope {
        tenant,
        kinds: KINDS.to_vec(),
        severities: Some(SEVERITIES.to_vec()),
        ignore: &[],
    };
    Ground::new(TENANTS.map(scope).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A rule that is said to be shadowed never gets anything; and where the keys are closed, one that never gets anything is said to be.
    #[test]
    fn what_is_said_to_be_shadowed_never_applies(
        rules in proptest::collection::vec((matcher(), any::<bool>()), 1..5),
    ) {
        let rules: Vec<Option<Rule<'_>>> = rules
            .iter()
            .map(|(matcher, stops)| Some(Rule { matcher, stops: *stops }))
            .collect();
        for (position, takers) in ground().shadows(&rules).into_iter().enumerate() {
            let later = rules[position].unwrap().matcher;
            let earlier = rules[..position].iter().flatten().filter(|rule| rule.stops);
            let gets_nothing = all(|subject| {
                !later.matches(subject) || earlier.clone().any(|rule| rule.matcher.matches(subject))
            });
            if !takers.is_empty() {
                prop_assert!(gets_nothing, "{takers:?} before {position}");
            }
            let is_closed = |rule: &&Matcher| rule.app.is_empty() && rule.tag.is_empty() && rule.owner.is_empty();
            let closed = rules[..=position].iter().flatten().all(|rule| is_closed(&rule.matcher));
            if closed && gets_nothing {
                prop_assert!(!takers.is_empty(), "{position} is never reached");
            }
        }
    }

    /// What is in no gap is always taken; what is in one is taken by open keys alone, or not at all.
    #[test]
    fn gaps_are_what_nothing_takes(rules in proptest::collection::vec(matcher(), 0..4)) {
        let ground = ground();
        let gaps = ground.gaps(&rules);
        all(|subject| {
            let gap = gaps.iter().find(|gap| {
                ground.scopes()[gap.scope].tenant == subject.tenant
                    && Some(gap.severity) == subject.severity
                    && gap.kinds.contains(&subject.credential.kind)
            });
            let is_taken = rules.iter().any(|rule| rule.matches(subject));
            match gap {
                None => assert!(is_taken, "{subject:?} is taken by nothing"),
                Some(gap) => assert!(!is_taken || gap.only_the_rest, "{subject:?} is taken"),
            }
            true
        });
    }

    #[test]
    fn what_is_ignored_never_gets_to_a_rule(ignore in matcher(), rule in matcher()) {
        let ignore = [Matcher { severity: Vec::new(), ..ignore }];
        let scope = |tenant| Scope {
            tenant,
            kinds: KINDS.to_vec(),
            severities: Some(SEVERITIES.to_vec()),
            ignore: &ignore,
        };
        let ground = Ground::new(TENANTS.map(scope).to_vec());
        if ground.is_ignored(&rule) {
            prop_assert!(all(|subject| !rule.matches(subject) || ignore[0].matches(subject)));
        }
    }
}
