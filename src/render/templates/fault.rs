//! What is wrong with a template, and where.

use std::{error::Error, fmt};

use super::Template;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The one that is to be mended.
    pub template: Template,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// In a few words.
    pub what: String,
}

impl Fault {
    /// A fault of the template as a whole.
    pub fn new(template: Template, what: impl Into<String>) -> Self {
        Self {
            template,
            line: None,
            what: what.into(),
        }
    }

    /// What the engine says, of the innermost template that it happened in.
    pub(super) fn of(error: &minijinja::Error, asked: Template) -> Self {
        let mut innermost = error;
        while let Some(cause) = innermost.source().and_then(<dyn Error>::downcast_ref) {
            innermost = cause;
        }
        let detail = innermost
            .detail()
            .map_or_else(String::new, |detail| format!(": {detail}"));
        Self {
            template: innermost
                .name()
                .and_then(Template::of_file)
                .unwrap_or(asked),
            line: innermost.line(),
            what: format!("{}{detail}", innermost.kind()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
