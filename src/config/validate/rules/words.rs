//! Lists in words.

/// The same, each as it is written in the file.
pub(super) fn quoted<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    list(words.into_iter().map(|word| format!("`{}`", word.as_ref())))
}

/// More tenants than these are counted.
const TENANTS: usize = 5;

/// `a`, `a and b`, `a, b and c`
pub(super) fn list<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<T> = words.into_iter().collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// ` of tenant a`, ` of the tenants a, b and 7 more`
pub(super) fn of_tenants<'a>(tenants: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = tenants.len().saturating_sub(TENANTS);
    let mut named: Vec<String> = tenants
        .take(TENANTS)
        .map(|name| format!("`{name}`"))
        .collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let word = if named.len() == 1 {
        "tenant"
    } else {
        "the tenants"
    };
    format!(" of {word} {}", list(&named))
}
