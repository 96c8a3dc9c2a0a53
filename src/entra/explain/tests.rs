use super::*;

const APP: &str = "11111111-2222-4333-8444-555555555555";
const TENANT: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";
const TRACE: &str = "0a1b2c3d-0000-4000-8000-00000000aaaa";
const CORRELATION: &str = "0a1b2c3d-0000-4000-8000-00000000bbbb";

fn codes(text: &str) -> Vec<u32> {
    let answer = explain(text);
    answer.codes.iter().map(|code| code.code).collect()
}

#[test]
fn a_code_is_found_however_it_is_written() {
    for text in [
        "7000215",
        " 7000215\n",
        "AADSTS7000215",
        "aadsts7000215",
        "AADSTS 7000215",
        "AADSTS-7000215:",
        "error 7000215",
        "https://login.microsoftonline.com/error?code=7000215",
        "https://login.microsoftonline.com/error?code=7000215&x=1",
        r#"{"error_codes":[7000215]}"#,
        r#""{\"error_codes\": [ 7000215 ]}""#,
        r#"{"status":{"errorCode":7000215,"failureReason":"Invalid client secret provided."}}"#,
        r#"{"ResultType": "7000215"}"#,
        "error_description=AADSTS7000215%3a+Invalid+client+secret",
        "\u{1b}[31mAADSTS7000215\u{1b}[0m: Invalid",
    ] {
        assert_eq!(codes(text), [7_000_215], "{text}");
    }
}

#[test]
fn what_is_no_code_is_none() {
    for text in [
        "",
        "-",
        "invalid_client",
        "AADSTS",
        "AADSTS12",
        "AADSTS99999999999999999999",
        "HTTP 401 at 2026-09-04 07:47:49Z",
        r#"{"errorCode":0}"#,
        r#"{"error_codes":[]}"#,
        "x11111111y",
        "11111111-2222-4333-8444-555555555555",
    ] {
        assert_eq!(codes(text), [] as [u32; 0], "{text}");
        assert!(!explain(text).known, "{text}");
    }
}

#[test]
fn the_question_about_the_secret_comes_first() {
    let log = "AADSTS700016: x\nAADSTS90002: y\nAADSTS7000222: z\nAADSTS90002: again";
    assert_eq!(codes(log), [7_000_222, 700_016, 90_002]);
    assert_eq!(explain(log).secret, Some(SecretIs::Expired));
    assert_eq!(explain("AADSTS7000215").secret, Some(SecretIs::Wrong));
    let both = explain("AADSTS7000215 AADSTS7000222");
    assert_eq!(both.secret, Some(SecretIs::Both));
    assert!(both.answer.contains("7000215") && both.answer.contains("7000222"));
    assert_eq!(explain("AADSTS53003").secret, None);
}

#[test]
fn ids_and_times_are_known_by_what_stands_before_them() {
    let texts = [
        format!(
            "AADSTS7000215: Invalid client secret provided. Ensure … for a secret added to app '{APP}'. Trace ID: {TRACE} \
             Correlation ID: {CORRELATION} Timestamp: 2023-11-06 07:47:49Z in tenant '{TENANT}'"
        ),
        format!(
            r#"{{"error_description":"AADSTS7000215: … added to app \u0027{APP}\u0027.\r\nTrace ID: {TRACE}","trace_id":"{TRACE}",
            "correlation_id":"{CORRELATION}","timestamp":"2023-11-06 07:47:49Z","tenantId":"{TENANT}"}}"#
        ),
        format!(
            "https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token?client_id={APP} answered AADSTS7000215%3a+Trace+ID%3a+{TRACE}\
             %0d%0aCorrelation+ID%3a+{CORRELATION}%0d%0aTimestamp%3a+2023-11-06+07%3a47%3a49Z"
        ),
    ];
    for text in texts {
        let answer = explain(&text);
        assert_eq!(answer.apps, [APP], "{text}");
        assert_eq!(answer.tenants, [TENANT], "{text}");
        assert_eq!(answer.trace_ids, [TRACE], "{text}");
        assert_eq!(answer.correlation_ids, [CORRELATION], "{text}");
        assert_eq!(answer.times, ["2023-11-06T07:47:49Z"], "{text}");
        assert_eq!(
            answer.try_next.unwrap(),
            format!("forewarn verify --tenant-id {TENANT} --client-id {APP}")
        );
        assert!(answer.codes[0].fixes[2].contains(APP));
    }
}

