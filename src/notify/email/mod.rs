//! Mail over SMTP.

mod config;

pub use config::{EmailConfig, SmtpTls};
