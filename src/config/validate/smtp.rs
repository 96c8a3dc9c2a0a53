//! Receivers of type `email`.

use std::net::IpAddr;

use lettre::message::Mailbox;

use super::{oauth2::oauth2, secret::secret};
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::loopback::is_loopback,
    entra::config::TenantConfig,
    notify::email::{EmailConfig, SmtpSignIn, SmtpTls},
};

/// Who gets mail, and through which server. `at` is the receiver.
pub(super) fn email(
    to: Option<Vec<String>>,
    smtp: Option<raw::Smtp>,
    tenants: &[TenantConfig],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<EmailConfig> {
    let to = recipients(&to.unwrap_or_default(), &at.key("to"), report);
    let at = at.key("smtp");
    let remedy = "add [receivers.smtp] with `host` and `from`";
    let smtp = report.require(smtp, &at, remedy)?;
    let tls = match smtp.tls {
        Some(raw::SmtpTls::Implicit) => SmtpTls::Implicit,
        Some(raw::SmtpTls::None) => SmtpTls::None,
        Some(raw::SmtpTls::StartTls) | None => SmtpTls::StartTls,
    };
    let host = host(smtp.host, &at.key("host"), report);
    let key = at.key("from");
    let remedy = "say who sends, as `from = \"forewarn@contoso.com\"`";
    let from = report
        .require(smtp.from, &key, remedy)
        .and_then(|text| mailbox(&text, &key, report));
    let sign_in = match smtp.oauth2 {
        Some(raw) => {
            if smtp.password.is_some() {
                let remedy = "delete one of the two";
                report.error(&at.key("password"), "a password beside `oauth2`", remedy);
            }
            oauth2(smtp.username, raw, tenants, &at, report)
        }
        None => password(smtp.username, smtp.password, &at, report),
    };
    if let (SmtpTls::None, Some(host), Some(_)) = (tls, &host, &sign_in)
        && !is_loopback(host)
    {
        report.error(
            &at.key("tls"),
            "neither a password nor a token is ever sent unencrypted to another host",
            "use `starttls` or `implicit`, or leave out what is signed in with",
        );
    }
    let default_port = match tls {
        SmtpTls::StartTls => 587,
        SmtpTls::Implicit => 465,
        SmtpTls::None => 25,
    };
    Some(EmailConfig {
        to,
        host: host?,
        port: smtp.port.unwrap_or(default_port),
        tls,
        from: from?,
        sign_in,
    })
}

/// The recipients; at least one.
pub(super) fn recipients(
    addresses: &[String],
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Vec<Mailbox> {
    if addresses.is_empty() {
        report.error(
            at,
            "nobody to send to",
            "write `to = [\"platform@contoso.com\"]`",
        );
    }
    addresses
        .iter()
        .enumerate()
        .filter_map(|(index, text)| mailbox(text, &at.index(index), report))
        .collect()
}

/// An address, perhaps with a name.
pub(super) fn mailbox(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<Mailbox> {
    let parsed = text.parse().ok();
    if parsed.is_none() {
        report.error(
            at,
            format!("{text:?} is not a mail address"),
            "write one address, as `a@b.c` or `Name <a@b.c>`",
        );
    }
    parsed
}

fn host(host: Option<String>, at: &KeyPath, report: &mut Report<'_>) -> Option<String> {
    const REMEDY: &str = "write the server's bare name, as `host = \"smtp.contoso.com\"`";
    let host = report.require(host, at, REMEDY)?;
    let is_address = host.parse::<IpAddr>().is_ok();
    let is_name = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || "-._".contains(c));
    if !is_address && !is_name {
        let remedy = format!("{REMEDY}; the port has a key of its own");
        report.error(at, format!("{host:?} is not a host name"), remedy);
        return None;
    }
    Some(host)
}

fn password(
    username: Option<String>,
    password: Option<raw::Secret>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<SmtpSignIn> {
    match (username, password) {
        (Some(user), Some(password)) => {
            let password = secret(password, &at.key("password"), report)?;
            Some(SmtpSignIn::Password { user, password })
        }
        (Some(_), None) => {
            let remedy = "add `password = { env = \"NAME\" }`, or delete `username`";
            report.error(&at.key("username"), "a user without a password", remedy);
            None
        }
        (None, Some(_)) => {
            let remedy = "add `username`, or delete `password`";
            report.error(&at.key("password"), "a password without a user", remedy);
            None
        }
        (None, None) => None,
    }
}
