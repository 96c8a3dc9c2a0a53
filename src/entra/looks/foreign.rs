//! Keys of other products, and what stands where nobody put a secret yet. They lie in the same drawers.

/// A template that nobody filled in.
pub(super) fn is_placeholder(text: &str) -> bool {
    let between = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    let lower = text.to_ascii_lowercase();
    between("${", "}")
        || between("$(", ")")
        || between("{{", "}}")
        || between("#{", "}#")
        || between("<", ">")
        || between("%", "%")
        || matches!(
            lower.as_str(),
            "changeme"
                | "change-me"
                | "change_me"
                | "secret"
                | "client_secret"
                | "client-secret"
                | "your-client-secret"
                | "your_client_secret"
                | "password"
                | "todo"
                | "null"
                | "none"
                | "undefined"
                | "xxx"
        )
}

/// Whose key it is, by its shape.
pub(super) fn foreign(text: &str) -> Option<&'static str> {
    KEYS.iter().find(|(is, _)| is(text)).map(|&(_, what)| what)
}

type Test = fn(&str) -> bool;

/// Keys of other products that lie in the same drawers. The first that fits counts. What Entra itself made in former years must not
/// be among them: 44 characters of base64.
#[rustfmt::skip]
const KEYS: &[(Test, &str)] = &[
    (|t| t.starts_with("@Microsoft.KeyVault("), "a Key Vault reference that was not resolved"),
    (|t| t.starts_with('{') && t.ends_with('}'), "a whole JSON document (of which only the field `password` or `secretText` is the secret)"),
    (|t| t.starts_with("-----BEGIN "), "a key or certificate in PEM"),
    (|t| has(t, &["accountkey=", "sharedaccesskey=", "instrumentationkey=", "endpoint=sb://", "defaultendpointsprotocol="]), "a connection string"),
    (|t| has(t, &["server=", "data source="]) && has(t, &["password=", "pwd="]), "a database's connection string"),
    (|t| has(t, &["sig="]) && has(t, &["sv=", "se=", "sr="]), "a shared access signature (SAS)"),
    (|t| t.contains("://"), "a URL"),
    (is_jwt, "a token (JWT)"),
    (|t| starts(t, &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]), "a GitHub token"),
    (|t| starts(t, &["glpat-", "gldt-", "glrt-"]), "a GitLab token"),
    (|t| starts(t, &["xoxb-", "xoxp-", "xoxa-", "xapp-"]), "a Slack token"),
    (|t| starts(t, &["AKIA", "ASIA"]) && t.len() == 20, "an AWS access key"),
    (|t| starts(t, &["npm_", "pypi-", "dckr_pat_", "hvs.", "sk_live_", "sk-"]), "another service's token"),
    (|t| t.len() == 84 && t.contains("AZDO"), "an Azure DevOps token"),
    (|t| t.len() == 88 && t.ends_with("==") && is_base64(t), "a storage account's key"),
    (|t| t.len() == 40 && is_hex(t), "a certificate's thumbprint"),
    (|t| t.len() == 32 && is_hex(t), "an API key of 32 hexadecimal digits"),
    (|t| starts(t, &["client_secret=", "AZURE_CLIENT_SECRET=", "CLIENT_SECRET="]), "a whole line of settings, of which only what stands after `=` is the secret"),
];

fn starts(text: &str, beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .any(|beginning| text.starts_with(beginning))
}

fn has(text: &str, parts: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    parts.iter().any(|part| lower.contains(part))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}

fn is_jwt(text: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(is_part)
}
