//! Printing. A reader that went away (`| head`) ends the command quietly.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// The exit code of `scan` and `verify` when they have no answer.
pub(super) const COULD_NOT_TELL: u8 = 3;

/// A line for people, on stderr.
pub(super) fn complain(line: &dyn Display) {
    // there is nobody to tell when stderr is closed
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Text on stdout.
pub(super) fn print(text: &dyn Display) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    let written = write!(stdout, "{text}").and_then(|()| stdout.flush());
    ignore_closed(written)
}

/// A reader that went away is not an error of ours.
pub(super) fn ignore_closed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
