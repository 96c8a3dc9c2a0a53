//! Mail through Graph, and mail servers that want a token: which sign-in is used.

use forewarn::notify::{
    config::Backend,
    email::{OAuth2Client, SmtpSignIn},
    graph_mail::GraphMailConfig,
};

use super::{MINIMAL, good, load_text, told};

const GRAPH_MAIL: &str = r#"
[[receivers]]
name = "mail"
type = "graph-mail"
from = "Forewarn <forewarn@contoso.com>"
to = ["platform@contoso.com", "Ann <ann@contoso.com>"]
"#;

fn graph_mail(text: &str) -> GraphMailConfig {
    let config = good(text, &[]);
    let last = config.receivers.last().unwrap();
    let Backend::GraphMail(mail) = &last.backend else {
        panic!("{last:?}")
    };
    let senders = config.tenants.iter().filter(|tenant| tenant.sends_mail);
    let senders: Vec<&str> = senders.map(|tenant| tenant.name.as_str()).collect();
    assert_eq!(senders, [mail.tenant.as_str()]);
    mail.clone()
}

fn oauth2(tenants: &str, tenant_id: &str) -> OAuth2Client {
    let text = format!(
        r#"{tenants}
[[receivers]]
name = "mail"
type = "email"
to = ["platform@contoso.com"]
[receivers.smtp]
host = "smtp.office365.com"
from = "forewarn@contoso.com"
username = "forewarn@contoso.com"
oauth2 = {{ tenant_id = "{tenant_id}", client_id = "8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58", client_secret = {{ env = "X" }} }}
"#
    );
    let config = good(&text, &[]);
    let Backend::Email(mail) = &config.receivers.last().unwrap().backend else {
        panic!("{:?}", config.receivers)
    };
    let Some(SmtpSignIn::OAuth2 { mailbox, client }) = &mail.sign_in else {
        panic!("{mail:?}")
    };
    assert_eq!(mailbox, "forewarn@contoso.com");
    client.clone()
}

#[test]
fn the_only_tenant_sends_unless_another_is_named() {
    let mail = graph_mail(&[MINIMAL, GRAPH_MAIL].concat());
    assert_eq!(mail.from.to_string(), "Forewarn <forewarn@contoso.com>");
    assert_eq!((mail.tenant.as_str(), mail.to.len()), ("contoso", 2));

    let second = MINIMAL
        .replace("contoso", "fabrikam")
        .replace("\"ops\"", "\"ops-2\"");
    let named = [MINIMAL, &second, GRAPH_MAIL, "tenant = \"fabrikam\"\n"].concat();
    assert_eq!(graph_mail(&named).tenant, "fabrikam");
    let problem = told(load_text([MINIMAL, &second, GRAPH_MAIL].concat(), &[]));
    let choices = "write `tenant = \"contoso\"` or `tenant = \"fabrikam\"`";
    assert!(problem.contains(choices), "{problem}");
}

#[test]
fn a_tenant_that_is_wrong_itself_is_not_called_missing() {
    let text = MINIMAL.replace(
        "tenant_id = \"contoso.onmicrosoft.com\"",
        "tenant_id = \"common\"",
    );
    let problem = told(load_text(
        [&text, GRAPH_MAIL, "tenant = \"contoso\"\n"].concat(),
        &[],
    ));
    assert!(
        problem.contains("is not one directory") && !problem.contains("no tenant"),
        "{problem}"
    );
}

#[test]
fn who_signs_in_with_the_azure_cli_is_told_that_it_sends_no_mail() {
    let auth = "client_id = \"8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58\"\nclient_secret = { env = \"CONTOSO_SECRET\" }";
    let text = MINIMAL.replace(auth, "method = \"azure-cli\"");
    let warning = told(load_text([&text, GRAPH_MAIL].concat(), &[]));
    assert!(
        warning.starts_with("warning:") && warning.contains("let nobody send mail"),
        "{warning}"
    );
}

#[test]
fn a_token_for_smtp_is_had_where_its_tenant_signs_in() {
    let public = "https://login.microsoftonline.com/";
    assert_eq!(oauth2(MINIMAL, "fabrikam.com").authority.as_str(), public);
    let sandbox = "[tenants.endpoints]\nauthority = \"http://127.0.0.1:8090\"\n[tenants.auth]";
    let tenants = MINIMAL.replace("[tenants.auth]", sandbox);
    let same = oauth2(&tenants, "Contoso.onmicrosoft.com");
    assert_eq!(same.authority.as_str(), "http://127.0.0.1:8090/");
    assert_eq!(oauth2(&tenants, "fabrikam.com").authority.as_str(), public);
}
