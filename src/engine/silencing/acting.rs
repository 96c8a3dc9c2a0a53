//! What can be done about one row of a notification by whoever has its link.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Desk, Listed, Refusal, Request, Standing};
use crate::{
    domain::{
        Expiry, Row, Severity,
        known::CredentialKey,
        row::RowSeverity,
        silence::{Scope, Told, author},
    },
    store::{Find, Found},
};

/// A credential that a message told of, as it is now.
#[derive(Debug, Clone)]
pub struct Acting {
    /// The row as it was told.
    pub row: Arc<Row>,
    /// How it stands now; `None`: it is not there any more.
    pub standing: Option<Standing>,
    /// What was told of it last.
    pub told: Option<Told>,
    /// What has become of it, if it is not what was told of.
    pub moved: Option<Moved>,
    /// The silences that hold now.
    pub silences: Vec<Listed>,
    key: CredentialKey,
    found: Option<Found>,
}

/// What has become of a credential since it was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It is gone.
    Gone,
    /// It has another end; `None`: it never ends.
    Changed(Option<DateTime<Utc>>),
}

impl Acting {
    /// Until when an acknowledgement would last; `None`: there is nothing to acknowledge, or it was done already.
    pub fn acknowledged_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let told = self.told.filter(|_| self.moved.is_none())?;
        let until = told.until(self.standing?.after_expiry.lasts, now).ok()?;
        (!self.is_acknowledged(told, until)).then_some(until)
    }

    /// Does a silence hold that does what an acknowledgement would?
    fn is_acknowledged(&self, told: Told, until: DateTime<Utc>) -> bool {
        self.silences.iter().any(|listed| {
            let silence = &listed.silence;
            silence.scope.is_credential()
                && silence.breaks_at == told.severity.next()
                // stores keep milliseconds
                && silence.ends_at.timestamp_millis() >= until.timestamp_millis()
        })
    }

    fn scope(&self) -> Scope {
        Scope::credential(
            &self.row.tenant,
            &self.key,
            Expiry::new(self.row.expires_at),
        )
    }
}

impl Desk<'_> {
    /// What a link leads to; `None`: there is no such row, or it is no longer remembered.
    pub async fn acting(&self, notification: Uuid, row: u16) -> Result<Option<Acting>, Refusal> {
        let Some(notification) = self.store.notification(notification).await? else {
            return Ok(None);
        };
        let Some(row) = notification.rows().get(usize::from(row)).map(Arc::clone) else {
            return Ok(None);
        };
        let key = CredentialKey {
            object_id: row.object_id.clone(),
            kind: row.kind,
            credential_id: row.credential_id.clone(),
        };
        let found = self
            .store
            .find(Some(&row.tenant), Find::Key(&key), 1)
            .await?;
        let found = found.into_iter().next();
        let moved = moved(&row, found.as_ref());
        let standing = match found.as_ref().filter(|_| moved != Some(Moved::Gone)) {
            Some(found) => Some(self.standing(found).await?),
            None => None,
        };
        let told = told(&row, found.as_ref());
        let mut acting = Acting {
            silences: Vec::new(),
            row,
            standing,
            told,
            moved,
            key,
            found,
        };
        self.look_at_silences(&mut acting).await?;
        Ok(Some(acting))
    }

    async fn look_at_silences(&self, acting: &mut Acting) -> Result<(), Refusal> {
        let severity = acting.standing.and_then(|standing| standing.severity);
        let severity = severity.unwrap_or(Severity::Info);
        let expires = acting.found.as_ref().map(|found| found.credential.expires);
        let expires = expires.unwrap_or(Expiry::new(acting.row.expires_at));
        let tenant = &acting.row.tenant;
        acting.silences.clear();
        for silence in self.store.silences(self.now).await? {
            if silence.holds(tenant, &acting.key, expires, severity, self.now) {
                acting.silences.push(self.listed(silence).await?);
            }
        }
        Ok(())
    }

    /// Acknowledges what was told last. Done twice, it is done once.
    pub async fn acknowledge(
        &self,
        acting: &mut Acting,
        id: Uuid,
        by: &str,
    ) -> Result<(), Refusal> {
        let by = author(by)?;
        let (Some(told), Some(standing), None) = (acting.told, acting.standing, acting.moved)
        else {
            return Err(Refusal::Nothing);
        };
        let it = (acting.row.tenant.as_str(), &acting.key);
        let silence = told.acknowledged(id, it, by, standing.after_expiry.lasts, self.now)?;
        if !acting.is_acknowledged(told, silence.ends_at) {
            self.keep(&silence).await?;
        }
        self.look_at_silences(acting).await
    }

    /// Silences the credential for some time.
    pub async fn silence(&self, acting: &mut Acting, request: Request) -> Result<(), Refusal> {
        let Some(found) = acting.found.as_ref().filter(|_| acting.moved.is_none()) else {
            return Err(Refusal::Nothing);
        };
        self.set(acting.scope(), Some(found), request).await?;
        self.look_at_silences(acting).await
    }

    /// Ends a silence on this credential; one that covers more is not for whoever has a link to end.
    pub async fn undo(&self, acting: &mut Acting, id: &str, by: &str) -> Result<(), Refusal> {
        let all = self.every().await?;
        let is_meant =
            |scope: &Scope| scope.is_credential() && scope.covers(&acting.row.tenant, &acting.key);
        let mut all = all.into_iter();
        let meant = all.find(|it| it.id.to_string() == id && is_meant(&it.scope));
        let Some(silence) = meant else {
            return Err(Refusal::NoSuchSilence(id.to_owned()));
        };
        self.end_one(silence.id, by).await?;
        self.look_at_silences(acting).await
    }
}

fn moved(row: &Row, found: Option<&Found>) -> Option<Moved> {
    let Some(found) = found.filter(|found| !found.gone) else {
        return Some(Moved::Gone);
    };
    let expires = found.credential.expires;
    let is_same = expires.is_same(Expiry::new(row.expires_at));
    (!is_same).then_some(Moved::Changed(expires.at()))
}

/// What was told last with the same end: by the store, which may know of a later message than the one whose link it is; else by this
/// message.
fn told(row: &Row, found: Option<&Found>) -> Option<Told> {
    let end = row.expires_at?;
    let announced = found.and_then(|found| found.announced.as_ref());
    let announced = announced.map(Told::from);
    let same_end = |told: &Told| Expiry::At(told.end).is_same(Expiry::At(end));
    announced.filter(same_end).or_else(|| {
        Some(Told {
            severity: severity(row.severity)?,
            rung: row.rung?,
            end,
        })
    })
}

fn severity(of: RowSeverity) -> Option<Severity> {
    Severity::ALL
        .into_iter()
        .find(|severity| RowSeverity::from(*severity) == of)
}
