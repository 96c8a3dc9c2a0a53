//! `forewarn verify --certificate`, against the sandbox.

use std::{process::Output, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    app::clock::SystemClock,
    domain::Clock as _,
    sandbox::{self, Options, Population, Sandbox, Story},
};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd};
use serde_json::Value;

use super::{forewarn, stderr, stdout, told};

/// A key of a curve, encrypted: `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkcs8 -topk8 -v2 aes-128-cbc
/// -v2prf hmacWithSHA1 -iter 1000`, of OpenSSL 3.0. Its password is `p@ss wörd`.
const ENCRYPTED: &str = "MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAjwL5ir8fxqXwICA+gwHQYJYIZIAWUDBAECBBBddpsh2/D0PtZAgvsTI22kBIGQVJSm/w3DT8bS4h2eMfYU+keLLNZX/IDCSfvZSnBwU7ua1YlZhDmpp3PIy8YEZNPmI1tVAYY4PSiGwFHgCBJ7BKh33+GgiBT29qv0Qimse6Es+YKjk80gKvRgpzlZ+ics5vSloPuYaayQIBCQOpUZLxqcRUVfIYTLlX0jBCUXUiYEC6Lo0PjHHf4gRbd8PN0o";

/// A certificate and its key.
struct Pair {
    certificate: String,
    key: String,
}

impl Pair {
    /// Valid through these years.
    fn of(from: i32, until: i32) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 12, 31);
        Self {
            certificate: params.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    fn both(&self) -> String {
        format!("{}{}", self.key, self.certificate)
    }
}

struct World {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl World {
    /// The sandbox's own app has this certificate.
    async fn new(ours: &Pair) -> Self {
        let now: DateTime<Utc> = SystemClock.now();
        let story = Population::Story(Story {
            start: now - TimeDelta::days(100),
        });
        let options = Options {
            client_certificate: Some(ours.certificate.clone()),
            ..Options::new(story, Arc::new(move || now))
        };
        let sandbox = sandbox::start(options).await.unwrap();
        let base = sandbox.base_url();
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[[tenants]]\nname = \"contoso\"\ntenant_id = \"{}\"\n[tenants.auth]\nmethod = \"client-secret\"\nclient_id = \"{}\"\n\
             client_secret = \"{}\"\n[tenants.endpoints]\nauthority = \"{base}\"\ngraph = \"{base}\"\n\
             [[receivers]]\nname = \"hook\"\ntype = \"webhook\"\nurl = \"{base}/hooks/x\"\n",
            sandbox.tenant_id(),
            sandbox.client_id(),
            sandbox.client_secret(),
        );
        std::fs::write(folder.path().join("forewarn.toml"), config).unwrap();
        Self { sandbox, folder }
    }

    fn verify(&self, file: impl AsRef<[u8]>, more: &[&str], password: &str) -> Output {
        let path = |name: &str| {
            let path = self.folder.path().join(name);
            path.to_str().unwrap().to_owned()
        };
        let (config, held) = (path("forewarn.toml"), path("held.pem"));
        std::fs::write(&held, file).unwrap();
        let mut arguments = vec!["verify", "--config", &config, "--tenant", "contoso"];
        arguments.extend(["--certificate", &held]);
        arguments.extend(more);
        // `forewarn` hands its stdin over as the variable HELD_SECRET, too
        tokio::task::block_in_place(|| forewarn(&arguments, password))
    }
}

fn encrypted() -> String {
    let key = format!(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{ENCRYPTED}\n-----END ENCRYPTED PRIVATE KEY-----\n"
    );
    let certificate = CertificateParams::default()
        .self_signed(&KeyPair::generate().unwrap())
        .unwrap();
    key + &certificate.pem()
}

