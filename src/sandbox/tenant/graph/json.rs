//! JSON text, written directly: a page of 999 apps is to cost next to nothing beside its reading.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use uuid::Uuid;

/// A GUID.
pub(super) fn guid(out: &mut String, id: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    out.push('"');
    out.push_str(id.as_hyphenated().encode_lower(&mut buffer));
    out.push('"');
}

/// A moment as the directory writes it: up to seven digits of a second, none that says nothing.
pub(super) fn time(out: &mut String, time: Option<DateTime<Utc>>) {
    let Some(time) = time else {
        out.push_str("null");
        return;
    };
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let _ = write!(
        out,
        "\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    );
    let ticks = time.nanosecond() / 100;
    if ticks != 0 {
        let _ = write!(out, ".{ticks:07}");
        out.truncate(out.trim_end_matches('0').len());
    }
    out.push_str("Z\"");
}

/// A string or null.
pub(super) fn text(out: &mut String, text: Option<&str>) {
    let Some(text) = text else {
        out.push_str("null");
        return;
    };
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(other) => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// A list.
pub(super) fn list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn times_have_the_digits_they_need() {
        for (given, expected) in [
            ("2024-01-31T10:20:30Z", "\"2024-01-31T10:20:30Z\""),
            (
                "2021-09-09T19:50:29.3086381Z",
                "\"2021-09-09T19:50:29.3086381Z\"",
            ),
            ("2021-09-09T19:50:00.5Z", "\"2021-09-09T19:50:00.5Z\""),
            (
                "2021-09-09T19:50:10.0100000Z",
                "\"2021-09-09T19:50:10.01Z\"",
            ),
        ] {
            let given = given.parse().ok();
            assert_eq!(written(|out| time(out, given)), expected);
        }
        assert_eq!(written(|out| time(out, None)), "null");
    }

    #[test]
    fn any_text_survives() {
        for given in [
            "",
            "plain",
            "\"\\\n\r\t\u{0}\u{1f}\u{7f}",
            "a\"b",
            "\u{202e}\u{1f468}",
        ] {
            let written = written(|out| text(out, Some(given)));
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), given);
        }
        assert_eq!(written(|out| text(out, None)), "null");
    }
}
