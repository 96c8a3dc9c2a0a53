//! The mails themselves, and the real notifier against a real SMTP peer.

mod composing;
mod peer;
mod samples;
mod secrecy;
mod sending;
