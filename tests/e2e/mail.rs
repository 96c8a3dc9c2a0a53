//! Mail by the sign-in of an app: through Graph, and by SMTP with a token.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use forewarn::sandbox::{Fault, Faults, Rule, inbox::Channel};

use crate::{
    arrived::{assert_no_problems, html, messages, told},
    config::{EVERY_SECOND, ONCE, RECIPIENT, chat, graph_mail, token_mail},
    expected::due,
    process::Process,
    wait::{SOON, until},
    world::{World, crowd, now},
};

/// The mailbox that the sandbox's Exchange lets the client send as.
const MAILBOX: &str = "forewarn@contoso.com";
/// Where Graph takes mail.
const SEND_MAIL: &str = "/v1.0/users/{id}/sendMail";

/// What is due arrives by mail, once, in two forms.
fn is_told_of_what_is_due(receiver: impl FnOnce(&World) -> String) -> World {
    let crowd = crowd(150);
    let world = World::encrypted(&crowd);
    world.write("ca.pem", world.sandbox.ca_pem().unwrap());
    let rest = ["[tls]\nextra_ca_file = \"ca.pem\"\n", &receiver(&world)].concat();
    world.configure(ONCE, &rest);
    let due = due(&crowd, now());
    assert!(due.len() > 3, "{}", due.len());

    let daemon = world.run();
    until("the mail is there", SOON, || {
        daemon.has_delivered_everything() && !messages(world.inbox(), "mail").is_empty()
    });
    daemon.stop();
    let once: BTreeMap<String, usize> = due.iter().map(|id| (id.clone(), 1)).collect();
    assert_eq!(told(world.inbox(), "mail").named, once);
    assert_no_problems(world.inbox());
    for mail in messages(world.inbox(), "mail") {
        assert_eq!(mail.received.channel, Channel::Mail);
        let html = html(world.inbox(), &mail);
        assert!(mail.credentials.iter().all(|id| html.contains(id)));
    }
    world
}

