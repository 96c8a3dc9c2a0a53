//! Neither the password nor what it becomes on the wire shows anywhere, even when the server repeats it to us.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    super::SmtpTls,
    peer::{Manner, Peer, Twist},
    samples::{PASSWORD, USER, config, envelope, notifier, payload, with_sign_in},
};
use crate::notify::Notifier;

fn forms() -> [String; 3] {
    [
        PASSWORD.to_owned(),
        STANDARD.encode(PASSWORD),
        STANDARD.encode(format!("\0{USER}\0{PASSWORD}")),
    ]
}

#[tokio::test]
async fn a_server_that_repeats_what_it_was_sent_gives_nothing_away() {
    for secret in forms() {
        for lead in [0, 150, 185, 199] {
            let reply = format!("535 5.7.8 {}{secret} is wrong", "x".repeat(lead));
            let twist = Twist::Reply(reply.leak());
            for mechanisms in ["PLAIN", "LOGIN"] {
                let twists = vec![Some(("AUTH", twist))];
                let peer = Peer::start(Manner {
                    mechanisms,
                    twists,
                    ..Manner::default()
                })
                .await;
                let config = with_sign_in(config("127.0.0.1", peer.port, SmtpTls::None));
                let notifier = notifier(config, None);
                let error = notifier
                    .send(&envelope(&payload(), "alice@contoso.com"))
                    .await
                    .unwrap_err();
                nothing_in(&format!("{error} {error:?} {notifier:?}"));
                assert!(error.detail.contains("535 5.7.8"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_server_says_is_one_short_line() {
    let long = "450 4.0.0 \u{1b}[31mred\u{7} ".to_owned() + &"é".repeat(400);
    let twists = vec![Some(("RCPT", Twist::Reply(long.leak())))];
    let peer = Peer::start(Manner {
        twists,
        ..Manner::default()
    })
    .await;
    let notifier = notifier(config("127.0.0.1", peer.port, SmtpTls::None), None);
    let error = notifier
        .send(&envelope(&payload(), "alice@contoso.com"))
        .await
        .unwrap_err();
    assert!(!error.detail.contains(char::is_control), "{error}");
    let said = error.detail.split_once(": ").unwrap().1;
    assert_eq!(said.chars().count(), 200, "{said}");
    assert!(said.ends_with('…'));
}

/// Not even the first half of a secret that was cut off.
fn nothing_in(text: &str) {
    for form in forms() {
        let half: String = form.chars().take(form.chars().count() / 2).collect();
        assert!(!text.contains(&half), "{text}");
    }
}
