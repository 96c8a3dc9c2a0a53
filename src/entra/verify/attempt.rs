//! One sign-in with what is held.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

use super::{Means, Question};
use crate::{
    domain::{SecretSource, Secrets, secret::SecretError},
    entra::{
        ScanError, SignInRefusal,
        aadsts::WRONG_SECRET,
        config::{Auth, TenantConfig},
        pace::{Dice, Pace, Skew},
        token::SignIn,
    },
};

/// How long it may take, all waiting included: somebody sits in front of it.
const TIME: Duration = Duration::from_secs(45);

/// What came of it.
#[derive(Debug)]
pub(super) enum Tried {
    /// There was a token. It has been thrown away.
    Accepted,
    /// Entra said no.
    Refused(Box<SignInRefusal>),
    /// There was no answer to be had; this is why.
    Unanswered(String),
}

impl Tried {
    /// True when Entra says that the value is none of the app's secrets.
    pub(super) fn is_wrong(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.aadsts == Some(WRONG_SECRET))
    }
}

/// Gives what is held, which is nowhere but in memory.
struct Held;

impl Secrets for Held {
    fn read(&self, source: &SecretSource) -> Result<SecretString, SecretError> {
        match source {
            SecretSource::Literal(held) => Ok(held.clone()),
            SecretSource::Env(_) | SecretSource::File(_) => {
                Err(SecretError::Empty(source.to_string()))
            }
        }
    }
}

/// Signs in once. What proves who we are is in `auth` itself.
pub(super) async fn sign_in(auth: Auth, question: &Question, means: &Means) -> Tried {
    let config = TenantConfig::sign_in_alone(
        question.tenant_id.clone(),
        question.cloud,
        question.authority.clone(),
        auth,
    );
    let resource = question.reader.as_ref().map_or_else(
        || question.cloud.graph().to_owned(),
        TenantConfig::graph_resource,
    );
    let sign_in = SignIn::new(&config, &means.http, Arc::new(Held), &resource);
    let dice = Dice::new(means.seed);
    let pace = Pace {
        clock: means.clock.as_ref(),
        dice: &dice,
        deadline: means.clock.now() + TIME,
        progress: &|_| {},
        skew: Skew::default(),
    };
    match sign_in.bearer(&pace).await {
        Ok(_) => Tried::Accepted,
        Err(ScanError::SignIn(refusal)) => Tried::Refused(refusal),
        Err(error) => Tried::Unanswered(error.beside_a_scan()),
    }
}
