//! The configuration file: what is accepted, and how each mistake is told. Each file `config/*.toml` beside this one has
//! a kind of mistake in it, and a snapshot of what is said about it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "config/changes.rs"]
mod changes;
#[path = "config/example.rs"]
mod example;
#[path = "config/hours.rs"]
mod hours;
#[path = "config/mail.rs"]
mod mail;
#[path = "config/on_call.rs"]
mod on_call;
#[path = "config/owners.rs"]
mod owners;
#[path = "config/sane.rs"]
mod sane;
#[path = "config/secrecy.rs"]
mod secrecy;
#[path = "config/sign_in.rs"]
mod sign_in;

use std::{fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    config::{self, Config, Loaded, LogFormat, Problems},
    domain::{SecretSource, Severity, calendar::Calendar, policy::Thresholds, route::GroupKey},
    entra::config::{Auth, Cloud},
    notify::config::Backend,
};

const MINIMAL: &str = r#"
[[tenants]]
name = "contoso"
tenant_id = "contoso.onmicrosoft.com"
[tenants.auth]
client_id = "8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58"
client_secret = { env = "CONTOSO_SECRET" }

[[receivers]]
name = "ops"
type = "slack"
url = { file = "/run/secrets/slack" }
"#;

fn load(path: &Path, environment: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
    let environment: Vec<(String, String)> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    config::load(path, &environment, now)
}

/// Loads a text as the file `forewarn.toml`.
fn load_text(text: impl AsRef<[u8]>, environment: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forewarn.toml");
    fs::write(&path, text).unwrap();
    load(&path, environment)
}

fn good(text: &str, environment: &[(&str, &str)]) -> Config {
    load_text(text, environment)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .config
}

/// What a person would read, without the folder of the test.
fn told(result: Result<Loaded, Problems>) -> String {
    let text = match result {
        Err(problems) => problems.to_string(),
        Ok(loaded) if loaded.warnings.is_empty() => "nothing is wrong".to_owned(),
        Ok(loaded) => Problems::from(loaded.warnings).to_string(),
    };
    let short = |line: &str| match (line.split_once(": /"), line.find("forewarn.toml")) {
        (Some((severity, _)), Some(at)) => format!("{severity}: {}", &line[at..]),
        _ => line.to_owned(),
    };
    text.lines().map(short).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_mistake_is_told_with_file_line_key_and_remedy() {
    let mut names: Vec<String> = fs::read_dir("tests/config")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 25, "{} files", names.len());
    for name in names {
        let path = format!("tests/config/{name}.toml");
        insta::assert_snapshot!(name, told(load(Path::new(&path), &[])));
    }
}

#[test]
fn what_is_no_text_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec![
        told(load(&folder.path().join("forewarn.toml"), &[])),
        told(load_text(b"[schedule]\ncron = \"\xff\"", &[])),
        told(load_text(b"[schedule]\ncr\0on = 1", &[])),
        told(load_text(b"\xef\xbb\xbf[schedule]", &[])),
        told(load_text(b"\xff\xfe[\0s\0", &[])),
        told(load_text(vec![b'#'; (4 << 20) + 1], &[])),
    ];
    fs::create_dir(folder.path().join("forewarn.toml")).unwrap();
    all.push(told(load(&folder.path().join("forewarn.toml"), &[])));
    insta::assert_snapshot!("unreadable", all.join("\n"));
}

#[test]
fn a_minimal_file_gets_every_default() {
    let config = good(MINIMAL, &[]);
    assert_eq!(config.schedule.to_string(), "0 0 6,12,18 * * * (UTC)");
    assert!(config.scan_on_start);
    assert_eq!(config.policies.default, Thresholds::default());
    assert!(config.policies.exceptions.is_empty());
    assert_eq!(config.calendar, Calendar::default());
    assert_eq!(config.store.path, Path::new("forewarn.db"));
    assert_eq!(config.store.retention, TimeDelta::days(400));
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert!(config.http.public_url.is_none() && config.http.token.is_none());
    assert_eq!(config.max_credentials, 5_000);
    assert_eq!(config.extra_ca_file, None);
    assert_eq!(config.log_format, LogFormat::Json);

    let tenant = &config.tenants[0];
    assert_eq!(tenant.cloud, Cloud::Public);
    assert_eq!(
        tenant.authority.as_str(),
        "https://login.microsoftonline.com/"
    );
    assert_eq!(tenant.graph.as_str(), "https://graph.microsoft.com/");
    let Auth::ClientSecret { secret, .. } = &tenant.auth else {
        panic!("{:?}", tenant.auth)
    };
    assert!(matches!(secret, SecretSource::Env(name) if name == "CONTOSO_SECRET"));

    let [route] = config.routes.all() else {
        panic!("one route for all")
    };
    assert_eq!(
        (&*route.receivers, &*route.group_by),
        (&["ops".to_owned()][..], &[GroupKey::Tenant][..])
    );
    assert!(!config.receivers[0].send_resolved);
}

