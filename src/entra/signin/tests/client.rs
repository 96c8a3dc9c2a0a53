//! Signing in as an app registration with a certificate, or a platform's token.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{OURS, Pair};
use crate::{
    domain::SecretSource,
    entra::{
        ScanError,
        config::{Auth, TenantConfig},
        tests::fake::{CLIENT_ID, Call, Fake, Rig, TENANT_ID, config, json_answer, page, token},
    },
};

fn with(fake: &Fake, auth: Auth) -> Rig {
    Rig::with(TenantConfig {
        auth,
        ..config(&fake.url)
    })
}

fn by_certificate(fake: &Fake) -> Rig {
    let rig = with(
        fake,
        Auth::Certificate {
            client_id: CLIENT_ID.to_owned(),
            certificate: SecretSource::File("/run/secrets/contoso.pem".into()),
            password: None,
        },
    );
    rig.vault.put(Some(&OURS.both()));
    rig
}

fn by_token(fake: &Fake) -> Rig {
    let rig = with(
        fake,
        Auth::WorkloadIdentity {
            client_id: CLIENT_ID.to_owned(),
            token: SecretSource::File("/var/run/secrets/azure/tokens/azure-identity-token".into()),
        },
    );
    rig.vault.put(Some("e30.e30.c2ln"));
    rig
}

/// The form, but for its assertion; and that.
fn form(call: &Call) -> (Vec<(String, String)>, String) {
    let (assertion, rest): (Vec<_>, Vec<_>) = url::form_urlencoded::parse(call.body.as_bytes())
        .into_owned()
        .partition(|(name, _)| name == "client_assertion");
    (rest, assertion[0].1.clone())
}

fn expected() -> Vec<(String, String)> {
    [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("scope", "https://graph.microsoft.com/.default"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn part(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[tokio::test]
async fn a_certificate_signs_an_assertion_anew_each_time() {
    let fake = Fake::start(|n| token(n, 60), |_, _, _| page([1], None)).await;
    let rig = by_certificate(&fake);
    rig.scan().await.unwrap();
    rig.clock.turn(TimeDelta::hours(1));
    rig.scan().await.unwrap();
    let mut ids = Vec::new();
    let key = pem::parse(&OURS.key).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.contents()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key());
    let thumbprint = digest(&SHA256, pem::parse(&OURS.certificate).unwrap().contents());
    for (call, at) in fake
        .token_calls()
        .iter()
        .zip([1_795_341_600, 1_795_345_200])
    {
        let (rest, assertion) = form(call);
        assert_eq!(rest, expected());
        let (signed, signature) = assertion.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public.verify(signed.as_bytes(), &signature).unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        assert_eq!(
            part(header),
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(thumbprint)})
        );
        let mut claims = part(claims);
        ids.push(claims["jti"].take());
        assert_eq!(
            claims,
            json!({
                "aud": format!("{}{TENANT_ID}/oauth2/v2.0/token", fake.url),
                "iss": CLIENT_ID, "sub": CLIENT_ID, "jti": null,
                "nbf": at, "iat": at, "exp": at + 600,
            })
        );
    }
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_rotated_certificate_is_used_at_the_next_sign_in() {
    let fake = Fake::start(|n| token(n, 60), |_, _, _| page([1], None)).await;
    let rig = by_certificate(&fake);
    rig.scan().await.unwrap();
    rig.vault.put(Some(&Pair::make().both()));
    rig.clock.turn(TimeDelta::hours(1));
    rig.scan().await.unwrap();
    let header = |n: usize| {
        form(&fake.token_calls()[n])
            .1
            .split_once('.')
            .unwrap()
            .0
            .to_owned()
    };
    assert_ne!(header(0), header(1));

    rig.vault.put(Some(&OURS.certificate));
    rig.clock.turn(TimeDelta::hours(1));
    let error = rig.scan().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot sign in with the certificate in file /run/secrets/contoso.pem: there is no private key in it; put it in \
         beside its certificate"
    );
    assert_eq!(fake.token_calls().len(), 2);
}

#[tokio::test]
async fn the_platform_s_token_is_read_anew_and_sent_as_it_is() {
    let fake = Fake::start(|n| token(n, 60), |_, _, _| page([1], None)).await;
    let rig = by_token(&fake);
    rig.scan().await.unwrap();
    rig.vault.put(Some("e30.e30.bmV3\n"));
    rig.clock.turn(TimeDelta::hours(1));
    rig.scan().await.unwrap();
    let calls = fake.token_calls();
    assert_eq!(form(&calls[0]), (expected(), "e30.e30.c2ln".to_owned()));
    assert_eq!(form(&calls[1]), (expected(), "e30.e30.bmV3".to_owned()));
}

#[tokio::test]
async fn a_refusal_names_what_was_presented_and_does_not_repeat_it() {
    let refusal = |assertion: &str| {
        let text = format!("AADSTS700027: The certificate is not registered. {assertion}");
        json_answer(
            401,
            &json!({"error": "invalid_client", "error_description": text}),
        )
    };
    let echo = move |_| refusal("e30.e30.c2ln");
    let fake = Fake::start(echo, |_, _, _| page([1], None)).await;
    for (rig, word) in [
        (by_certificate(&fake), "certificate"),
        (by_token(&fake), "federated token"),
    ] {
        let error = rig.scan().await.unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains(&format!("The {word} was read from file /")),
            "{said}"
        );
        let ScanError::SignIn(refusal) = error else {
            panic!("{said}")
        };
        assert_eq!((refusal.aadsts, refusal.suspicion), (Some(700_027), None));
        assert_eq!(
            refusal.description.contains("[redacted]"),
            word != "certificate"
        );
    }
}
