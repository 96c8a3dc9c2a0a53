//! `[owners]`.

use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::ownership::OwnerSource,
};

/// The sources in their order: all, unless told otherwise. One that is named twice is asked once.
pub(super) fn sources(raw: raw::Owners) -> Vec<OwnerSource> {
    let Some(named) = raw.sources else {
        return vec![OwnerSource::Graph, OwnerSource::Notes, OwnerSource::Tags];
    };
    let mut sources = Vec::new();
    for source in named.into_iter().map(OwnerSource::from) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// Receivers that tell owners must be able to learn who they are, and must know whom to tell where there is none.
pub(super) fn told_in_person(
    receivers: &[raw::Receiver],
    sources: &[OwnerSource],
    report: &mut Report<'_>,
) {
    use raw::ReceiverType::{Email, GraphMail};
    // where it is not a key at all, that is said of it and no more
    let is_mail = |raw: &raw::Receiver| matches!(raw.r#type, Some(Email | GraphMail));
    let tells_owners =
        |(_, raw): &(usize, &raw::Receiver)| raw.to_owners == Some(true) && is_mail(raw);
    for (index, raw) in receivers.iter().enumerate().filter(tells_owners) {
        let at = KeyPath::root()
            .key("receivers")
            .index(index)
            .key("to_owners");
        if sources.is_empty() {
            report.error(
                &at,
                "owners.sources is empty, so nobody is known to own anything and all would go to `to`",
                "name where owners are found, as `owners.sources = [\"graph\"]`, or delete `to_owners`",
            );
        }
        if raw.to.as_ref().is_none_or(Vec::is_empty) {
            report.error(
                &at,
                "without `to` nobody would hear of apps that have no owner with a mail address",
                "add `to` with whoever looks after those",
            );
        }
    }
}

impl From<raw::OwnerSource> for OwnerSource {
    fn from(raw: raw::OwnerSource) -> Self {
        match raw {
            raw::OwnerSource::Graph => Self::Graph,
            raw::OwnerSource::Notes => Self::Notes,
            raw::OwnerSource::Tags => Self::Tags,
        }
    }
}
