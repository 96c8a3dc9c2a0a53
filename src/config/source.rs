//! The file's text, positions in it, and quoted lines in which no secret shows.

use std::{
    fmt,
    fs::File,
    io::{ErrorKind, Read},
    ops::Range,
    path::{Path, PathBuf},
};

use super::{
    Problem, Problems,
    problem::{Origin, Severity},
};

/// A configuration is some kilobytes; a thousand tenants are not a megabyte.
const MAX_BYTES: u64 = 4 << 20;

/// A longer line is not quoted: it would not help anybody.
const MAX_QUOTED: usize = 200;

/// A file's text.
pub(crate) struct Source {
    file: PathBuf,
    text: String,
}

impl Source {
    /// Reads the file. What is no UTF-8 text is a problem.
    pub(crate) fn read(file: &Path) -> Result<Self, Problems> {
        let mut bytes = Vec::new();
        File::open(file)
            .and_then(|opened| opened.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| cannot_read(file, &error))?;
        if bytes.len() as u64 > MAX_BYTES {
            let message = format!("larger than {} MiB", MAX_BYTES >> 20);
            let problem = Problem::unreadable(file, message, "name forewarn's own TOML file");
            return Err(problem.into());
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let problem = Problem::unreadable(file, "the file is UTF-16 text", "save it as UTF-8");
            return Err(problem.into());
        }
        Self::decode(file, bytes)
    }

    /// A text that is in no file.
    pub(crate) fn of(name: &Path, text: String) -> Self {
        let file = name.to_owned();
        Self { file, text }
    }

    fn decode(file: &Path, bytes: Vec<u8>) -> Result<Self, Problems> {
        let file = file.to_owned();
        let text = match String::from_utf8(bytes) {
            Ok(text) => Self { file, text },
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                return Err(Self { file, text }.unfit(
                    valid,
                    "a byte that is not UTF-8 text",
                    "save the file as UTF-8",
                ));
            }
        };
        if text.text.starts_with('\u{feff}') {
            return Err(text.unfit(
                0,
                "the file begins with a byte order mark",
                "save it as UTF-8 without BOM",
            ));
        }
        match text.text.find('\0') {
            Some(at) => Err(text.unfit(at, "a NUL character", "delete it; is this a text file?")),
            None => Ok(text),
        }
    }

    fn unfit(&self, at: usize, message: &str, remedy: &str) -> Problems {
        let problem = Problem {
            severity: Severity::Error,
            origin: self.origin(at),
            path: String::new(),
            message: message.to_owned(),
            remedy: remedy.to_owned(),
            excerpt: None,
        };
        problem.into()
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte, for people.
    pub(crate) fn origin(&self, at: usize) -> Origin {
        let line = self.line(at);
        let start = line.start.min(at);
        Origin::Line {
            file: self.file.clone(),
            line: self.text[..start].matches('\n').count() + 1,
            column: self
                .text
                .get(start..at)
                .map_or(0, |before| before.chars().count())
                + 1,
        }
    }

    /// The line that a byte is in, without its end.
    pub(crate) fn line(&self, at: usize) -> Range<usize> {
        let at = (0..=at.min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(0);
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |end| at + end);
        start..end
    }

    /// A comment may hold a secret of old. (What is cut off may also be a text with a `#` in it, which is no loss.)
    fn without_comment(&self, line: Range<usize>, span: &Range<usize>) -> Range<usize> {
        let behind = if span.end <= line.end {
            span.end
        } else {
            span.start
        };
        let rest = self.text.get(behind..line.end).unwrap_or_default();
        let end = rest.find('#').map_or(line.end, |at| behind + at);
        line.start..end
    }

    /// The line that `span` begins in, with carets below it; whatever is in `hidden` is blanked out.
    pub(crate) fn quote(&self, span: &Range<usize>, hidden: &[Range<usize>]) -> Option<Excerpt> {
        let line = self.without_comment(self.line(span.start), span);
        let mut quoted = String::new();
        let mut marked: Option<(usize, usize)> = None;
        let mut last_hidden = None;
        let text = self.text.get(line.clone())?.trim_end();
        if text.len() > MAX_QUOTED {
            return None;
        }
        for (offset, c) in text.char_indices() {
            let at = line.start + offset;
            let secret = hidden.iter().position(|span| span.contains(&at));
            let before = quoted.chars().count();
            match secret {
                Some(_) if secret == last_hidden => {}
                Some(_) => quoted.push_str("***"),
                None if c.is_control() => quoted.push(' '),
                None => quoted.push(c),
            }
            last_hidden = secret;
            if span.contains(&at) {
                let from = marked.map_or(before, |(from, _)| from);
                marked = Some((from, quoted.chars().count()));
            }
        }
        let length = quoted.chars().count();
        let (from, to) = marked.unwrap_or((length, length));
        Some(Excerpt {
            number: self.text[..line.start].matches('\n').count() + 1,
            line: quoted,
            from,
            to: to.max(from + 1),
        })
    }
}

fn cannot_read(file: &Path, error: &std::io::Error) -> Problems {
    let (message, remedy) = match error.kind() {
        ErrorKind::NotFound => (
            "there is no such file",
            "check the path that --config or FOREWARN_CONFIG gives",
        ),
        ErrorKind::IsADirectory => (
            "it is a directory, not a file",
            "name the file in it, such as forewarn.toml",
        ),
        ErrorKind::PermissionDenied => (
            "permission to read it is denied",
            "let the user that runs forewarn read it",
        ),
        _ => {
            let message = format!("cannot be read: {error}");
            return Problem::unreadable(file, message, "check the path and the disk").into();
        }
    };
    Problem::unreadable(file, message, remedy).into()
}

/// A line of the file, quoted below a problem.
#[derive(Debug, Clone)]
pub(crate) struct Excerpt {
    number: usize,
    line: String,
    from: usize,
    to: usize,
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number.to_string();
        let (gutter, pad) = (" ".repeat(number.len()), " ".repeat(self.from));
        let carets = "^".repeat(self.to - self.from);
        writeln!(f, "  {gutter} |")?;
        writeln!(f, "  {number} | {}", self.line)?;
        write!(f, "  {gutter} | {pad}{carets}")
    }
}
