//! The mails themselves, and the real notifier against a real SMTP peer.

mod certificate;
mod composing;
mod oauth2;
mod peer;
mod refusing;
mod samples;
mod secrecy;
mod sending;