#[test]
fn writing_the_defaults_out_changes_nothing() {
    let written = r#"
        [schedule]
        cron = "0 0 6,12,18 * * *"
        timezone = "UTC"
        scan_on_start = true
        [thresholds]
        days = [60, 30, 14, 7, 3, 1, 0]
        warning = 30
        critical = 7
        superseded = "soften"
        after_expiry = { every = "1d", for = "7d" }
        [owners]
        sources = ["graph", "notes", "tags"]
        [calendar]
        working_days = ["mon", "tue", "wed", "thu", "fri"]
        holidays = []
        [changes]
        notify = []
        [store]
        url = "sqlite:forewarn.db"
        retention = "400d"
        [http]
        listen = "127.0.0.1:8080"
        [metrics]
        max_credentials = 5000
        [log]
        format = "json"
    "#;
    let tenant = r#"cloud = "public"
        include = ["applications", "service-principals"]
        sign_in_activity = false
        ignore = []
        azure = { aks = false }
        endpoints = { authority = "https://login.microsoftonline.com", graph = "https://graph.microsoft.com/", arm = "https://management.azure.com" }
        [tenants.auth]
        method = "client-secret""#;
    let text = MINIMAL.replace("[tenants.auth]", tenant) + "send_resolved = false\n" + written;
    let loaded = load_text(&text, &[]).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let minimal = format!("{:?}", good(MINIMAL, &[]));
    assert_eq!(format!("{:?}", loaded.config), minimal);
}

#[test]
fn clusters_are_named_on_request_by_the_clouds_own_azure() {
    assert!(!good(MINIMAL, &[]).tenants[0].aks);
    for (keys, expected) in [
        ("", "https://management.azure.com/"),
        ("cloud = \"usgov\"", "https://management.usgovcloudapi.net/"),
        (
            "cloud = \"usgov-dod\"",
            "https://management.usgovcloudapi.net/",
        ),
        ("cloud = \"china\"", "https://management.chinacloudapi.cn/"),
        (
            "endpoints = { arm = \"http://127.0.0.1:8090/\" }",
            "http://127.0.0.1:8090/",
        ),
    ] {
        let keys = format!("azure = {{ aks = true }}\n{keys}\n[tenants.auth]");
        let tenant = good(&MINIMAL.replace("[tenants.auth]", &keys), &[])
            .tenants
            .remove(0);
        assert!(tenant.aks);
        assert_eq!(tenant.arm.as_str(), expected);
    }
}

#[test]
fn a_policy_replaces_only_the_keys_that_it_gives() {
    let text = r#"
        [thresholds]
        days = [90, 10]
        after_expiry = { every = "2d" }
        [[policies]]
        match = { app = ["legacy-*", "old-*"], kind = "*certificate" }
        thresholds = { critical = 1, after_expiry = { for = "1d" } }
    "#;
    let config = good(&(MINIMAL.to_owned() + text), &[]);
    let default = &config.policies.default;
    assert_eq!(default.after_expiry.every, TimeDelta::days(2));
    assert_eq!(default.after_expiry.lasts, TimeDelta::days(7));
    let policy = &config.policies.exceptions[0];
    assert_eq!(
        (policy.matcher.app.len(), policy.matcher.kind.len()),
        (2, 2)
    );
    assert_eq!(policy.thresholds.critical, 1);
    assert_eq!(policy.thresholds.warning, 30);
    assert_eq!(policy.thresholds.ladder, default.ladder);
    assert_eq!(policy.thresholds.after_expiry.every, TimeDelta::days(2));
    assert_eq!(policy.thresholds.after_expiry.lasts, TimeDelta::days(1));
}

#[test]
fn ports_follow_the_kind_of_connection_and_one_or_many_secrets_sign() {
    let receivers = r#"
        [[receivers]]
        name = "mail"
        type = "email"
        to = ["Team <team@contoso.com>"]
        smtp = { host = "::1", from = "a@b.c", tls = "implicit" }
        [[receivers]]
        name = "one"
        type = "webhook"
        url = "http://127.0.0.1:9000/hook"
        signing_secret = { env = "KEY" }
        [[receivers]]
        name = "two"
        type = "webhook"
        url = { env = "URL" }
        signing_secret = [{ env = "KEY" }, { file = "/old" }]
        [[routes]]
        match = { severity = ["CRIT*", "expired"] }
        receivers = ["ops", "mail"]
        [[routes]]
        receivers = ["one", "two"]
    "#;
    let config = good(&(MINIMAL.to_owned() + receivers), &[]);
    let keys = |index: usize| match &config.receivers[index].backend {
        Backend::Email(mail) => usize::from(mail.port),
        Backend::Webhook(webhook) => webhook.signing_secrets.len(),
        _ => 0,
    };
    assert_eq!([1, 2, 3].map(keys), [465, 1, 2]);
    let severities = &config.routes.all()[0].matcher.severity;
    assert_eq!(*severities, [Severity::Critical, Severity::Expired]);
}

