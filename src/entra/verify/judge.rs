//! All that was found out → one answer. Pure: what was looked at, asked and read comes in, and words come out.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Finding, Listed, Means, Outcome, Question,
    attempt::Tried,
    registry::{Known, Whose},
    words,
};
use crate::{
    domain::{
        App, Credential, Kind,
        supersede::{Replacement, replacement},
    },
    entra::{
        SignInRefusal,
        aadsts::{self, CredentialOk, EXPIRED_SECRET, WRONG_SECRET},
        looks::Look,
        refusal::by_oauth,
    },
};

/// A secret that is younger may not be known everywhere in Entra yet. Two minutes are the most that has been seen (Azure/ARO-HCP's
/// test suite allows for them); the rest is for clocks that differ.
pub(super) const FRESH: TimeDelta = TimeDelta::minutes(5);

/// What was found out.
pub(super) struct Evidence<'a> {
    pub(super) question: &'a Question,
    pub(super) now: DateTime<Utc>,
    pub(super) look: Option<Look>,
    /// `None`: it was not sent.
    pub(super) tried: Option<Tried>,
    /// What came of it without the blanks, quotes and so on; `None` when that was no better.
    pub(super) mended: Option<Tried>,
    pub(super) app: Known,
    pub(super) whose: Whose,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(question: &'a Question, means: &Means) -> Self {
        Self {
            question,
            now: means.clock.now(),
            look: None,
            tried: None,
            mended: None,
            app: Known::NotAsked,
            whose: Whose::NotAsked,
        }
    }

    /// The app's secrets, when they could be read.
    fn secrets(&self) -> Vec<&Credential> {
        match &self.app {
            Known::Is(app) => app
                .credentials
                .iter()
                .filter(|one| one.kind == Kind::ClientSecret)
                .collect(),
            _ => Vec::new(),
        }
    }
}

pub(super) fn judge(held: &SecretString, evidence: &Evidence<'_>) -> Finding {
    let mut finding = Finding {
        look: evidence.look.map(Look::name),
        ..Finding::about(evidence.question)
    };
    let matching = begins_like(held, evidence);
    match (&evidence.tried, &evidence.mended) {
        (None, _) => by_look(&mut finding, held, evidence),
        (Some(Tried::Accepted), _) => {
            finding.outcome = Outcome::Works;
            finding.answer = String::from("It works: Entra accepts this secret.");
        }
        (Some(Tried::Unanswered(why)), _) => {
            finding.answer = format!("Could not tell: {why}.");
        }
        (Some(Tried::Refused(refusal)), mended) => {
            finding.aadsts = refusal.aadsts;
            finding.correlation_id.clone_from(&refusal.correlation_id);
            match refusal.aadsts {
                Some(WRONG_SECRET) => wrong(&mut finding, evidence, mended.as_ref(), &matching),
                Some(EXPIRED_SECRET) => expired(&mut finding, evidence),
                _ => refused(&mut finding, refusal, "secret"),
            }
        }
    }
    tell_which(&mut finding, evidence, &matching);
    finding
}

/// The app's secrets that begin like the value: more than one may, and some have no hint.
fn begins_like<'e>(held: &SecretString, evidence: &'e Evidence<'_>) -> Vec<&'e Credential> {
    let mut secrets = evidence.secrets();
    secrets.retain(|secret| {
        let hint = secret.hint.as_deref().unwrap_or_default();
        !hint.is_empty() && held.expose_secret().starts_with(hint)
    });
    secrets
}