fn assert_says(output: &Output, exit: i32, said: &[&str]) {
    let all = told("", output);
    assert_eq!(output.status.code(), Some(exit), "{all}");
    let one_line = all.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in said {
        assert!(one_line.contains(part), "{part}: {one_line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_one_works_and_graph_says_which_it_is() {
    let ours = Pair::of(2020, 2049);
    let world = World::new(&ours).await;
    let output = world.verify(ours.both(), &["--format", "json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", told("", &output));
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(json["outcome"], "works");
    let certificate = &json["certificate"];
    assert_eq!(certificate["expires_at"], "2049-12-31T00:00:00Z");
    assert_eq!(certificate["thumbprint"].as_str().unwrap().len(), 40);
    assert_eq!(certificate["thumbprint_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(certificate["registered"]["credential_name"], "CN=forewarn");
    assert_eq!(certificate["registered"]["kind"], "certificate");

    let people = world.verify(ours.both(), &[], "");
    assert_says(
        &people,
        0,
        &[
            "It works",
            "as the portal shows it (SHA-1)",
            "It is registered with \"forewarn\" as \"CN=forewarn\"",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_it_is_told_before_anybody_is_asked() {
    let (ours, other) = (Pair::of(2020, 2049), Pair::of(2020, 2049));
    let world = World::new(&ours).await;
    let curve = KeyPair::generate().unwrap();
    let of_curve = CertificateParams::default().self_signed(&curve).unwrap();
    let cases: [(Vec<u8>, i32, &str); 6] = [
        (ours.certificate.clone().into(), 2, "no private key"),
        (ours.key.clone().into(), 2, "no certificate"),
        (
            format!("{}{}", ours.key, other.certificate).into(),
            2,
            "belongs to none",
        ),
        (
            format!("{}{}", curve.serialize_pem(), of_curve.pem()).into(),
            2,
            "elliptic curve",
        ),
        (
            vec![0x30, 0x82, 0x09, 0x01, 0xff, 0xfe],
            3,
            "openssl pkcs12 -in FILE.pfx",
        ),
        (encrypted().into(), 3, "--password-file or --password-env"),
    ];
    for (file, exit, said) in cases {
        assert_says(&world.verify(file, &[], ""), exit, &[said]);
    }
    let variable = ["--password-env", "HELD_SECRET"];
    let wrong = world.verify(encrypted(), &variable, "p@ss word");
    assert_says(&wrong, 3, &["the password does not decrypt"]);
    // what it opens is not of use either, but that is known only once it is open
    let right = world.verify(encrypted(), &variable, "p@ss wörd");
    assert_says(&right, 2, &["elliptic curve"]);
    assert_eq!(world.sandbox.stats().tokens(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_says_why() {
    let (ours, other) = (Pair::of(2020, 2049), Pair::of(2020, 2049));
    let world = World::new(&ours).await;
    assert_says(
        &world.verify(other.both(), &[], ""),
        2,
        &[
            "none of this app's certificates",
            "--append --cert @certificate.pem",
            "The app has these certificates: \"CN=forewarn\"",
        ],
    );
    assert_says(
        &world.verify(Pair::of(2020, 2021).both(), &[], ""),
        2,
        &["it ran out on Fri 31 Dec 2021"],
    );
    assert_says(
        &world.verify(Pair::of(2048, 2049).both(), &[], ""),
        2,
        &["valid only from Wed 01 Jan 2048"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_and_its_password_show_nowhere() {
    let ours = Pair::of(2020, 2049);
    let world = World::new(&ours).await;
    let lines: Vec<&str> = ours.key.lines().filter(|line| line.len() > 40).collect();
    let more = ["--format", "json", "--log", "trace"];
    let all = told("", &world.verify(ours.both(), &more, ""));
    assert!(
        lines.len() > 10 && !lines.iter().any(|line| all.contains(line)),
        "{all}"
    );
    let more = ["--log", "trace", "--password-env", "HELD_SECRET"];
    let all = told("", &world.verify(encrypted(), &more, "p@ss word"));
    assert!(!all.contains("p@ss"), "{all}");
}

#[test]
fn a_password_is_of_no_use_without_a_certificate_nor_a_certificate_beside_a_secret() {
    for arguments in [
        &["verify", "--password-env", "X"][..],
        &["verify", "--certificate", "a.pem", "--secret-env", "X"],
        &[
            "verify",
            "--certificate",
            "a.pem",
            "--password-env",
            "X",
            "--password-file",
            "x",
        ],
    ] {
        let output = forewarn(arguments, "");
        assert!(!output.status.success());
        assert!(stderr(&output).contains("Usage"), "{}", stderr(&output));
    }
    let missing = [
        "verify",
        "--tenant-id",
        "t",
        "--client-id",
        "c",
        "--certificate",
        "no-such.pem",
    ];
    assert_says(&forewarn(&missing, ""), 3, &["cannot read no-such.pem"]);
}
