//! The words of an escalation.

/// `Escalated: Expired: billing-api client secret "prod"`
pub(in crate::render) fn title_escalated(due: &str) -> String {
    format!("Escalated: {due}")
}

/// `First told on Fri 20 Nov 2026 at 08:00 CET, to ops-slack and platform; nobody has acknowledged it since.`
pub(in crate::render) fn intro_escalated(
    count: usize,
    date: &str,
    time: &str,
    told: &[String],
) -> String {
    let to = match told {
        [] => String::new(),
        [only] => format!(", to {only}"),
        [rest @ .., last] => format!(", to {} and {last}", rest.join(", ")),
    };
    match count {
        1 => format!("First told on {date} at {time}{to}; nobody has acknowledged it since."),
        _ => format!("Told since {date} at {time}{to}; nobody has acknowledged any of them since."),
    }
}

/// What ends it, beside renewing.
pub(in crate::render) fn how_to_acknowledge(has_links: bool) -> &'static str {
    if has_links {
        "Say that somebody is on it with the link to acknowledge it, or with \
         `forewarn silence add --credential ID --even-critical --for 3d --reason \"…\"`."
    } else {
        "Say that somebody is on it with \
         `forewarn silence add --credential ID --even-critical --for 3d --reason \"…\"`."
    }
}

pub(in crate::render) const FOOTER_ESCALATED: &str =
    "You get this because the route names you in `escalate_to`. It is escalated once.";
