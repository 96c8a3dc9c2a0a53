//! Links back from a message: who has the message may acknowledge or silence what it tells of, and nothing else.
//!
//! A link names one row of one notification and a time at which it runs out, and bears a seal over both. It holds no secret and
//! nothing about the credential. The seal is HMAC-SHA256 (RFC 2104) cut to 128 bits, as section 5 of that RFC allows: who guesses a
//! thousand seals a second, for the thirty days that a link lasts, hits one with a chance of 1 in 10^29. So wrong ones need not be
//! counted or slowed down.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long a link lasts, from the decision that it was sent with.
pub const LASTS: TimeDelta = TimeDelta::days(30);

/// The length of a [`LinkKey`].
pub const KEY_BYTES: usize = 32;

/// The layout of what is sealed. It is sealed, too, so that no later layout can be taken for this one.
const VERSION: u8 = 1;
const BODY: usize = 1 + 16 + 2 + 8;
const SEAL: usize = 16;

/// What links are sealed with: random, kept in the store, so that they outlive a restart and are good on every replica.
#[derive(Clone)]
pub struct LinkKey(hmac::Key);

/// What a link allows: to act on one row of one notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The notification.
    pub notification: Uuid,
    /// Which of its rows, counted from 0.
    pub row: u16,
    /// When it runs out; whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// Why a link allows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not one of ours, or was changed on the way.
    Broken,
    /// It has run out.
    Expired,
}

impl LinkKey {
    /// From random bytes.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The link's part that is not an address: 58 characters of base64url.
    pub fn seal(&self, pass: &Pass) -> String {
        let mut bytes = Vec::with_capacity(BODY + SEAL);
        bytes.push(VERSION);
        bytes.extend_from_slice(pass.notification.as_bytes());
        bytes.extend_from_slice(&pass.row.to_be_bytes());
        bytes.extend_from_slice(&pass.expires_at.timestamp().to_be_bytes());
        let seal = hmac::sign(&self.0, &bytes);
        bytes.extend(seal.as_ref().iter().take(SEAL));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a link allows at `now`, if anything. The seal is looked at before anything else is, and in constant time.
    pub fn open(&self, text: &str, now: DateTime<Utc>) -> Result<Pass, Refused> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::Broken)?;
        let (body, seal) = bytes.split_at_checked(BODY).ok_or(Refused::Broken)?;
        let expected = hmac::sign(&self.0, body);
        let expected = expected.as_ref().get(..SEAL).ok_or(Refused::Broken)?;
        constant_time::verify_slices_are_equal(seal, expected).map_err(|_| Refused::Broken)?;
        let pass = read(body).ok_or(Refused::Broken)?;
        if now >= pass.expires_at {
            return Err(Refused::Expired);
        }
        Ok(pass)
    }
}

fn read(body: &[u8]) -> Option<Pass> {
    let rest = body.strip_prefix(&[VERSION])?;
    let (notification, rest) = rest.split_first_chunk::<16>()?;
    let (row, rest) = rest.split_first_chunk::<2>()?;
    let expires_at = i64::from_be_bytes(rest.try_into().ok()?);
    Some(Pass {
        notification: Uuid::from_bytes(*notification),
        row: u16::from_be_bytes(*row),
        expires_at: DateTime::from_timestamp(expires_at, 0)?,
    })
}

/// Never tells the key.
impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass() -> Pass {
        Pass {
            notification: Uuid::from_u128(0x0123_4567_89ab_cdef),
            row: 513,
            expires_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    fn before() -> DateTime<Utc> {
        pass().expires_at - TimeDelta::seconds(1)
    }

    fn key() -> LinkKey {
        LinkKey::new(&[7; KEY_BYTES])
    }

    #[test]
    fn what_was_sealed_is_read_back_until_it_runs_out() {
        let link = key().seal(&pass());
        assert_eq!(link.len(), 58, "{link}");
        assert!(
            link.bytes()
                .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        );
        assert_eq!(key().open(&link, before()), Ok(pass()));
        assert_eq!(key().open(&link, pass().expires_at), Err(Refused::Expired));
    }

    #[test]
    fn no_bit_can_be_changed() {
        let link = key().seal(&pass());
        let bytes = URL_SAFE_NO_PAD.decode(&link).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let changed = URL_SAFE_NO_PAD.encode(changed);
                assert_eq!(key().open(&changed, before()), Err(Refused::Broken));
            }
        }
        // a link has one spelling only: what is over after the last whole byte must be zero
        for end in ["", "A", "AA", "=", "==", "\n"] {
            let longer = format!("{link}{end}");
            let opened = key().open(&longer, before());
            assert_eq!(opened.is_ok(), end.is_empty(), "{end:?}");
        }
        for at in 0..link.len() {
            let shorter = &link[..at];
            assert_eq!(key().open(shorter, before()), Err(Refused::Broken));
        }
    }

    #[test]
    fn another_key_opens_nothing() {
        let link = LinkKey::new(&[8; KEY_BYTES]).seal(&pass());
        assert_eq!(key().open(&link, before()), Err(Refused::Broken));
        assert_eq!(format!("{:?}", key()), "LinkKey");
    }
}
