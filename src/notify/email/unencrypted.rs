//! A connection before its encryption, read no further than the answer that is due.
//!
//! lettre reads ahead, and keeps what it has read across STARTTLS (0.11.23): whoever sits between could append a line to
//! the plain `220 go ahead`, which would then count as the first encrypted answer and put all others one step late. A mail
//! would pass for accepted before the server has seen it. Here a read ends at the end of a line: whatever follows the
//! last plain answer is left for the TLS handshake, which fails over it. (RFC 3207 section 4.2 demands that it be dropped.)

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// The most that is read in one go. An SMTP reply line has at most 512 bytes (RFC 5321 section 4.5.3.1.5).
const MAX_READ: usize = 512;

/// A TCP connection that gives one line a read.
#[derive(Debug)]
pub(super) struct Unencrypted(TcpStream);

impl Unencrypted {
    /// Connects to the first of the host's addresses that accepts within `patience`.
    pub(super) async fn connect(host: &str, port: u16, patience: Duration) -> io::Result<Self> {
        let mut failure = io::Error::new(ErrorKind::NotFound, "the host has no address");
        for address in lookup_host((host, port)).await? {
            match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(socket)) => return Ok(Self(socket)),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = ErrorKind::TimedOut.into(),
            }
        }
        Err(failure)
    }
}

impl AsyncTokioStream for Unencrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for Unencrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; MAX_READ];
        let (room, _) = bytes.split_at_mut(buf.remaining().min(MAX_READ));
        let mut waiting = ReadBuf::new(room);
        ready!(self.0.poll_peek(cx, &mut waiting))?;
        let waiting = waiting.filled();
        let line = match waiting.iter().position(|byte| *byte == b'\n') {
            Some(at) => at + 1,
            None => waiting.len(),
        };
        let (line, _) = room.split_at_mut(line);
        let mut line = ReadBuf::new(line);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut line))?;
        buf.put_slice(line.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Unencrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn a_read_ends_with_the_line() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connecting = Unencrypted::connect("127.0.0.1", port, Duration::from_secs(5));
        let mut stream = connecting.await.unwrap();
        let (mut theirs, _) = listener.accept().await.unwrap();
        let long = "x".repeat(MAX_READ);
        theirs
            .write_all(format!("220 go\r\n250 more\r\n{long}").as_bytes())
            .await
            .unwrap();
        theirs.shutdown().await.unwrap();

        let mut buffer = [0; 2 * MAX_READ];
        for expected in ["220 go\r\n", "250 more\r\n"] {
            let read = stream.read(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..read], expected.as_bytes());
        }
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, long);
    }
}
