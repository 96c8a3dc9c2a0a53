//! A mail, whichever way it goes: its words split into parts, its two alternatives, its headers.
//!
//! `compose` divides a notification into mails that mail programs show whole, `html` writes the one alternative, `message` puts
//! headers around both. How it travels is the matter of the backends that use this.

pub(super) mod address;
pub(super) mod compose;
pub(super) mod html;
pub(super) mod message;

use std::time::Duration;

/// Exchange Online takes 30 messages a minute from a mailbox
/// (<https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits>).
pub(super) const EXCHANGE_PACE: Duration = Duration::from_secs(2);
