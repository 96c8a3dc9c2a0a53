//! A mail server that takes everything: SMTP (RFC 5321) with SIZE, 8BITMIME, PIPELINING, STARTTLS and AUTH, also by a token
//! (XOAUTH2), which has to be one of the tenant's.
//!
//! It keeps to the standard where a sender could go wrong without noticing: lines end with CRLF and a message with CRLF.CRLF and
//! nothing else, commands come in order, what was sent in clear before TLS is forgotten. It never panics, and a client can make it
//! hold little more than one message of `MAX_MESSAGE` bytes, for no longer than `PATIENCE` between lines.

mod command;
mod session;
#[cfg(test)]
mod tests;
mod wire;

use std::{io, sync::Arc, time::Duration};

use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Inbox;
use session::{End, Session};
use wire::Wire;

/// The largest message taken, in bytes; announced by SIZE.
const MAX_MESSAGE: usize = 10 << 20;
/// How long the server waits for a line. RFC 5321, 4.5.3.2 asks for five minutes.
const PATIENCE: Duration = Duration::from_mins(5);
/// Connections at a time; more wait.
const CONNECTIONS: usize = 200;

/// Who sent a message to whom, and how; apart from what its headers say.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelope {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// The connection was encrypted.
    pub(super) tls: bool,
    /// The user name that was given; any is accepted.
    pub(super) user: Option<String>,
    /// `BODY=8BITMIME` was declared.
    pub(super) eight_bit: bool,
    /// A line ended with a bare line feed, which servers on the way may refuse or change.
    pub(super) bare_line_feed: bool,
}

/// Serves mail on `listener` until `stop`. With `tls` it offers STARTTLS, or, when `implicit`, starts every connection with TLS.
/// Returns once all sessions have ended.
pub async fn serve(
    listener: TcpListener,
    inbox: Inbox,
    tls: Option<Arc<ServerConfig>>,
    implicit: bool,
    stop: CancellationToken,
) {
    let sessions = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let acceptor = tls.map(TlsAcceptor::from);
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // out of file handles, most likely: a short wait instead of a busy loop
                tracing::warn!(error = %error, "the inbox could not accept a mail connection");
                drop(timeout(Duration::from_millis(200), stop.cancelled()).await);
                continue;
            }
        };
        let (inbox, acceptor, stop) = (inbox.clone(), acceptor.clone(), stop.clone());
        let places = Arc::clone(&places);
        sessions.spawn(async move {
            let talk = async {
                let _place = places.acquire().await;
                converse(stream, inbox, acceptor, implicit).await
            };
            if let Some(Err(error)) = stop.run_until_cancelled(talk).await {
                tracing::debug!(error = %error, "a mail connection to the inbox broke off");
            }
        });
    }
    sessions.close();
    sessions.wait().await;
}

/// One connection, from greeting to end.
async fn converse(
    stream: TcpStream,
    inbox: Inbox,
    acceptor: Option<TlsAcceptor>,
    implicit: bool,
) -> io::Result<()> {
    match acceptor {
        Some(acceptor) if implicit => {
            let mut wire = Wire::new(handshake(&acceptor, stream).await?);
            let mut session = Session::new(inbox, false, true);
            session.greet(&mut wire).await?;
            session.talk(&mut wire).await.map(drop)
        }
        acceptor => {
            let mut wire = Wire::new(stream);
            let mut session = Session::new(inbox.clone(), acceptor.is_some(), false);
            session.greet(&mut wire).await?;
            let (End::StartTls, Some(acceptor)) = (session.talk(&mut wire).await?, acceptor) else {
                return Ok(());
            };
            // what the client had already sent in clear behind STARTTLS is dropped with the wire: it must not
            // count as if it had come encrypted
            let mut wire = Wire::new(handshake(&acceptor, wire.into_stream()).await?);
            Session::new(inbox, false, true)
                .talk(&mut wire)
                .await
                .map(drop)
        }
    }
}

async fn handshake(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
) -> io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
    timeout(PATIENCE, acceptor.accept(stream)).await?
}
