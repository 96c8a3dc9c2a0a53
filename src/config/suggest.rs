//! What was probably meant.

use strsim::damerau_levenshtein;

/// The candidate that `word` was probably meant to be: one that differs only in case and separators, else the nearest one
/// within a third of the word's length.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = folded(word);
    let most = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &folded(candidate)), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters to change; a word that was cut short or spelt out (`tenant` for `tenant_id`, `monday` for `mon`) is a near one.
fn distance(word: &str, candidate: &str) -> usize {
    const STEM: usize = 3;
    let is_stem = |stem: &str, of: &str| stem.len() >= STEM && of.starts_with(stem);
    match damerau_levenshtein(word, candidate) {
        0 => 0,
        _ if is_stem(word, candidate) || is_stem(candidate, word) => 1,
        letters => letters,
    }
}

/// `did you mean X?`, or else all the candidates.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    match nearest(word, candidates.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("use {}", one_of(candidates)),
    }
}

/// `a`, `b` or `c`.
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    listed(words, "or")
}

/// `a`, `b` and `c`.
pub(crate) fn all_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    listed(words, "and")
}

fn listed<'a>(words: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn folded(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let keys = ["cron", "timezone", "scan_on_start"];
        for (word, expected) in [
            ("corn", Some("cron")),
            ("time-zone", Some("timezone")),
            ("scanOnStart", Some("scan_on_start")),
            ("tmezone", Some("timezone")),
            ("scan", Some("scan_on_start")),
            ("cron_expression", Some("cron")),
            ("interval", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys), expected, "{word}");
        }
        assert_eq!(
            did_you_mean("daily", ["cron", "timezone"]),
            "use `cron` or `timezone`"
        );
    }
}
