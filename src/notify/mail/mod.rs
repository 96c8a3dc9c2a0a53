//! A mail, whichever way it goes: its words split into parts, its two alternatives, its headers.
//!
//! `compose` divides a notification into mails that mail programs show whole, `html` writes the one alternative, `message` puts
//! headers around both. How it travels is the matter of the backends that use this.

pub(super) mod address;
pub(super) mod compose;
pub(super) mod html;
pub(super) mod message;
