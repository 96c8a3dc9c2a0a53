//! What can be picked out of a text, whatever it is.
//!
//! The text is not parsed: what people paste is JSON within JSON, a URL, a log line cut off in the middle, or prose. So escapes are
//! undone first, roughly, and then each thing is recognised by what stands before it. Time and memory are linear in the text.

use chrono::NaiveDateTime;
use uuid::Uuid;

use crate::domain::clean::clean;

/// So many of each kind are told.
const MOST: usize = 20;
/// The smallest AADSTS number has five digits; what is smaller beside a key such as `errorCode` is something else.
const SMALLEST_CODE: u32 = 10_000;
/// In a text no longer than this, a bare number is taken for a code.
const SHORT: usize = 200;
/// How much of what stands before an id is looked at, in bytes.
const LABEL: usize = 48;
/// The longest name in quotes, in bytes.
const LONGEST_NAME: usize = 120;
/// The longest list of codes that is read, in bytes.
const LIST: usize = 250;
/// How long a time is to the second, in bytes: `2026-09-04 07:47:49`.
const TIME: usize = 19;

/// Keys whose value is a code or a list of them: the token endpoint's body, its page about errors, Graph's sign-in log, and
/// Azure Monitor's `AADServicePrincipalSignInLogs`.
const CODE_KEYS: [&str; 5] = [
    "error_code",
    "errorcode",
    "error?code",
    "resulttype",
    "result type",
];

const OAUTH: [&str; 7] = [
    "invalid_client",
    "unauthorized_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_resource",
    "invalid_request",
    "temporarily_unavailable",
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Clues {
    pub(super) codes: Few<u32>,
    pub(super) apps: Few<String>,
    pub(super) tenants: Few<String>,
    pub(super) trace_ids: Few<String>,
    pub(super) correlation_ids: Few<String>,
    pub(super) times: Few<String>,
    /// OAuth's own error.
    pub(super) oauth: Option<&'static str>,
    /// The text says that a certificate has expired …
    pub(super) key_expired: bool,
    /// … or is not known.
    pub(super) key_unknown: bool,
}

/// The first [`MOST`] of a kind, each once.
#[derive(Debug)]
pub(super) struct Few<T> {
    pub(super) items: Vec<T>,
    more: bool,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            more: false,
        }
    }
}

impl<T: PartialEq> Few<T> {
    fn add(&mut self, item: T) {
        if self.items.contains(&item) {
            return;
        }
        if self.items.len() < MOST {
            self.items.push(item);
        } else {
            self.more = true;
        }
    }
}

impl Clues {
    pub(super) fn of(text: &str) -> Self {
        let text = unescaped(text);
        let lower = text.to_ascii_lowercase();
        let mut clues = Self {
            oauth: OAUTH.into_iter().find(|error| lower.contains(error)),
            key_expired: lower.contains("key used is expired"),
            key_unknown: lower.contains("key was not found"),
            ..Self::default()
        };
        clues.find_codes(&lower);
        clues.find_guids(&lower);
        clues.find_names(&text, &lower);
        clues.find_times(&lower);
        clues
    }

    /// Was there more than is told?
    pub(super) fn has_more(&self) -> bool {
        let Self {
            apps,
            tenants,
            trace_ids,
            correlation_ids,
            times,
            ..
        } = self;
        self.codes.more
            || [apps, tenants, trace_ids, correlation_ids, times]
                .iter()
                .any(|few| few.more)
    }

    fn find_codes(&mut self, lower: &str) {
        let mut found: Vec<(usize, u32)> = Vec::new();
        for (at, word) in lower.match_indices("aadsts") {
            let rest = after(lower, at + word.len());
            let rest = rest.trim_start_matches([' ', ':', '-', '_', '#']);
            found.extend(leading_number(rest).map(|code| (at, code)));
        }
        for key in CODE_KEYS {
            for (at, word) in lower.match_indices(key) {
                let rest = after(lower, at + word.len()).trim_start_matches('s');
                found.extend(numbers_behind(rest).map(|code| (at, code)));
            }
        }
        found.sort_unstable();
        if found.is_empty() && lower.len() <= SHORT {
            let runs = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            found.extend(runs.filter_map(|run| Some((0, whole_number(run)?))));
        }
        for (_, code) in found {
            self.codes.add(code);
        }
    }

    /// GUIDs, by what stands before each.
    fn find_guids(&mut self, lower: &str) {
        let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
        let mut rest = lower;
        while let Some(start) = rest.find(is_part) {
            let run = after(rest, start);
            let run = &run[..run.find(|c| !is_part(c)).unwrap_or(run.len())];
            let at = lower.len() - rest.len() + start;
            if run.len() == 36 && Uuid::try_parse(run).is_ok() {
                self.name(Label::before(lower, at), run.to_owned());
            }
            rest = after(rest, start + run.len());
        }
    }

    /// Tenants and apps that are named in quotes and not by a GUID.
    fn find_names(&mut self, text: &str, lower: &str) {
        for (at, _) in lower.match_indices(" '") {
            let label = Label::before(lower, at);
            if !matches!(label, Some(Label::App | Label::Tenant)) {
                continue;
            }
            let rest = start_of(after(text, at + 2), LONGEST_NAME);
            let name = rest.split_once('\'').map_or("", |(name, _)| name);
            if name.is_empty() || Uuid::try_parse(name).is_ok() {
                continue;
            }
            self.name(label, clean(name, 60));
        }
    }

