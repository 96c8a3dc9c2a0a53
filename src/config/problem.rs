//! What is wrong with a configuration, where, and what to do about it.

use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::source::{Excerpt, Source};

/// One thing that is wrong. Neither its fields nor its text ever hold a secret.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// Can it be lived with?
    pub severity: Severity,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// The key, as `receivers[1].smtp.port`; empty when it is about the whole file.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The line, quoted.
    #[serde(skip)]
    pub(crate) excerpt: Option<Excerpt>,
}

/// Can a problem be lived with?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No: there is no configuration.
    Error,
    /// Yes, but it is hardly what was meant.
    Warning,
}

/// Where a problem comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Origin {
    /// A place in the file.
    Line {
        /// The file, as it was named.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The character in the line, counted from 1.
        column: usize,
    },
    /// The file as such: it cannot be read.
    File {
        /// The file, as it was named.
        file: PathBuf,
    },
    /// An environment variable.
    Variable {
        /// Its name.
        variable: String,
    },
}

impl Problem {
    /// An error about the file as such.
    pub(crate) fn unreadable(
        file: &Path,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            origin: Origin::File {
                file: file.to_owned(),
            },
            path: String::new(),
            message: message.into(),
            remedy: remedy.into(),
            excerpt: None,
        }
    }

    /// An error in a line, counted from 1, of another file than the configuration, with the line quoted.
    pub(crate) fn in_line(
        file: &Path,
        text: &str,
        line: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
        let start: usize = lines.map(str::len).sum();
        let rest = text.get(start..).unwrap_or_default();
        let quoted = rest.lines().next().unwrap_or_default();
        let indent = quoted.len() - quoted.trim_start().len();
        let span = start + indent..start + quoted.trim_end().len().max(indent);
        let source = Source::of(file, text.to_owned());
        Self {
            origin: source.origin(span.start),
            excerpt: source.quote(&span, &[]),
            ..Self::unreadable(file, message, remedy)
        }
    }

    /// Lines of the file in order, then the environment.
    fn position(&self) -> (&str, usize, usize) {
        match &self.origin {
            Origin::Line { line, column, .. } => ("", *line, *column),
            Origin::File { .. } => ("", 0, 0),
            Origin::Variable { variable } => (variable, 0, 0),
        }
    }
}

/// Everything that is wrong, in the order of the file's lines.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems, in order.
    pub fn all(&self) -> &[Problem] {
        &self.0
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| a.position().cmp(&b.position()));
        Self(problems)
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl Error for Problems {}

/// One block a problem, with an empty line between two.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// `error: FILE:LINE:COLUMN: KEY: what is wrong`, the line with a caret, and what to do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.severity, self.origin)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        write!(f, "\n  help: {}", self.remedy)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line, column } => write!(f, "{}:{line}:{column}", file.display()),
            Self::File { file } => write!(f, "{}", file.display()),
            Self::Variable { variable } => f.write_str(variable),
        }
    }
}
