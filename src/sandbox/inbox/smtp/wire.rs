//! Lines on a connection: read within limits of length and of time, written as replies.

use std::io;

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

use super::PATIENCE;

/// A connection that speaks in lines.
pub(super) struct Wire<S>(BufReader<S>);

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// With CRLF, as it must.
    Whole,
    /// With a bare line feed.
    BareLineFeed,
    /// It was longer than the limit: its beginning was kept, the rest read and dropped.
    TooLong,
    /// The client closed the connection instead.
    Closed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// The connection alone, without what was read ahead from it.
    pub(super) fn into_stream(self) -> S {
        self.0.into_inner()
    }

    /// Reads one line of at most `limit` bytes into `line`, without its end.
    pub(super) async fn read_line(&mut self, line: &mut Vec<u8>, limit: usize) -> io::Result<Line> {
        line.clear();
        let mut too_long = false;
        loop {
            let chunk = timeout(PATIENCE, self.0.fill_buf()).await??;
            if chunk.is_empty() {
                return Ok(Line::Closed);
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            // one more than the limit, for the carriage return that is taken off below
            let room = (limit + 1).saturating_sub(line.len());
            too_long |= part.len() > room;
            line.extend(part.iter().take(room));
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.0.consume(used);
            if end.is_some() {
                break;
            }
        }
        let carriage_return = !too_long && line.last() == Some(&b'\r');
        if carriage_return {
            line.pop();
        }
        Ok(match carriage_return {
            _ if too_long || line.len() > limit => Line::TooLong,
            true => Line::Whole,
            false => Line::BareLineFeed,
        })
    }

    /// Sends a reply; `text` may have several lines, which become one reply of several.
    pub(super) async fn reply(&mut self, code: u16, text: &str) -> io::Result<()> {
        let last = text.matches('\n').count();
        let lines = text.split('\n').enumerate().map(|(number, line)| {
            let separator = if number == last { ' ' } else { '-' };
            format!("{code}{separator}{line}\r\n")
        });
        let reply = lines.collect::<Vec<_>>().concat();
        let send = async {
            self.0.write_all(reply.as_bytes()).await?;
            self.0.flush().await
        };
        timeout(PATIENCE, send).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(sent: &[u8], limit: usize) -> Vec<(Line, String)> {
        let (client, server) = tokio::io::duplex(8);
        let (mut wire, sent) = (Wire::new(server), sent.to_vec());
        let writing = tokio::spawn(async move {
            let mut client = client;
            client.write_all(&sent).await.unwrap();
        });
        let (mut line, mut all) = (Vec::new(), Vec::new());
        loop {
            let how = wire.read_line(&mut line, limit).await.unwrap();
            if how == Line::Closed {
                break;
            }
            all.push((how, String::from_utf8(line.clone()).unwrap()));
        }
        writing.await.unwrap();
        all
    }

    #[tokio::test]
    async fn lines_are_split_whatever_the_packets() {
        let sent = b"EHLO x\r\nbare\n\r\nexactly-10\r\nmore-than-10\r\nnext\r\nunfinished";
        let expected = [
            (Line::Whole, "EHLO x"),
            (Line::BareLineFeed, "bare"),
            (Line::Whole, ""),
            (Line::Whole, "exactly-10"),
            (Line::TooLong, "more-than-1"),
            (Line::Whole, "next"),
        ];
        let read = lines(sent, 10).await;
        let read: Vec<_> = read
            .iter()
            .map(|(how, line)| (*how, line.as_str()))
            .collect();
        assert_eq!(read, expected);
    }
}