/// It surely is something else, and nobody was asked.
fn by_look(finding: &mut Finding, held: &SecretString, evidence: &Evidence<'_>) {
    let Some(look) = evidence.look else { return };
    finding.outcome = Outcome::DoesNotWork;
    finding.answer = format!("It does not work: {}.", look.clause());
    if look != Look::SecretId {
        if matches!(look, Look::Foreign(_)) {
            let sent = "It was not sent to Entra: what is not a secret of Entra's may be a key to something else.";
            finding.details.push(sent.to_owned());
        }
        finding.next.push(words::look_where_it_comes_from());
        return;
    }
    finding.next.push(words::look_for_the_value());
    finding.next.push(words::make_a_new_one(&finding.client_id));
    if let Some(own) = is_of_the_question(held, evidence.question) {
        finding.answer = format!("It does not work: {own}.");
        return;
    }
    match &evidence.whose {
        Whose::Credential(app, credential) => {
            let is_own = app.app_id.to_string() == evidence.question.client_id.to_lowercase();
            let listed = Listed::of(credential, evidence.now);
            finding
                .details
                .push(words::is_the_id_of(&listed, (!is_own).then_some(&**app)));
            finding.secret = Some(listed);
            tell_newer(finding, app, credential, evidence.now);
        }
        Whose::App(app) => finding.details.push(words::is_the_id_of_app(app)),
        Whose::Nobodys => finding.details.push(
            "No app registration, secret or certificate of the tenant has this ID.".to_owned(),
        ),
        Whose::Unreadable(why) => finding
            .details
            .push(format!("Whose ID it is could not be looked up: {why}")),
        Whose::NotAsked => {}
    }
}

/// A GUID that is in the question already.
fn is_of_the_question(held: &SecretString, question: &Question) -> Option<&'static str> {
    let is = |id: &str| {
        !id.is_empty()
            && held
                .expose_secret()
                .to_ascii_lowercase()
                .contains(&id.to_ascii_lowercase())
    };
    if is(&question.client_id) {
        return Some("it is the client id itself");
    }
    is(&question.tenant_id).then_some("it is the tenant's id")
}

/// AADSTS7000215.
fn wrong(
    finding: &mut Finding,
    evidence: &Evidence<'_>,
    mended: Option<&Tried>,
    matching: &[&Credential],
) {
    finding.outcome = Outcome::DoesNotWork;
    let look = evidence.look;
    if let (Some(Tried::Accepted), Some(look)) = (mended, look) {
        finding.answer = format!(
            "It does not work as it is: {}. Without that, Entra accepts it.",
            look.clause()
        );
        finding.next.push(words::mend(look));
        return;
    }
    if let (Some(Tried::Refused(refusal)), Some(look)) = (mended, look)
        && refusal.aadsts == Some(EXPIRED_SECRET)
    {
        finding.answer = format!(
            "It does not work: {}; and without that, it is a secret that has expired.",
            look.clause()
        );
        finding.next.push(words::renew(&finding.client_id));
        return;
    }
    // what can be seen on it does not go away by waiting
    let young = || matching.iter().find_map(|secret| age(secret, evidence.now));
    if let Some(age) = look.is_none().then(young).flatten() {
        finding.outcome = Outcome::CouldNotTell;
        finding.answer = format!(
            "Too early to tell: a secret of this app that begins like it was made {} ago, and Entra needs up to two minutes to know a new one \
             everywhere. Wait two minutes and try again.",
            words::age(age)
        );
        finding
            .next
            .push("wait two minutes and try again".to_owned());
        return;
    }
    finding.answer = match (look, matching, &evidence.app) {
        (Some(look), ..) => format!("It does not work: {}.", look.clause()),
        (None, [], Known::Is(_)) if evidence.secrets().is_empty() => {
            "It does not work: this app has no client secret at all (AADSTS7000215).".to_owned()
        }
        (None, [], Known::Is(_)) => "It does not work: it is none of this app's secrets (AADSTS7000215). It is another app's or tenant's, or it was \
             deleted."
            .to_owned(),
        (None, [_, ..], Known::Is(_)) => "It does not work: it begins like a secret of this app, but is not that secret (AADSTS7000215). It is not whole, \
             or was altered."
            .to_owned(),
        (None, ..) => "It does not work: it is wrong, not expired: no secret of this app has this value (AADSTS7000215).".to_owned(),
    };
    if let (Some(look), true) = (look, mended.is_none()) {
        finding.next.push(words::mend(look));
    }
    if !matches!(evidence.app, Known::Is(_)) {
        finding.next.push(words::compare(&finding.client_id));
    }
    finding.next.push(words::make_a_new_one(&finding.client_id));
}

/// How long ago it was made, if that was just now.
fn age(secret: &Credential, now: DateTime<Utc>) -> Option<TimeDelta> {
    let age = now - secret.starts_at?;
    (-FRESH..FRESH).contains(&age).then_some(age)
}

