//! The template engine, set up so that a template can lay text out but not let any through unescaped, nor run for long.

use std::sync::LazyLock;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter, filters,
    syntax::SyntaxConfig, tests,
};

use super::wrap;

/// Instructions that one text may take; the longest of ours takes some ten thousand.
const FUEL: u64 = 1_000_000;

/// The characters that Slack takes in one text (`@slack/types`).
pub const SLACK_TEXT: usize = 3_000;

static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    // every filter is chosen: none of them makes text that is taken for escaped, as `safe` would
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(escaping);
    environment.set_formatter(|out, state, value| {
        if *state.auto_escape() == escaping(state.name()) {
            return escape_formatter(out, state, value);
        }
        let detail = "escaping cannot be switched off";
        Err(Error::new(ErrorKind::InvalidOperation, detail))
    });
    // only delimiters of one's own can make this fail
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .unwrap_or_default(),
    );
    add_filters(&mut environment);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("none", tests::is_none);
    environment
});

pub(super) fn environment() -> Environment<'static> {
    BASE.clone()
}

/// What is put in is HTML's text, a JSON string with its quotes, or plain text.
fn escaping(name: &str) -> AutoEscape {
    match name.rsplit('.').next() {
        Some("html") => AutoEscape::Html,
        Some("json") => AutoEscape::Json,
        _ => AutoEscape::None,
    }
}

fn add_filters(environment: &mut Environment<'static>) {
    environment.add_filter("batch", filters::batch);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("join", filters::join);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("lines", filters::lines);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("map", filters::map);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.add_filter("packed", |lines: Vec<String>, between: Option<&str>| {
        packed(&lines, between.unwrap_or("\n"))
    });
    environment.add_filter("wrap", wrap::filter);
}

/// Pieces as few texts, none longer than Slack takes; no piece is longer by itself.
fn packed(lines: &[String], between: &str) -> Vec<String> {
    let characters = |text: &str| text.chars().count();
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text)
                if characters(text) + characters(between) + characters(line) <= SLACK_TEXT =>
            {
                text.push_str(between);
                text.push_str(line);
            }
            _ => texts.push(line.clone()),
        }
    }
    texts
}
