//! Signing in without a secret: by a certificate, by somebody else's token, as a machine.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
        RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

use super::{client_builder, options, sandbox, today};
use crate::sandbox::{Options, Sandbox, start};

/// A client with a certificate, and a sandbox that knows it.
struct Rig {
    sandbox: Sandbox,
    key: RsaKeyPair,
    thumbprint: String,
}

impl Rig {
    async fn new() -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        let sandbox = start(Options {
            client_certificate: Some(certificate.pem()),
            ..options(1)
        });
        Self {
            sandbox: sandbox.await.unwrap(),
            key: RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap(),
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.der())),
        }
    }

    fn header(&self) -> Value {
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint })
    }

    fn claims(&self) -> Value {
        let (base, tenant) = (self.sandbox.base_url(), self.sandbox.tenant_id());
        let (id, now) = (self.sandbox.client_id(), today().timestamp());
        json!({
            "aud": format!("{base}/{tenant}/oauth2/v2.0/token"), "iss": id, "sub": id, "jti": "1",
            "nbf": now, "iat": now, "exp": now + 600,
        })
    }

    fn sign(&self, header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
        let content = content(header, claims);
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self
            .key
            .sign(encoding, &random, content.as_bytes(), &mut signature);
        signed.unwrap();
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    async fn answer(&self, assertion: &str) -> (u16, Value) {
        ask(&self.sandbox, assertion).await
    }
}

fn content(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

/// The status, and the code of the refusal.
async fn ask(sandbox: &Sandbox, assertion: &str) -> (u16, Value) {
    let (base, tenant) = (sandbox.base_url(), sandbox.tenant_id());
    let request = client_builder()
        .build()
        .unwrap()
        .post(format!("{base}/{tenant}/oauth2/v2.0/token"))
        .form(&[
            ("grant_type", "client_credentials"),
            ("client_id", sandbox.client_id()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
            ("scope", "https://graph.microsoft.com/.default"),
        ]);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error_codes"][0].clone())
}

#[tokio::test]
async fn an_assertion_is_judged_by_signature_certificate_audience_client_and_time() {
    let rig = Rig::new().await;
    let good = rig.sign(&rig.header(), &rig.claims(), &RSA_PSS_SHA256);
    assert_eq!(rig.answer(&good).await, (200, Value::Null));
    let mut older = rig.header();
    older["alg"] = json!("RS256");
    let older = rig.sign(&older, &rig.claims(), &RSA_PKCS1_SHA256);
    assert_eq!(rig.answer(&older).await.0, 200);

    let now = today().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = rig.claims();
        claims[name] = value;
        rig.sign(&rig.header(), &claims, &RSA_PSS_SHA256)
    };
    let mut other = rig.header();
    other["x5t#S256"] = json!(URL_SAFE_NO_PAD.encode([0; 32]));
    let mut unnamed = rig.header();
    unnamed.as_object_mut().unwrap().remove("x5t#S256");
    let (signed, _) = good.rsplit_once('.').unwrap();
    for (case, assertion, code) in [
        (
            "certificate",
            rig.sign(&other, &rig.claims(), &RSA_PSS_SHA256),
            700_027,
        ),
        (
            "no certificate",
            rig.sign(&unnamed, &rig.claims(), &RSA_PSS_SHA256),
            700_027,
        ),
        (
            "algorithm",
            rig.sign(&rig.header(), &rig.claims(), &RSA_PKCS1_SHA256),
            700_027,
        ),
        (
            "signature",
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode([7; 256])),
            700_027,
        ),
        (
            "audience",
            with("aud", json!("https://elsewhere.example")),
            50_027,
        ),
        ("issuer", with("iss", json!("somebody")), 700_021),
        ("subject", with("sub", json!("somebody")), 700_021),
        ("expired", with("exp", json!(now - 301)), 700_024),
        ("not yet", with("nbf", json!(now + 301)), 700_024),
        ("garbage", "x.y.z".to_owned(), 50_027),
        ("no JWT", "x".to_owned(), 50_027),
    ] {
        assert_eq!(rig.answer(&assertion).await, (401, json!(code)), "{case}");
    }
    let unregistered = sandbox(1).await;
    assert_eq!(ask(&unregistered, &good).await, (401, json!(700_027)));
}

#[tokio::test]
async fn a_curve_is_not_accepted() {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    let sandbox = start(Options {
        client_certificate: Some(certificate.pem()),
        ..options(1)
    });
    let sandbox = sandbox.await.unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.der()));
    let content = content(
        &json!({ "alg": "ES256", "x5t#S256": thumbprint }),
        &json!({ "aud": "a", "iss": "b", "sub": "b", "exp": today().timestamp() + 600 }),
    );
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der());
    let signature = pair
        .unwrap()
        .sign(&SystemRandom::new(), content.as_bytes())
        .unwrap();
    let assertion = format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(ask(&sandbox, &assertion).await, (401, json!(700_027)));
}

#[tokio::test]
async fn the_platform_s_token_vouches_for_the_client() {
    let sandbox = sandbox(1).await;
    let url = format!("{}/_sandbox/federated-token", sandbox.base_url());
    let client = client_builder().build().unwrap();
    let token = client.get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(ask(&sandbox, &token).await, (200, Value::Null));
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode("forged"));
    assert_eq!(ask(&sandbox, &forged).await, (401, json!(700_211)));
}

#[tokio::test]
async fn a_machine_hands_out_tokens_to_those_who_ask_properly() {
    let sandbox = sandbox(1).await;
    let client = client_builder().build().unwrap();
    let (id, header) = (sandbox.client_id(), sandbox.identity_header());
    let imds = "metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com";
    let app = "msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com";
    let (shown, known) = (("metadata", "true"), ("x-identity-header", header));
    let own = format!("&client_id={id}");
    for (path, more, (name, value), status) in [
        (imds, "", shown, 200),
        (imds, &*own, shown, 200),
        (imds, "", ("metadata", "false"), 400),
        (imds, "&client_id=somebody", shown, 400),
        (
            "metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net",
            "",
            shown,
            400,
        ),
        (
            "metadata/identity/oauth2/token?resource=https://graph.microsoft.com",
            "",
            shown,
            400,
        ),
        (app, "", known, 200),
        (app, &*own, known, 200),
        (app, "", ("x-identity-header", "guessed"), 401),
        (app, "&client_id=somebody", known, 400),
        (
            "msi/token?api-version=2017-09-01&resource=https://graph.microsoft.com",
            "",
            known,
            400,
        ),
    ] {
        let url = format!("{}/{path}{more}", sandbox.base_url());
        let request = client.get(&url).header(name, value);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{url} {name}: {value}");
        if status == 200 {
            let body: Value = response.json().await.unwrap();
            let ends = (today().timestamp() + 3599).to_string();
            assert_eq!(body["expires_on"], ends);
            assert_eq!(body["expires_in"].is_string(), path.starts_with("metadata"));
            let apps = client.get(format!("{}/v1.0/applications", sandbox.base_url()));
            let apps = apps.bearer_auth(body["access_token"].as_str().unwrap());
            assert_eq!(apps.send().await.unwrap().status(), 200);
        }
    }
}
