//! What the configuration says of mail through Graph.

use lettre::message::Mailbox;

/// Who gets mail, and which mailbox sends it.
#[derive(Debug, Clone)]
pub struct GraphMailConfig {
    /// The mailbox that sends.
    pub from: Mailbox,
    /// The recipients; at least one.
    pub to: Vec<Mailbox>,
    /// The name of the tenant whose sign-in, cloud and endpoints are used.
    pub tenant: String,
}
