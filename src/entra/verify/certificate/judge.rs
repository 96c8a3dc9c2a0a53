//! What was read, asked and looked up of a certificate → one answer. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{
        Finding, Listed, Outcome, Question,
        attempt::Tried,
        judge::{FRESH, refused, tell_newer},
        registry::Known,
    },
    Shown, words,
};
use crate::{
    domain::{Credential, Kind},
    entra::{CertificateError, aadsts::CERTIFICATE_REFUSED, signin::Certificate},
};

/// What was found out.
pub(super) struct Evidence<'a> {
    pub(super) question: &'a Question,
    pub(super) now: DateTime<Utc>,
    pub(super) certificate: &'a Certificate,
    pub(super) tried: Tried,
    pub(super) app: Known,
}

impl Evidence<'_> {
    /// The app's certificates, when they could be read.
    fn registered(&self) -> Vec<&Credential> {
        let Known::Is(app) = &self.app else {
            return Vec::new();
        };
        let all = app.credentials.iter();
        all.filter(|one| one.kind == Kind::Certificate).collect()
    }

    /// The one of them that this is. Where the same was registered twice, the one that lasts longer counts.
    fn itself(&self) -> Option<&Credential> {
        let own = self.certificate.thumbprint.as_ref()?;
        let same = |one: &&Credential| one.thumbprint.as_ref() == Some(own);
        let all = self.registered().into_iter();
        all.filter(same).max_by_key(|one| one.expires)
    }

    fn ended(&self) -> Option<DateTime<Utc>> {
        let (_, end) = self.certificate.validity?;
        (end <= self.now).then_some(end)
    }

    fn begins_later(&self) -> Option<DateTime<Utc>> {
        let (start, _) = self.certificate.validity?;
        (start > self.now).then_some(start)
    }

    /// How long ago it was made, if that was just now.
    fn age(&self) -> Option<TimeDelta> {
        let (start, _) = self.certificate.validity?;
        let age = self.now - start;
        (TimeDelta::zero()..FRESH).contains(&age).then_some(age)
    }
}

/// Nothing can be signed with it, and nobody was asked.
pub(super) fn unfit(why: &CertificateError, question: &Question) -> Finding {
    let mut finding = Finding::about(question);
    let why = words::unfit(why, &mut finding.outcome);
    finding.answer = match finding.outcome {
        Outcome::DoesNotWork => format!("It does not work: {why}."),
        Outcome::Works | Outcome::CouldNotTell => format!("Could not tell: {why}."),
    };
    finding
}

pub(super) fn judge(evidence: &Evidence<'_>) -> Finding {
    let mut finding = Finding::about(evidence.question);
    match &evidence.tried {
        Tried::Accepted => {
            finding.outcome = Outcome::Works;
            finding.answer = String::from("It works: Entra accepts this certificate.");
        }
        Tried::Unanswered(why) => finding.answer = format!("Could not tell: {why}."),
        Tried::Refused(refusal) => {
            finding.aadsts = refusal.aadsts;
            finding.correlation_id.clone_from(&refusal.correlation_id);
            match refusal.aadsts {
                Some(CERTIFICATE_REFUSED) => not_accepted(&mut finding, evidence),
                _ => refused(&mut finding, refusal, "certificate"),
            }
        }
    }
    let Certificate {
        thumbprint,
        sha256,
        validity,
    } = evidence.certificate;
    let thumbprint = thumbprint.as_ref().map(ToString::to_string);
    if let Some((start, end)) = *validity {
        finding
            .details
            .push(words::validity(start, end, evidence.now));
    }
    finding
        .details
        .push(words::thumbprints(thumbprint.as_deref(), sha256));
    tell_which(&mut finding, evidence);
    finding.certificate = Some(Shown {
        thumbprint,
        thumbprint_sha256: sha256.clone(),
        starts_at: validity.map(|(start, _)| start),
        expires_at: validity.map(|(_, end)| end),
        registered: evidence
            .itself()
            .map(|itself| Listed::of(itself, evidence.now)),
    });
    finding
}

/// AADSTS700027.
fn not_accepted(finding: &mut Finding, evidence: &Evidence<'_>) {
    finding.outcome = Outcome::DoesNotWork;
    let client = &finding.client_id;
    if let Some(end) = evidence.ended() {
        finding.answer = words::ran_out(end);
        finding.next.push(words::make_a_new_one(client));
        return;
    }
    if let Some(start) = evidence.begins_later() {
        finding.answer = words::begins(start);
        finding.next.push(words::wait_for_its_start());
        return;
    }
    match (&evidence.app, evidence.itself()) {
        (_, Some(itself)) if has_ended(itself, evidence.now) => {
            finding.answer = words::registration_ran_out();
            finding.next.push(words::upload(client));
        }
        // what the directory lists, the sign-in service will know
        (_, Some(_)) => {
            finding.outcome = Outcome::CouldNotTell;
            finding.answer = words::registered_just_now();
            finding.next.push(words::wait());
        }
        (Known::Is(_), None) => {
            finding.answer = words::is_none_of(evidence.registered().len());
            finding.next.push(words::upload(client));
        }
        (_, None) => {
            finding
                .next
                .extend([words::compare(client), words::upload(client)]);
            finding.answer = match evidence.age() {
                Some(age) => {
                    finding.outcome = Outcome::CouldNotTell;
                    finding.next.insert(0, words::wait());
                    words::made_just_now(age)
                }
                None => words::is_not_registered(),
            };
        }
    }
}

fn has_ended(credential: &Credential, now: DateTime<Utc>) -> bool {
    credential.expires.at().is_some_and(|end| end <= now)
}

/// Which of the app's certificates it is.
fn tell_which(finding: &mut Finding, evidence: &Evidence<'_>) {
    let app = match &evidence.app {
        Known::Is(app) => app,
        Known::NotAsked if finding.outcome == Outcome::Works => {
            finding.details.push(words::name_a_tenant());
            return;
        }
        Known::NotAsked => return,
        Known::NoSuchApp => {
            finding.details.push(words::no_such_app());
            return;
        }
        Known::Unreadable(why) => {
            finding.details.push(format!(
                "Which of the app's certificates it is could not be looked up: {why}"
            ));
            return;
        }
    };
    if let Some(itself) = evidence.itself() {
        let listed = Listed::of(itself, evidence.now);
        finding.details.push(words::is_registered(&listed, app));
        tell_newer(finding, app, itself, evidence.now);
        return;
    }
    let registered = evidence.registered();
    if !registered.is_empty() {
        finding
            .details
            .push(words::registered_are(&registered, evidence.now));
    }
}
