//! From a file to a [`Config`], or to everything that is wrong with it.

use std::{collections::BTreeSet, ops::Range, path::Path};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use toml::de::DeTable;

use super::{
    Config, Problem, Problems, environment, layer, not_yet,
    path::KeyPath,
    platform::Platform,
    problem::Severity,
    raw,
    report::{Place, Report},
    schema::{Node, schema},
    shape::Shape,
    source::Source,
    validate,
};

/// A configuration that can be run.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What is hardly meant, in the order of the file's lines.
    pub warnings: Vec<Problem>,
}

/// Reads and checks a file. `environment` overrides keys of it and tells what the platform provides for signing in; `now` only
/// serves to see whether the schedule ever fires.
///
/// Relative paths in it (`store.url`, secret files, `tls.extra_ca_file`) are relative to the current directory of the process,
/// not to the file.
pub fn load(
    path: &Path,
    environment: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<Loaded, Problems> {
    load_source(&Source::read(path)?, environment, now)
}

/// As [`load`], of a text that is in no file; `name` is what problems call it.
pub fn load_text(
    name: &str,
    text: String,
    environment: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<Loaded, Problems> {
    load_source(&Source::of(Path::new(name), text), environment, now)
}

fn load_source(
    source: &Source,
    environment: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<Loaded, Problems> {
    let schema = schema();
    let root = Node::root(&schema);
    let mut report = Report::new(source);

    let document = match DeTable::parse_recoverable(source.text()) {
        (document, errors) if errors.is_empty() => document,
        (_, errors) => {
            syntax(&errors, &root, &mut report);
            return Err(report.finish().into());
        }
    };
    let file = Shape::of_file(&mut report, root.clone()).document(document.get_ref());
    let overrides = environment::overrides(environment, &root, &mut report);
    let platform = Platform::of(environment);
    let config = judge(file, overrides, &platform, now, &mut report);

    let failed = report.has_errors();
    let problems = Problems::from(report.finish());
    match config {
        Some(config) if !failed => Ok(Loaded {
            config,
            warnings: problems.into_vec(),
        }),
        _ => Err(problems),
    }
}

/// Puts the environment over the file, and looks at the meaning of the whole.
fn judge(
    file: Map<String, Value>,
    overrides: Vec<(String, Value)>,
    platform: &Platform,
    now: DateTime<Utc>,
    report: &mut Report<'_>,
) -> Option<Config> {
    // what does not fit the schema has been left out; should anything still not fit, its text is not repeated, because it
    // may be a secret
    let Ok(tree) = layer::merge(file, overrides) else {
        let message = "the environment cannot be put over the file";
        report.error(
            &KeyPath::root(),
            message,
            "unset the FOREWARN__ variables one by one",
        );
        return None;
    };
    not_yet::check(&tree, report);
    match serde_path_to_error::deserialize::<_, raw::File>(tree) {
        Ok(raw) => validate::config(raw, platform, now, report),
        Err(error) => {
            let at = error
                .path()
                .iter()
                .fold(KeyPath::root(), |path, segment| match segment {
                    serde_path_to_error::Segment::Seq { index } => path.index(*index),
                    segment => path.key(&segment.to_string()),
                });
            report.error(
                &at,
                "not what is expected here",
                "compare with `forewarn schema`",
            );
            None
        }
    }
}

/// What is no TOML. Without a tree nobody knows which text is a secret, so only words of the schema are quoted.
fn syntax(errors: &[toml::de::Error], root: &Node<'_>, report: &mut Report<'_>) {
    let known = root.vocabulary();
    let mut last_line = None;
    for error in errors {
        let span = error.span().unwrap_or_default();
        let span = span.start..span.end.max(span.start + 1);
        let line = report.line(span.start);
        // one mistake is often several errors for the parser
        if last_line.replace(line.start) == Some(line.start) {
            continue;
        }
        hide_unknown_words(line, &known, report);
        report.tell(
            Severity::Error,
            &Place::File(span),
            &KeyPath::root(),
            format!("not valid TOML: {}", error.message()),
            "correct the line; texts need quotes, and each key may be given once".to_owned(),
        );
    }
}

fn hide_unknown_words(line: Range<usize>, known: &BTreeSet<&str>, report: &mut Report<'_>) {
    let text = report.text().get(line.clone()).unwrap_or_default();
    let is_word = |c: char| !c.is_whitespace() && !"=[]{}\"',.#:".contains(c);
    let mut rest = 0;
    while let Some(begin) = text[rest..].find(is_word).map(|at| at + rest) {
        let end = text[begin..]
            .find(|c| !is_word(c))
            .map_or(text.len(), |at| at + begin);
        if !known.contains(&text[begin..end]) {
            report.hide(line.start + begin..line.start + end);
        }
        rest = end;
    }
}