#[test]
fn any_key_can_be_overridden_from_the_environment() {
    let text = MINIMAL.to_owned() + "[schedule]\ncron = \"0 0 1 * * *\"\n";
    let config = good(
        &text,
        &[
            ("FOREWARN__SCHEDULE__CRON", "0 8 * * *"),
            ("FOREWARN__SCHEDULE__SCAN_ON_START", "false"),
            ("FOREWARN__THRESHOLDS__DAYS", "90, 5"),
            ("FOREWARN__THRESHOLDS__AFTER_EXPIRY__FOR", "3d"),
            ("FOREWARN__CALENDAR__HOLIDAYS", "[\"2026-12-25\"]"),
            ("FOREWARN__METRICS__MAX_CREDENTIALS", "12"),
            ("FOREWARN__TENANTS__0__NAME", "0123"),
            ("FOREWARN__TENANTS__0__AUTH__CLIENT_SECRET__ENV", "OTHER"),
            ("FOREWARN__RECEIVERS__0__URL", "https://hooks.slack.com/x"),
            ("FOREWARN__LOG__FORMAT", "pretty"),
        ],
    );
    assert_eq!(config.schedule.to_string(), "0 8 * * * (UTC)");
    assert!(!config.scan_on_start);
    let days: Vec<u16> = config
        .policies
        .default
        .ladder
        .rungs()
        .iter()
        .map(|rung| rung.days())
        .collect();
    assert_eq!(days, [90, 5, 0]);
    assert_eq!(
        config.policies.default.after_expiry.lasts,
        TimeDelta::days(3)
    );
    assert_eq!(config.calendar.holidays.len(), 1);
    assert_eq!(config.max_credentials, 12);
    assert_eq!(
        config.tenants[0].name, "0123",
        "a text is not read as a number"
    );
    let Auth::ClientSecret { secret, .. } = &config.tenants[0].auth else {
        panic!("{:?}", config.tenants[0].auth)
    };
    assert!(matches!(secret, SecretSource::Env(name) if name == "OTHER"));
    let Backend::Slack(slack) = &config.receivers[0].backend else {
        panic!()
    };
    assert!(matches!(slack.url, SecretSource::Literal(_)));
    assert_eq!(config.log_format, LogFormat::Pretty);
}

#[test]
fn a_secret_in_the_environment_is_not_warned_about() {
    let url = [("FOREWARN__RECEIVERS__0__URL", "https://hooks.slack.com/x")];
    assert!(load_text(MINIMAL, &url).unwrap().warnings.is_empty());
}

#[test]
fn what_is_wrong_in_the_environment_names_the_variable() {
    let told = told(load_text(
        MINIMAL,
        &[
            ("FOREWARN__CALENDAR__WORKING_DAYS", "mon,tues"),
            ("FOREWARN__LOG", "json"),
            ("FOREWARN__LOG__FORMAT__X", "json"),
            ("FOREWARN__RECEIVERS__0__URL", "hunter2"),
            ("FOREWARN__SCHEDUL__CRON", "0 8 * * *"),
            ("FOREWARN__SCHEDULE__", "x"),
            ("FOREWARN__SCHEDULE__CRON", "every day"),
            ("FOREWARN__SCHEDULE__INTERVAL", "6h"),
            ("FOREWARN__SCHEDULE__SCAN_ON_START", "on"),
            ("FOREWARN__TENANTS__1__NAME", "x"),
            ("FOREWARN__TENANTS__NAME", "x"),
            ("FOREWARN__THRESHOLDS__CRITICAL", "7.9"),
            ("FOREWARN__THRESHOLDS__WARNING", "7 days"),
        ],
    ));
    assert!(!told.contains("hunter2"));
    insta::assert_snapshot!("environment", told);
}

#[test]
fn problems_are_data_too() {
    let problems = load_text("[schedule]\ncorn = 1\n", &[("FOREWARN__X", "1")]).unwrap_err();
    let mut json = serde_json::to_value(&problems).unwrap();
    for problem in json.as_array_mut().unwrap() {
        if let Some(file) = problem.get_mut("file") {
            *file = "forewarn.toml".into();
        }
    }
    insta::assert_json_snapshot!("problems_as_json", json);
}

#[test]
fn the_schema_is_the_one_that_was_published() {
    insta::assert_json_snapshot!("schema", config::schema());
}