/// AADSTS7000222.
fn expired(finding: &mut Finding, evidence: &Evidence<'_>) {
    finding.outcome = Outcome::DoesNotWork;
    finding.answer = String::from(
        "It does not work any more: it was the right one, and it has expired (AADSTS7000222).",
    );
    let has_valid = evidence
        .secrets()
        .iter()
        .any(|secret| secret.expires.at().is_none_or(|end| end > evidence.now));
    if has_valid {
        finding.next.push(
            "the app has a secret that is still valid: if somebody has its Value, put it where this one is"
                .to_owned(),
        );
    }
    finding.next.push(words::renew(&finding.client_id));
}

/// Any other refusal of `what` is held.
pub(super) fn refused(finding: &mut Finding, refusal: &SignInRefusal, what: &str) {
    let known = refusal.aadsts.and_then(aadsts::explain);
    let number = match refusal.aadsts {
        Some(code) => format!("AADSTS{code}"),
        None => format!("HTTP {}", refusal.status),
    };
    let Some(known) = known else {
        finding.answer = format!(
            "Could not tell: Entra refused ({number}), and {}.",
            by_oauth(&refusal.error)
        );
        if !refusal.description.is_empty() {
            finding
                .details
                .push(format!("It said: {}", refusal.description));
        }
        return;
    };
    let meaning = &known.meaning;
    (finding.outcome, finding.answer) = match known.credential_ok {
        CredentialOk::No => (
            Outcome::DoesNotWork,
            format!("It does not work: {meaning} ({number})."),
        ),
        CredentialOk::Yes => (
            Outcome::CouldNotTell,
            format!("Probably right, but the sign-in is blocked: {meaning} ({number})."),
        ),
        CredentialOk::Unknown => (
            Outcome::CouldNotTell,
            format!(
                "Could not tell: Entra refused before it came to the {what}: {meaning} ({number})."
            ),
        ),
    };
    finding.next = known
        .fixes
        .iter()
        .map(|fix| fix.replace("CLIENT_ID", &finding.client_id))
        .collect();
}

/// Which of the app's secrets it is, as far as three characters tell.
fn tell_which(finding: &mut Finding, evidence: &Evidence<'_>, matching: &[&Credential]) {
    let app = match &evidence.app {
        Known::Is(app) => app,
        Known::NotAsked => {
            if finding.outcome == Outcome::Works {
                finding.details.push(words::name_a_tenant());
            }
            return;
        }
        Known::NoSuchApp => {
            finding.details.push(
                "The tenant lists no app registration with this client id, so nothing more is known of the secret."
                    .to_owned(),
            );
            return;
        }
        Known::Unreadable(why) => {
            finding
                .details
                .push(format!("Which secret it is could not be looked up: {why}"));
            return;
        }
    };
    let likely = likeliest(matching, finding, evidence.now);
    let Some(likely) = likely else {
        let secrets = evidence.secrets();
        if !secrets.is_empty() {
            finding
                .details
                .push(words::begins_like_none(&secrets, evidence.now));
        }
        return;
    };
    let listed = Listed::of(likely, evidence.now);
    finding
        .details
        .push(words::most_likely(&listed, app, matching.len()));
    finding.secret = Some(listed);
    tell_newer(finding, app, likely, evidence.now);
}

/// Of several that begin alike, the youngest; where Entra says that it has expired, only one that has ended can be it.
fn likeliest<'e>(
    matching: &[&'e Credential],
    finding: &Finding,
    now: DateTime<Utc>,
) -> Option<&'e Credential> {
    let must_have_ended = finding.aadsts == Some(EXPIRED_SECRET);
    let has_ended = |one: &Credential| one.expires.at().is_some_and(|end| end <= now);
    matching
        .iter()
        .copied()
        .filter(|one| !must_have_ended || has_ended(one))
        .max_by_key(|one| (!has_ended(one), one.starts_at))
}

/// A valid one of the same app that began later and ends later.
pub(super) fn tell_newer(finding: &mut Finding, app: &App, old: &Credential, now: DateTime<Utc>) {
    if let Replacement::Superseded(newer)
    | Replacement::Unfinished(newer)
    | Replacement::Newer(newer) = replacement(app, old, now, None, |_| false)
    {
        let newer = Listed::of(newer, now);
        finding.details.push(words::has_newer(&newer));
        finding.newer = Some(newer);
    }
}
