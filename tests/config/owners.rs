//! `[owners]`, and what is matched by an owner.

use forewarn::domain::{
    ownership::OwnerSource::{Graph, Notes, Tags},
    route::GroupKey,
};

use super::{MINIMAL, good, load_text, told};

#[test]
fn sources_are_asked_in_the_written_order_and_each_once() {
    for (written, sources) in [
        ("", vec![Graph, Notes, Tags]),
        ("[owners]\n", vec![Graph, Notes, Tags]),
        ("[owners]\nsources = []\n", Vec::new()),
        (
            "[owners]\nsources = [\"tags\", \"graph\", \"tags\"]\n",
            vec![Tags, Graph],
        ),
    ] {
        let config = good(&(MINIMAL.to_owned() + written), &[]);
        assert_eq!(config.tenants[0].ownership.sources, sources, "{written}");
        assert_eq!(config.tenants[0].reads_notes(), sources.contains(&Notes));
    }
    let unknown = MINIMAL.to_owned() + "[owners]\nsources = [\"note\"]\n";
    let told = told(load_text(unknown, &[]));
    assert!(
        told.contains("owners.sources") && told.contains("notes"),
        "{told}"
    );
}

#[test]
fn owners_may_be_matched_everywhere() {
    let ignore = "[{ owner = \"*@lab.contoso.com\" }, { app = \"P2P Server\" }]";
    let text = MINIMAL.replace(
        "[tenants.auth]",
        &format!("ignore = {ignore}\n[tenants.auth]"),
    );
    let rules = "[[policies]]\nmatch = { owner = \"ada@*\" }\nthresholds = { days = [90] }\n\
                 [[routes]]\nmatch = { owner = [\"a\", \"b\"] }\nreceivers = [\"ops\"]\n\
                 [[routes]]\ngroup_by = [\"owner\"]\nreceivers = [\"ops\"]\n";
    let text = text + rules;
    assert_eq!(told(load_text(&text, &[])), "nothing is wrong");
    let config = good(&text, &[]);
    let tenant = &config.tenants[0];
    // by app at once, by owner when the owners are known
    assert_eq!((tenant.ignore.len(), tenant.ownership.ignore.len()), (1, 1));
    assert_eq!(tenant.ownership.ignore[0].owner.len(), 1);
    assert_eq!(config.policies.exceptions[0].matcher.owner.len(), 1);
    assert_eq!(config.routes.all()[0].matcher.owner.len(), 2);
    assert_eq!(config.routes.all()[1].group_by, [GroupKey::Owner]);
}

#[test]
fn whoever_tells_owners_must_know_them_and_whom_to_tell_where_there_is_none() {
    let file = |to: &str, sources: &str| {
        format!(
            "{MINIMAL}[[receivers]]\nname = \"mail\"\ntype = \"email\"\nto = [{to}]\nto_owners = true\n\
             smtp = {{ host = \"localhost\", from = \"a@b.c\", tls = \"none\" }}\n[owners]\nsources = [{sources}]\n"
        )
    };
    let good = good(&file("\"a@b.c\"", "\"tags\""), &[]);
    let tells_owners: Vec<bool> = good.receivers.iter().map(|of| of.to_owners).collect();
    assert_eq!(tells_owners, [false, true]);
    for (text, why) in [
        (file("\"a@b.c\"", ""), "nobody is known to own anything"),
        (
            file("", "\"graph\""),
            "nobody would hear of apps that have no owner",
        ),
    ] {
        let told = told(load_text(text, &[]));
        assert!(
            told.contains("receivers[1].to_owners") && told.contains(why),
            "{told}"
        );
    }
}
