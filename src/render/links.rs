//! Links back from a message to the page where what it tells of can be acknowledged or silenced.

use url::Url;

use crate::domain::{
    Notification,
    link::{LASTS, LinkKey, Pass},
    notification::Subject,
};

/// Makes the links: the same notification always gets the same ones.
#[derive(Debug, Clone)]
pub struct Links {
    key: LinkKey,
    /// How people reach forewarn, without a slash at its end.
    base: String,
}

impl Links {
    /// Below `public_url`, sealed with `key`.
    pub fn new(key: LinkKey, public_url: &Url) -> Self {
        let base = public_url.as_str().trim_end_matches('/').to_owned();
        Self { key, base }
    }

    /// The page for one row of a notification; `None` where there is nothing to acknowledge.
    pub(super) fn act(&self, notification: &Notification, row: usize) -> Option<String> {
        if !matches!(notification.subject, Subject::Due { .. }) {
            return None;
        }
        let pass = Pass {
            notification: notification.id,
            row: row.try_into().ok()?,
            expires_at: notification.decided_at.checked_add_signed(LASTS)?,
        };
        Some(format!("{}/act/{}", self.base, self.key.seal(&pass)))
    }
}
