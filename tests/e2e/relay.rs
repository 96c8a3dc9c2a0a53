//! A link between a sender and a receiver that can fall silent: what is sent still arrives, but no answer comes back. So a
//! sender can be killed at the one moment that matters, when its message was taken and it does not know.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Runtime,
};

/// The end of a mail: what follows is the server's word that it has it (RFC 5321, 4.1.1.4).
pub(crate) const END_OF_MAIL: &[u8] = b"\r\n.\r\n";
/// Anything that is sent at all.
pub(crate) const ANYTHING: &[u8] = b"";

/// The link. It serves until its runtime ends.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    is_silent: Arc<AtomicBool>,
}

impl Relay {
    /// A link to `target`. While it is silent, a connection is cut off from answers as soon as the sender's bytes end in `after`.
    pub(crate) fn start(runtime: &Runtime, target: SocketAddr, after: &'static [u8]) -> Self {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let is_silent = Arc::new(AtomicBool::new(false));
        let silence = Arc::clone(&is_silent);
        runtime.spawn(async move {
            while let Ok((sender, _)) = listener.accept().await {
                let receiver = TcpStream::connect(target).await.unwrap();
                let (from_sender, to_sender) = sender.into_split();
                let (from_receiver, to_receiver) = receiver.into_split();
                let cut = Arc::new(AtomicBool::new(false));
                tokio::spawn(requests(
                    from_sender,
                    to_receiver,
                    after,
                    Arc::clone(&silence),
                    Arc::clone(&cut),
                ));
                tokio::spawn(answers(from_receiver, to_sender, cut));
            }
        });
        Self { address, is_silent }
    }

    /// From now on the sender hears nothing.
    pub(crate) fn fall_silent(&self) {
        self.is_silent.store(true, SeqCst);
    }

    /// New connections, and those that have not been cut off, work again.
    pub(crate) fn speak(&self) {
        self.is_silent.store(false, SeqCst);
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    after: &[u8],
    silence: Arc<AtomicBool>,
    cut: Arc<AtomicBool>,
) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        let sent = &chunk[..read];
        if silence.load(SeqCst) && sent.ends_with(after) {
            cut.store(true, SeqCst);
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cut: Arc<AtomicBool>) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        if cut.load(SeqCst) {
            continue;
        }
        if to.write_all(&chunk[..read]).await.is_err() {
            return;
        }
    }
    // a connection that was cut off stays open: silence is not an end
    if cut.load(SeqCst) {
        std::future::pending::<()>().await;
    }
}
