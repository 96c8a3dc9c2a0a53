//! Where problems are collected, so that all of them can be told at once.

use std::{collections::HashMap, ops::Range};

use super::{
    Problem,
    path::KeyPath,
    problem::{Origin, Severity},
    source::Source,
};

/// Where a value was written.
#[derive(Clone)]
pub(crate) enum Place {
    /// In the file, at these bytes.
    File(Range<usize>),
    /// In this environment variable.
    Variable(String),
}

/// Collects problems, and knows where each key was written.
pub(crate) struct Report<'a> {
    source: &'a Source,
    places: HashMap<KeyPath, Place>,
    hidden: Vec<Range<usize>>,
    broken: Vec<KeyPath>,
    found: Vec<(Problem, Option<Range<usize>>)>,
}

impl<'a> Report<'a> {
    /// An empty report on a file.
    pub(crate) fn new(source: &'a Source) -> Self {
        Self {
            source,
            places: HashMap::new(),
            hidden: Vec::new(),
            broken: Vec::new(),
            found: Vec::new(),
        }
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> &'a str {
        self.source.text()
    }

    /// The bytes of the line that a byte of the file is in.
    pub(crate) fn line(&self, at: usize) -> Range<usize> {
        self.source.line(at)
    }

    /// Remembers where a value was written; the environment, which comes later, wins.
    pub(crate) fn place(&mut self, path: &KeyPath, place: Place) {
        self.places.insert(path.clone(), place);
    }

    /// Was it written at all?
    pub(crate) fn has(&self, path: &KeyPath) -> bool {
        self.places.contains_key(path)
    }

    /// Was it written in the file, and not in the environment?
    pub(crate) fn is_in_file(&self, path: &KeyPath) -> bool {
        matches!(self.nearest_place(path), Some(Place::File(_)))
    }

    /// These bytes of the file are never to be quoted.
    pub(crate) fn hide(&mut self, span: Range<usize>) {
        self.hidden.push(span);
    }

    /// The value at this path is never to be quoted.
    pub(crate) fn conceal(&mut self, path: &KeyPath) {
        if let Some(Place::File(span)) = self.places.get(path) {
            self.hidden.push(span.clone());
        }
    }

    /// Something was already said about this value, and it is left out from here on: that it is missing now is no news.
    pub(crate) fn mark_broken(&mut self, path: &KeyPath) {
        self.broken.push(path.clone());
    }

    /// Something that cannot be lived with.
    pub(crate) fn error(
        &mut self,
        path: &KeyPath,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Severity::Error, path, message.into(), remedy.into());
    }

    /// A value that must be there.
    pub(crate) fn require<T>(
        &mut self,
        value: Option<T>,
        path: &KeyPath,
        remedy: &str,
    ) -> Option<T> {
        if value.is_none() {
            self.error(path, "missing", remedy);
        }
        value
    }

    /// Something that is hardly meant.
    pub(crate) fn warning(
        &mut self,
        path: &KeyPath,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Severity::Warning, path, message.into(), remedy.into());
    }

    fn add(&mut self, severity: Severity, path: &KeyPath, message: String, remedy: String) {
        if self.broken.iter().any(|broken| broken.touches(path)) {
            return;
        }
        // what is missing is shown where it belongs: at the header of its table, else at the end of the file
        let place = self.nearest_place(path).unwrap_or_else(|| {
            let end = self.source.text().trim_end().len();
            Place::File(end..end)
        });
        self.tell(severity, &place, path, message, remedy);
    }

    /// A problem with a place of its own.
    pub(crate) fn tell(
        &mut self,
        severity: Severity,
        place: &Place,
        path: &KeyPath,
        message: String,
        remedy: String,
    ) {
        let (origin, span) = match place {
            Place::File(span) => (self.source.origin(span.start), Some(span.clone())),
            Place::Variable(name) => {
                let variable = name.clone();
                (Origin::Variable { variable }, None)
            }
        };
        let problem = Problem {
            severity,
            origin,
            path: path.to_string(),
            message,
            remedy,
            excerpt: None,
        };
        self.found
            .push((problem, span.filter(|span| !span.is_empty())));
    }

    fn nearest_place(&self, path: &KeyPath) -> Option<Place> {
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some(place) = self.places.get(&path) {
                return Some(place.clone());
            }
            at = path.parent();
        }
        None
    }

    /// Is there anything at or below this path that cannot be lived with? What else is said of it may then be beside the point.
    pub(crate) fn is_faulty(&self, path: &KeyPath) -> bool {
        let is_error =
            |problem: &Problem| problem.severity == Severity::Error && path.holds(&problem.path);
        self.broken.iter().any(|broken| path.touches(broken))
            || self.found.iter().any(|(problem, _)| is_error(problem))
    }

    /// Is there anything that cannot be lived with?
    pub(crate) fn has_errors(&self) -> bool {
        self.found
            .iter()
            .any(|(problem, _)| problem.severity == Severity::Error)
    }

    /// What was found, with the lines quoted: only now is it known which bytes are secret.
    pub(crate) fn finish(self) -> Vec<Problem> {
        let Self {
            source,
            hidden,
            found,
            ..
        } = self;
        found
            .into_iter()
            .map(|(problem, span)| Problem {
                excerpt: span.and_then(|span| source.quote(&span, &hidden)),
                ..problem
            })
            .collect()
    }
}
