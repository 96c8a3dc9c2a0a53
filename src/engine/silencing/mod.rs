//! Silences as people ask for them: what they name is looked up, judged and kept. The same for the command, the API, the page and the
//! links in messages.

mod acting;
mod list;
mod lookup;
mod refusal;
mod standing;

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use acting::{Acting, Moved};
pub use list::Listed;
pub use lookup::Target;
pub use refusal::Refusal;
pub use standing::Standing;

use crate::{
    domain::{
        Severity,
        policy::Policies,
        silence::{Draft, HowEnded, Scope, Silence, author},
    },
    store::{Found, Store},
};

/// Where silences are asked for.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// What is remembered.
    pub store: &'a dyn Store,
    /// How credentials are judged.
    pub policies: &'a Policies,
    /// What time it is.
    pub now: DateTime<Utc>,
}

/// A silence that somebody asks for, but for what it is to cover.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its id: the same request made twice is one silence.
    pub id: Uuid,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub author: String,
    /// Let one on a credential hold even when that is critical.
    pub even_critical: bool,
}

/// As many silences as anybody looks through.
const LISTED: usize = 1_000;

impl Desk<'_> {
    /// Sets a silence.
    pub async fn add(&self, target: &Target, request: Request) -> Result<Listed, Refusal> {
        let (scope, found) = self.look_up(target).await?;
        self.set(scope, found.as_ref(), request).await
    }

    async fn set(
        &self,
        scope: Scope,
        found: Option<&Found>,
        request: Request,
    ) -> Result<Listed, Refusal> {
        let draft = Draft {
            scope,
            reason: request.reason,
            author: request.author,
            ends_at: request.ends_at,
            even_critical: request.even_critical,
        };
        let silence = draft.silence(request.id, self.now)?;
        if let Some(found) = found.filter(|_| !request.even_critical) {
            let severity = self.standing(found).await?.severity;
            if severity >= Some(Severity::Critical) {
                return Err(Refusal::BreaksAtOnce(
                    severity.unwrap_or(Severity::Critical),
                ));
            }
        }
        self.keep(&silence).await
    }

    /// Keeps it, and tells what is kept: one that was asked for before is there already.
    async fn keep(&self, silence: &Silence) -> Result<Listed, Refusal> {
        let kept = self.store.put_silence(silence).await?;
        if kept.scope != silence.scope {
            return Err(Refusal::Taken);
        }
        tracing::info!(
            silence.id = %kept.id,
            silence.ends_at = %kept.ends_at,
            tenant.name = kept.scope.tenant(),
            "a silence was set"
        );
        self.listed(kept).await
    }

    /// Silences, the latest first; `all`: those that have ended, too.
    pub async fn list(&self, all: bool) -> Result<Vec<Listed>, Refusal> {
        let mut silences = if all {
            self.every().await?
        } else {
            self.store.silences(self.now).await?
        };
        silences.sort_by_key(|silence| Reverse((silence.created_at, silence.id)));
        let mut list = Vec::with_capacity(silences.len());
        for silence in silences {
            list.push(self.listed(silence).await?);
        }
        Ok(list)
    }

    /// Ends the silence whose id begins so. One that has ended before stays as it is.
    pub async fn end(&self, beginning: &str, by: &str) -> Result<Listed, Refusal> {
        let wanted = beginning.trim().to_lowercase();
        let begins =
            |silence: &Silence| !wanted.is_empty() && silence.id.to_string().starts_with(&wanted);
        let mut matching = self.every().await?;
        matching.retain(begins);
        if matching.len() > 1 {
            // what has ended is hardly meant
            matching.retain(|silence| silence.is_in_force(self.now));
        }
        match matching.len() {
            0 => Err(Refusal::NoSuchSilence(wanted)),
            1 => self.end_one(matching.swap_remove(0).id, by).await,
            _ => {
                let ids = matching.iter().map(|silence| silence.id.to_string());
                Err(Refusal::SeveralSilences(wanted, ids.collect()))
            }
        }
    }

    /// Those in force, and as many of the others as are listed.
    async fn every(&self) -> Result<Vec<Silence>, Refusal> {
        let mut every = self.store.silences(self.now).await?;
        let in_force: Vec<Uuid> = every.iter().map(|silence| silence.id).collect();
        let others = self.store.all_silences(LISTED).await?.into_iter();
        every.extend(others.filter(|other| !in_force.contains(&other.id)));
        Ok(every)
    }

    async fn end_one(&self, id: Uuid, by: &str) -> Result<Listed, Refusal> {
        let by = HowEnded::By(author(by)?);
        self.store.end_silence(id, self.now, &by).await?;
        tracing::info!(silence.id = %id, "a silence was ended");
        let all = self.every().await?;
        match all.into_iter().find(|silence| silence.id == id) {
            Some(silence) => self.listed(silence).await,
            None => Err(Refusal::NoSuchSilence(id.to_string())),
        }
    }
}
