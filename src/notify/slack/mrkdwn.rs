//! Foreign text in Slack's *mrkdwn*, which knows no escape but three entities.

use std::iter;

/// The three characters by which Slack tells its own from ours.
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>
pub(super) fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Foreign text that is to be read literally.
pub(super) fn literal(text: &str) -> String {
    entities(&disarm(text))
}

/// Foreign text for a `plain_text` element. Nothing is markup there, and entities may be shown as they are written.
pub(super) fn plain(text: &str) -> String {
    disarm(text).replace('<', "‹").replace('>', "›")
}

/// Look-alikes for what would format the text or call people. An underscore or tilde inside a word formats nothing and
/// stays, since names and hints are copied from messages.
fn disarm(text: &str) -> String {
    let before = iter::once(None).chain(text.chars().map(Some));
    before
        .zip(text.char_indices())
        .map(|(before, (at, character))| match character {
            '*' => '∗',
            '~' if !is_inside_word(before, text.get(at + 1..)) => '∼',
            '`' => 'ˋ',
            '_' if !is_inside_word(before, text.get(at + 1..)) => '_',
            '@' if calls_everybody(text.get(at + 1..)) => '＠',
            other => other,
        })
        .collect()
}

fn is_inside_word(before: Option<char>, after: Option<&str>) -> bool {
    let after = after.and_then(|rest| rest.chars().next());
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    is_word(before) && is_word(after)
}

fn calls_everybody(after: Option<&str>) -> bool {
    ["here", "channel", "everyone"]
        .into_iter()
        .any(|word| after.is_some_and(|rest| starts_with_ignoring_case(rest, word)))
}

fn starts_with_ignoring_case(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_read_literally() {
        for (text, expected) in [
            ("R&D <billing>", "R&amp;D &lt;billing&gt;"),
            ("<!channel>", "&lt;!channel&gt;"),
            (
                "@here, @Channel, @EVERYONE",
                "＠here, ＠Channel, ＠EVERYONE",
            ),
            ("ada@contoso.com", "ada@contoso.com"),
            ("billing_api_v2", "billing_api_v2"),
            ("_it_ a_ _b", "_it_ a_ _b"),
            ("*b* ~s~ `c`", "∗b∗ ∼s∼ ˋcˋ"),
            ("@", "@"),
            ("@日本", "@日本"),
        ] {
            assert_eq!(literal(text), expected);
        }
    }
}
