//! The sentences about a certificate.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{
    Listed, Outcome,
    words::{age, end, first_of, name_of, quoted},
};
use crate::{
    domain::{App, Credential},
    entra::CertificateError,
};

/// Why nothing can be signed with it, and what that says of whether it works.
pub(super) fn unfit(why: &CertificateError, outcome: &mut Outcome) -> String {
    let says_nothing = match why {
        CertificateError::Encrypted => {
            "its private key is encrypted; give the password with --password-file or --password-env"
                .to_owned()
        }
        CertificateError::WrongPassword => {
            "the password does not decrypt its private key".to_owned()
        }
        CertificateError::NotPem
        | CertificateError::UnknownCipher
        | CertificateError::Unreadable(_) => why.to_string(),
        CertificateError::NoCertificate
        | CertificateError::NoKey
        | CertificateError::NotRsa
        | CertificateError::BadKey(_)
        | CertificateError::CannotSign
        | CertificateError::Mismatch => {
            *outcome = Outcome::DoesNotWork;
            return why.to_string();
        }
    };
    *outcome = Outcome::CouldNotTell;
    says_nothing
}

pub(super) fn validity(start: DateTime<Utc>, end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (from, until) = (day(start), day(end));
    if end <= now {
        let days = (now - end).num_days();
        format!(
            "It was valid from {from} until {until}, which is {} ago.",
            days_of(days)
        )
    } else if start > now {
        format!("It will be valid from {from} until {until}.")
    } else {
        let days = (end - now).num_days();
        format!(
            "It is valid from {from} until {until}: for {} more.",
            days_of(days)
        )
    }
}

pub(super) fn thumbprints(sha1: Option<&str>, sha256: &str) -> String {
    let sha1 = sha1.unwrap_or("unknown");
    format!("Its thumbprint is {sha1}, as the portal shows it (SHA-1), and {sha256} by SHA-256.")
}

pub(super) fn ran_out(end: DateTime<Utc>) -> String {
    format!(
        "It does not work any more: it ran out on {} (AADSTS700027).",
        day(end)
    )
}

pub(super) fn begins(start: DateTime<Utc>) -> String {
    format!(
        "It does not work yet: it is valid only from {} on (AADSTS700027).",
        day(start)
    )
}

pub(super) fn registration_ran_out() -> String {
    "It does not work any more: it is registered with the app, but only until a time that is over (AADSTS700027).".to_owned()
}

pub(super) fn registered_just_now() -> String {
    "Too early to tell: the app has this certificate, but the sign-in service does not know it yet (AADSTS700027), which takes up to two \
     minutes after it was uploaded. Wait two minutes and try again."
        .to_owned()
}

pub(super) fn made_just_now(ago: TimeDelta) -> String {
    format!(
        "Too early to tell: the certificate was made {} ago, and Entra needs up to two minutes to know a new one everywhere \
         (AADSTS700027). Wait two minutes and try again.",
        age(ago)
    )
}

pub(super) fn is_none_of(registered: usize) -> String {
    match registered {
        0 => "It does not work: this app has no certificate at all (AADSTS700027).".to_owned(),
        _ => "It does not work: it is none of this app's certificates (AADSTS700027).".to_owned(),
    }
}

pub(super) fn is_not_registered() -> String {
    "It does not work: it is not registered with this app, or no longer (AADSTS700027). If it was uploaded in the last minutes, wait two \
     minutes and try again."
        .to_owned()
}

pub(super) fn is_registered(listed: &Listed, app: &App) -> String {
    format!(
        "It is registered with {} as {} (key id {}), which {}.",
        quoted(&app.name),
        name_of(listed),
        listed.credential_id,
        end(listed)
    )
}

pub(super) fn registered_are(registered: &[&Credential], now: DateTime<Utc>) -> String {
    let named = first_of(registered, |one| {
        let listed = Listed::of(one, now);
        let thumbprint = one.thumbprint.as_ref().map_or_else(
            || "(Graph does not tell its thumbprint)".to_owned(),
            |thumbprint| format!("({thumbprint})"),
        );
        format!("{} {thumbprint}, which {}", name_of(&listed), end(&listed))
    });
    format!("The app has these certificates: {named}.")
}

pub(super) fn no_such_app() -> String {
    "The tenant lists no app registration with this client id, so nothing more is known of the certificate.".to_owned()
}

pub(super) fn name_a_tenant() -> String {
    "Whether the app has a newer one is for Graph to say: name a tenant of the configuration with --tenant to learn it.".to_owned()
}

pub(super) fn wait() -> String {
    "wait two minutes and try again".to_owned()
}

pub(super) fn wait_for_its_start() -> String {
    "wait until then, or make one that is valid now; check this machine's clock if it should be valid already".to_owned()
}

pub(super) fn compare(client_id: &str) -> String {
    format!(
        "compare its thumbprint with those of the app's certificates: `az ad app credential list --id {client_id} --cert`"
    )
}

pub(super) fn upload(client_id: &str) -> String {
    format!(
        "upload it to the app, without its private key: `openssl x509 -in FILE -out certificate.pem`, then \
         `az ad app credential reset --id {client_id} --append --cert @certificate.pem` (without --append the app's other certificates are deleted)"
    )
}

pub(super) fn make_a_new_one(client_id: &str) -> String {
    format!(
        "make a new one with an RSA key of 2048 bits or more, and upload it: \
         `az ad app credential reset --id {client_id} --append --cert @certificate.pem` (without --append the app's other certificates are deleted)"
    )
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%a %d %b %Y").to_string()
}

fn days_of(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