#[test]
fn graph_sends_without_any_mail_server() {
    let world = is_told_of_what_is_due(|_| graph_mail("mail", MAILBOX));
    let stats = world.sandbox.stats();
    let mails = messages(world.inbox(), "mail").len() as u64;
    assert_eq!(
        stats.graph_requests[SEND_MAIL],
        BTreeMap::from([(202, mails)])
    );

    let checked = world.forewarn(&["check", "--online"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    let client = world.sandbox.client_id();
    let line =
        format!("receiver mail: signed in as client {client}; the token does not hold Mail.Send");
    assert!(checked.stdout.contains(&line), "{}", checked.stdout);
    assert_eq!(
        world.sandbox.stats().graph_requests[SEND_MAIL][&202],
        mails,
        "nothing was sent"
    );
}

#[test]
fn a_mail_server_takes_a_token_in_place_of_a_password() {
    let world = is_told_of_what_is_due(|world| token_mail("mail", &world.sandbox, RECIPIENT));
    let checked = world.forewarn(&["check", "--online"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert!(
        checked.stdout.contains("STARTTLS, signed in with a token"),
        "{}",
        checked.stdout
    );
}

#[test]
fn a_token_that_ran_out_early_and_a_busy_graph_lose_nothing() {
    let crowd = crowd(100);
    let world = World::new(&crowd);
    world.configure(ONCE, &graph_mail("mail", MAILBOX));
    world.trouble([
        Rule::always(Fault::Unauthorised).times(1),
        Rule::always(Fault::Throttle).times(1),
    ]);
    // the first call is the scan's, the second finds Graph busy; the mails come after
    let daemon = world.run();
    until("the first mail is there", SOON, || {
        !messages(world.inbox(), "mail").is_empty()
    });
    world.trouble([Rule::always(Fault::Unauthorised).times(1)]);
    let tested = world.forewarn(&["test", "mail"]);
    assert_eq!(tested.code, Some(0), "{}", tested.stdout);
    daemon.stop();
    let statuses = &world.sandbox.stats().graph_requests[SEND_MAIL];
    assert_eq!(statuses.get(&401), Some(&1), "{statuses:?}");
}

#[test]
fn what_is_missing_is_said_in_words() {
    let world = World::new(&crowd(1));
    for (from, words) in [
        ("ceo@contoso.com", "HTTP 403 ErrorAccessDenied"),
        (
            "ceo@contoso.com",
            "allow it to send as ceo@contoso.com alone",
        ),
        ("nobody@fabrikam.example", "HTTP 404 ErrorInvalidUser"),
        (
            "nobody@fabrikam.example",
            "No user or shared mailbox nobody@fabrikam.example is in the tenant",
        ),
    ] {
        world.configure(ONCE, &graph_mail("mail", from));
        let tested = world.forewarn(&["test", "mail"]);
        assert_eq!(tested.code, Some(1));
        assert!(tested.stdout.contains(words), "{words}: {}", tested.stdout);
    }
    world.sandbox.set_faults(Faults {
        roles: Some(vec![
            "Application.Read.All".to_owned(),
            "Mail.Send".to_owned(),
        ]),
        ..Faults::default()
    });
    world.configure(ONCE, &graph_mail("mail", "ceo@contoso.com"));
    let tested = world.forewarn(&["test", "mail"]);
    assert_eq!(tested.code, Some(0), "{}", tested.stdout);
    let checked = world.forewarn(&["check", "--online"]).stdout;
    assert!(checked.contains("the token holds Mail.Send"), "{checked}");
    assert!(
        !checked.contains("take it away"),
        "it is not too much: {checked}"
    );

    // without consent to SMTP.SendAsApp
    world.configure(ONCE, &token_mail("mail", &world.sandbox, RECIPIENT));
    let tested = world.forewarn(&["test", "mail"]);
    assert_eq!(tested.code, Some(1));
    for cause in [
        "535 5.7.3",
        "SMTP.SendAsApp",
        "New-ServicePrincipal",
        "Add-MailboxPermission",
    ] {
        assert!(tested.stdout.contains(cause), "{}", tested.stdout);
    }
}

#[test]
fn a_wrong_secret_is_explained() {
    let world = World::new(&crowd(1));
    for receiver in [
        graph_mail("mail", MAILBOX),
        token_mail("mail", &world.sandbox, RECIPIENT),
    ] {
        world.configure(ONCE, &receiver);
        for (secret, words) in [
            (world.sandbox.expired_secret(), "AADSTS7000222"),
            (world.sandbox.secret_id().to_owned(), "AADSTS7000215"),
        ] {
            let mut command = world.command(&["test", "mail"]);
            command.env("CLIENT_SECRET", &secret);
            let tested = Process::start(&mut command).end(SOON);
            assert_eq!(tested.code, Some(1));
            for part in [words, "was read from environment variable CLIENT_SECRET"] {
                assert!(tested.stdout.contains(part), "{part}: {}", tested.stdout);
            }
            assert!(!tested.stdout.contains(&secret), "{}", tested.stdout);
        }
    }
    assert!(world.inbox().messages().is_empty());
}

#[test]
fn where_the_app_itself_is_refused_the_others_are_told_and_mail_is_not() {
    const OTHER: &str = "other@contoso.example";
    let world = World::new(&crowd(60));
    let receivers = [
        graph_mail("mail", MAILBOX),
        token_mail("token-mail", &world.sandbox, OTHER),
        chat(
            "slack",
            &format!("{}/slack/slack", world.sandbox.base_url()),
        ),
    ];
    world.configure(EVERY_SECOND, &receivers.concat());
    let daemon = world.run();
    until("the first alerts are out", SOON, || {
        daemon.has_delivered_everything() && !messages(world.inbox(), "slack").is_empty()
    });
    let before = world.inbox().counts().taken;

    world.refuse_sign_in(7_000_222);
    let failing = || {
        let told = messages(world.inbox(), "slack").into_iter();
        told.map(|message| message.text)
            .find(|text| text.contains("cannot read tenant contoso"))
    };
    until("the other receiver is told", SOON, || failing().is_some());
    let failing = failing().unwrap();
    assert!(failing.contains("AADSTS7000222"), "{failing}");
    for part in ["token-mail", "sign in as the same app"] {
        assert!(failing.contains(part), "{part}: {failing}");
    }
    until("nothing waits", SOON, || daemon.has_delivered_everything());
    assert_eq!(world.inbox().counts().taken, before + 1, "and nobody else");

    world.all_is_well();
    let recovered = |receiver: &str| {
        let messages = messages(world.inbox(), receiver);
        messages
            .iter()
            .any(|message| message.text.contains("sees tenant contoso again"))
    };
    until("all hear that it is over", SOON, || {
        recovered("slack") && recovered("mail") && recovered(OTHER)
    });
    daemon.stop();
}

#[test]
fn no_token_shows_however_much_is_logged() {
    let world = World::new(&crowd(1));
    let receivers = [
        graph_mail("mail", MAILBOX),
        token_mail("token-mail", &world.sandbox, RECIPIENT),
    ];
    world.configure(ONCE, &receivers.concat());
    // a JWT begins so, and XOAUTH2 in base64
    let shown = ["eyJ", &STANDARD.encode(format!("user={MAILBOX}"))[..20]];
    for receiver in ["mail", "token-mail"] {
        let mut command = world.command(&["test", receiver]);
        command.env("FOREWARN_LOG", "trace");
        let tested = Process::start(&mut command).end(SOON);
        assert_eq!(tested.code, Some(0), "{}", tested.stdout);
        assert!(tested.stderr.contains("TRACE"), "there is much to see");
        for text in [&tested.stdout, &tested.stderr] {
            for part in shown {
                let line = text.lines().find(|line| line.contains(part));
                assert_eq!(line, None, "{receiver}");
            }
        }
    }
}
