//! Tokens for those who speak to one of Microsoft's services beside the scans, to send mail; and why there is none.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Id, secret::SecretString};

/// Gives tokens for one service. Implemented by `entra`, the only place that knows how to sign in.
pub trait TokenSource: Send + Sync {
    /// A token that is good for at least a while: the one that is kept, or a new one. Who asks while one is on its way waits for it.
    fn token(&self) -> BoxFuture<'_, Result<Token, TokenError>>;

    /// Drops a token that was refused, unless another one has taken its place already.
    fn forget<'a>(&'a self, refused: &'a Token) -> BoxFuture<'a, ()>;

    /// The client id that is signed in as, where it is known before.
    fn client(&self) -> Option<Id>;
}

/// A bearer token.
#[derive(Debug, Clone)]
pub struct Token {
    /// What is shown to the service, and to nobody else.
    pub value: SecretString,
    /// What it says that its bearer may do, if it tells. Good for a diagnosis only: the service decides.
    pub permissions: Option<Vec<String>>,
}

/// Why there is no token. `Display` is for people: what happened, with the meaning of Entra's code, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct TokenError {
    /// What kind of failure: decides whether to try again.
    pub reason: NoToken,
    /// What happened, without secrets.
    pub detail: String,
    /// How long we were asked to wait.
    pub retry_after: Option<Duration>,
}

/// The kinds of reasons why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoToken {
    /// What we sign in with cannot be read, is wrong or has run out. It is read anew at each try, so trying again helps once somebody
    /// has put it right.
    Credential,
    /// We may not sign in at all. Trying again does not help.
    Refused,
    /// Nobody answers, or not as they should. Trying again helps.
    Unavailable,
    /// We are asked to come back later.
    Throttled,
}
