use secrecy::ExposeSecret as _;

use super::*;

const REAL: &str = "abc8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH";

#[test]
fn what_entra_makes_or_made_looks_right() {
    let longer = format!("{REAL}a").len();
    assert_eq!(longer, 41);
    for fine in [
        REAL,
        "~.b8Q~defghijklmnopqrstuvwxyz_.-ABCDE",
        "9b2/kR+7Yt0mPq1sXv4ZcN8dLfGhJ3wE5uAoBiTyV6M=",
        "P@ssw0rd with a blank inside",
        "3f0c6a537a7a4a4f9a5e2f5d3c1b0a9",
    ] {
        assert_eq!(look(fine), None, "{fine}");
        assert!(mended(fine).is_none(), "{fine}");
    }
}

#[test]
fn what_is_something_else_is_told_and_never_sent() {
    let storage = format!("{}==", "aB3/".repeat(21) + "aB");
    for (value, name) in [
        ("", "empty"),
        (" \n", "empty"),
        ("3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99", "secret-id"),
        ("{3F0C6A53-7A7A-4A4F-9A5E-2F5D3C1B0A99}\n", "secret-id"),
        ("\"3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99\"", "secret-id"),
        ("abc******************", "masked"),
        ("●●●●●●", "masked"),
        ("${CLIENT_SECRET}", "placeholder"),
        ("$(client-secret)", "placeholder"),
        ("<your secret>", "placeholder"),
        ("changeme", "placeholder"),
        (
            "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s/)",
            "something-else",
        ),
        ("{\"appId\": \"x\", \"password\": \"y\"}", "something-else"),
        (
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "something-else",
        ),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "something-else"),
        ("xoxb-1-2-abc", "something-else"),
        (&storage, "something-else"),
        (
            "sv=2022-11-02&ss=b&srt=sco&sp=r&se=2027-01-01&sig=abc%3D",
            "something-else",
        ),
        (
            "https://s.blob.core.windows.net/c?sv=2022-11-02&sig=abc%3D",
            "something-else",
        ),
        (
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b==",
            "something-else",
        ),
        (
            "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey=k=",
            "something-else",
        ),
        (
            "Server=db;Database=d;User Id=u;Password=p",
            "something-else",
        ),
        ("postgres://user:word@host/db", "something-else"),
        (
            "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n",
            "something-else",
        ),
        ("DA20FCA696C4F83E8A9AED59BE33368ED421F3C1", "something-else"),
        ("AZURE_CLIENT_SECRET=abc8Q~def", "something-else"),
    ] {
        let look = look(value).unwrap_or_else(|| panic!("{value} looks fine"));
        assert_eq!(look.name(), name, "{value}");
        assert!(look.is_certain(), "{value}");
    }
}

#[test]
fn what_can_be_mended_is_told_and_mended() {
    let base64 = "YWJjOFF+ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpfLi1BQkNERUZHSA==";
    for (value, name) in [
        (format!("{REAL}\n"), "blanks"),
        (format!("\u{feff}{REAL}"), "blanks"),
        (format!(" {REAL}\r\n"), "blanks"),
        (format!("\"{REAL}\""), "quoted"),
        (format!("'{REAL}'"), "quoted"),
        (REAL.replace('~', "%7E"), "percent-encoded"),
        (base64.to_owned(), "base64"),
        (base64.trim_end_matches('=').to_owned(), "base64"),
    ] {
        let look = look(&value).unwrap();
        assert_eq!((look.name(), look.is_certain()), (name, false), "{value}");
        let mended = mended(&value).unwrap();
        assert_eq!(mended.expose_secret(), REAL, "{value}");
    }
}

#[test]
fn a_wrong_length_is_told() {
    for (value, name) in [
        ("abc8Q~defghijkl", "cut-short"),
        ("c8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGH", "cut-short"),
        ("abc8Q~defghijklmnopqrstuvwxyz_.-ABCDEFGHIJKL", "too-long"),
        (
            "abc8Q~defghijklm\nnopqrstuvwxyz_.-ABCDEFGH",
            "several-lines",
        ),
    ] {
        let look = look(value).unwrap();
        assert_eq!((look.name(), look.is_certain()), (name, false), "{value}");
    }
}

#[test]
fn nothing_of_a_secret_is_in_what_is_said() {
    for value in [
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "abc8Q~defghijkl",
    ] {
        let clause = look(value).unwrap().clause();
        assert!(!clause.contains(&value[..5]), "{clause}");
    }
}
