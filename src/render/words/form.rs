//! Words of a message's form: how a fact is written, and what is said of silencing and of templates.

/// `Owners: ada@contoso.com`
pub(in crate::render) fn fact(label: &str, value: &str) -> String {
    format!("{label}: {value}")
}

/// How to hear no more of it, where no link says so; the command is in a line of its own. A silence on what is critical breaks
/// unless it is told to hold.
pub(in crate::render) fn footer_silence(id: Option<&str>, is_critical: bool) -> String {
    let id = id.unwrap_or("ID");
    let even = if is_critical { " --even-critical" } else { "" };
    format!(
        "To hear no more of it for a week:\nforewarn silence add --credential {id}{even} --for 7d --reason \"…\""
    )
}

/// Why a message does not look as its readers know it.
pub(in crate::render) fn template_failed(file: &str) -> String {
    format!(
        "This is forewarn's own form: the template {file} did not work. `forewarn check` says why."
    )
}
