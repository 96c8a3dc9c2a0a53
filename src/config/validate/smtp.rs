//! Receivers of type `email`.

use std::net::IpAddr;

use lettre::message::Mailbox;

use super::secret::secret;
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::{SecretSource, loopback::is_loopback},
    notify::email::{EmailConfig, SmtpTls},
};

/// Who gets mail, and through which server. `at` is the receiver.
pub(super) fn email(
    to: Option<Vec<String>>,
    smtp: Option<raw::Smtp>,
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
    let credentials = credentials(smtp.username, smtp.password, &at, report);
    if let (SmtpTls::None, Some(host), Some(_)) = (tls, &host, &credentials)
        && !is_loopback(host)
    {
        report.error(
            &at.key("tls"),
            "a password is never sent unencrypted to another host",
            "use `starttls` or `implicit`, or leave out `username` and `password`",
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
        credentials,
    })
}

fn recipients(addresses: &[String], at: &KeyPath, report: &mut Report<'_>) -> Vec<Mailbox> {
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

fn mailbox(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<Mailbox> {
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

fn credentials(
    username: Option<String>,
    password: Option<raw::Secret>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<(String, SecretSource)> {
    match (username, password) {
        (Some(username), Some(password)) => {
            let password = secret(password, &at.key("password"), report)?;
            Some((username, password))
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