    fn name(&mut self, label: Option<Label>, id: String) {
        match label {
            Some(Label::App) => self.apps.add(id),
            Some(Label::Tenant) => self.tenants.add(id),
            Some(Label::Trace) => self.trace_ids.add(id),
            Some(Label::Correlation) => self.correlation_ids.add(id),
            None => {}
        }
    }

    fn find_times(&mut self, lower: &str) {
        for (at, word) in lower.match_indices("timestamp") {
            let rest = start_of(after(lower, at + word.len()), 8 + TIME);
            let digits = rest.find(|c: char| c.is_ascii_digit());
            let Some(time) = digits.and_then(|start| rest.get(start..start + TIME)) else {
                continue;
            };
            let time = time.replace(['t', '+'], " ");
            if let Ok(time) = NaiveDateTime::parse_from_str(&time, "%Y-%m-%d %H:%M:%S") {
                self.times.add(
                    time.and_utc()
                        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                );
            }
        }
    }
}

/// What an id is, by the letters before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    App,
    Tenant,
    Trace,
    Correlation,
}

/// Ends of what stands before an id, letters alone; the first that fits counts.
const LABELS: &[(&str, Label)] = &[
    ("clientrequestid", Label::Correlation),
    ("correlationid", Label::Correlation),
    ("traceid", Label::Trace),
    ("requestid", Label::Trace),
    ("tenantidentifier", Label::Tenant),
    ("tenantid", Label::Tenant),
    ("tenant", Label::Tenant),
    ("directoryid", Label::Tenant),
    ("directory", Label::Tenant),
    ("microsoftonlinecom", Label::Tenant),
    ("microsoftonlineus", Label::Tenant),
    ("microsoftonlinecn", Label::Tenant),
    ("stswindowsnet", Label::Tenant),
    ("withidentifier", Label::App),
    ("clientid", Label::App),
    ("applicationid", Label::App),
    ("application", Label::App),
    ("appid", Label::App),
    ("app", Label::App),
];

impl Label {
    fn before(lower: &str, at: usize) -> Option<Self> {
        let start = lower.ceil_char_boundary(at.saturating_sub(LABEL));
        let letters: String = lower
            .get(start..at)?
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect();
        LABELS
            .iter()
            .find(|(end, _)| letters.ends_with(end))
            .map(|&(_, label)| label)
    }
}

fn after(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// At most so many bytes of it. Where something is looked for after each of many places, this keeps the whole linear.
fn start_of(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The number at the very beginning, if it is one that a code can be.
fn leading_number(text: &str) -> Option<u32> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let code: u32 = text.get(..digits)?.parse().ok()?;
    (code >= SMALLEST_CODE).then_some(code)
}

/// A number and nothing else.
fn whole_number(text: &str) -> Option<u32> {
    let is_number = text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| leading_number(text)).flatten()
}

/// The numbers after a key: `: 7000215`, `":[7000215,7000222]`, `=7000215`.
fn numbers_behind(text: &str) -> impl Iterator<Item = u32> + '_ {
    let value = start_of(text, LIST).trim_start_matches(['"', '\'', ' ', ':', '=', '[']);
    let list = value.split(',').take(MOST);
    list.map_while(|item| leading_number(item.trim_start_matches([' ', '"'])))
}

/// The text without the escapes of JSON, URLs and HTML, as far as they are of characters that matter here.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '%', '&', '\u{1b}']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (with, length) = escape(rest);
        plain.extend(with);
        rest = after(rest, length);
    }
    plain.push_str(rest);
    plain
}

/// What the escape at the beginning stands for, and how long it is in bytes; a character that begins none is given back.
fn escape(text: &str) -> (Option<char>, usize) {
    let code = |from: usize, to: usize| {
        let code = u32::from_str_radix(text.get(from..to)?, 16).ok()?;
        // all that matters is ASCII; the rest keeps its distance
        char::from_u32(code).map(|c| if (' '..='~').contains(&c) { c } else { ' ' })
    };
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.get(1)) {
        (Some(b'\\'), Some(b'u')) if code(2, 6).is_some() => (code(2, 6), 6),
        (Some(b'\\'), Some(b'x')) if code(2, 4).is_some() => (code(2, 4), 4),
        (Some(b'\\'), Some(b'r' | b'n' | b't')) => (Some(' '), 2),
        (Some(b'\\') | None, _) => (None, 1),
        (Some(b'%'), _) if code(1, 3).is_some() => (code(1, 3), 3),
        (Some(b'&'), _) => ["&#39;", "&#x27;", "&apos;"]
            .iter()
            .find(|entity| text.starts_with(**entity))
            .map_or((Some('&'), 1), |entity| (Some('\''), entity.len())),
        // a colour: what stands between the escape and its `m`
        (Some(0x1b), _) => {
            let colour = start_of(text, 12).find('m');
            (None, colour.map_or(1, |end| end + 1))
        }
        (Some(&other), _) => (Some(char::from(other)), 1),
    }
}
