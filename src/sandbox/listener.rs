//! The HTTP listener: plain or TLS, one task a connection, broken off at once when told to stop.
//!
//! It is written out rather than left to `axum::serve` because a simulated tenant must also be able to do what no well-mannered
//! server does: close a connection in the face of a request ([`HangUp`]).

use std::{io, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request, response::Response};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A response that carries this is not sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct HangUp;

/// How long to wait when no connection can be taken.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves `router` until `stop`, and returns when the last connection is closed.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    stop: CancellationToken,
) {
    let tls = tls.map(TlsAcceptor::from);
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // The peer's fault, or a shortage that passes: neither ends the sandbox, and neither is worth spinning for.
            let _ = tokio::time::timeout(PAUSE, stop.cancelled()).await;
            continue;
        };
        let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
        connections.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                ended = connection(stream, tls, router) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection to the sandbox broke off");
                    }
                }
            }
        });
    }
    connections.close();
    connections.wait().await;
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // Pages leave in several writes: without this, small ones would wait for the peer's delayed acknowledgement.
    stream.set_nodelay(true)?;
    match tls {
        Some(tls) => exchange(tls.accept(stream).await?, router).await?,
        None => exchange(stream, router).await?,
    }
    Ok(())
}

async fn exchange<S>(stream: S, router: Router) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = router.call(request);
        async move {
            match answer.await {
                Ok(response) => unless_hung_up(response),
                Err(never) => match never {},
            }
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await
}

fn unless_hung_up(response: Response) -> io::Result<Response<Body>> {
    if response.extensions().get::<HangUp>().is_some() {
        return Err(io::Error::other("hung up, as the faults ask"));
    }
    Ok(response)
}