#[test]
fn names_are_taken_where_there_is_no_id() {
    let answer = explain(
        "AADSTS90002: Tenant 'contoso.example' not found. AADSTS700016: Application with identifier 'my app' was not found in the \
         directory 'Contoso Ltd'. It's the app's fault, isn't it?",
    );
    assert_eq!(answer.tenants, ["contoso.example", "Contoso Ltd"]);
    assert_eq!(answer.apps, ["my app"]);
    let hostile = explain("AADSTS7000215 for app '$(rm -rf /)\u{1b}[31m' in tenant 'a b'");
    assert_eq!(hostile.apps, ["$(rm -rf /)"]);
    assert_eq!(
        hostile.try_next.unwrap(),
        "forewarn verify --tenant-id TENANT_ID --client-id CLIENT_ID"
    );
}

#[test]
fn the_reason_of_a_refused_certificate_is_read() {
    let says = |reason: &str| explain(&format!("AADSTS700027: … [Reason - {reason}]")).answer;
    assert!(says("The key was not found.").contains("not registered"));
    assert!(says("The key used is expired., Thumbprint").contains("has expired"));
    assert!(explain("700027").answer.contains("or has expired"));
}

#[test]
fn what_is_unknown_still_gets_what_can_be_said() {
    let answer =
        explain(r#"{"error":"invalid_grant","error_description":"AADSTS1234567: Something."}"#);
    assert!(!answer.known);
    assert!(answer.answer.contains("AADSTS1234567") && answer.answer.contains("invalid_grant"));
    assert!(explain("nothing").answer.contains("no AADSTS code"));
}

#[test]
fn nothing_of_the_text_is_repeated_but_what_was_picked_out() {
    let answer = explain("curl -d client_secret=abc8Q~hunter2 … AADSTS7000215 password='hunter2'");
    let json = serde_json::to_string(&answer).unwrap();
    assert!(!json.contains("hunter2"), "{json}");
}

fn many(one: &dyn Fn(u32) -> String) -> String {
    (0..50_000).fold(String::new(), |text, n| text + &one(n))
}

#[test]
fn a_hostile_text_is_answered_briefly() {
    let long = [
        "AADSTS".repeat(200_000),
        "\u{1b}".repeat(1_000_000),
        "timestamp".repeat(200_000),
        "error_code ".repeat(100_000),
        "app 'ü ".repeat(200_000),
        "%".repeat(1_000_000),
        "\\u00".repeat(250_000),
        "a-".repeat(500_000),
        many(&|n| format!("AADSTS{} ", 10_000 + n)),
        many(&|n| format!("trace id {n:08x}-0000-4000-8000-000000000000 ")),
    ];
    for text in long {
        let answer = explain(&text);
        assert!(answer.codes.len() <= 20 && answer.trace_ids.len() <= 20);
        let json = serde_json::to_string(&answer).unwrap();
        assert!(json.len() < 50_000, "{}", json.len());
        assert_eq!(
            answer.more,
            answer.codes.len() == 20 || answer.trace_ids.len() == 20
        );
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_fail(text in "\\PC{0,80}(AADSTS|error_codes|timestamp|app '|\\\\u|%|&#)[0-9a-f\u{1b}'ü-]{0,40}") {
        explain(&text);
    }
}

#[test]
fn what_says_nothing_about_the_credential_is_told_so() {
    let answer = explain(r#"{"error":"temporarily_unavailable"}"#).answer;
    assert!(
        answer.contains("try again") && !answer.contains("check"),
        "{answer}"
    );
}

#[test]
fn nothing_is_told_from_a_text_without_a_code() {
    for text in ["", " \r\n"] {
        assert!(explain(text).answer.contains("is empty"), "{text:?}");
    }
    assert!(explain("x").answer.contains("no AADSTS code"));
}
