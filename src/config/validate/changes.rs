//! `[changes]`.

use crate::{
    config::{
        path::KeyPath,
        raw::{self, Change},
        report::Report,
    },
    domain::{change::Changes, ownership::OwnerSource},
};

/// Which changes are told. `sources` are where owners are looked for.
pub(super) fn changes(
    raw: raw::Changes,
    sources: &[OwnerSource],
    report: &mut Report<'_>,
) -> Changes {
    let named = raw.notify.unwrap_or_default();
    let lost = named.iter().position(|of| *of == Change::OwnerLost);
    if let Some(index) = lost
        && !sources.contains(&OwnerSource::Graph)
    {
        report.warning(
            &KeyPath::root().key("changes").key("notify").index(index),
            "owners.sources has no \"graph\", so that nobody is seen to go",
            "add \"graph\" to owners.sources, or delete \"owner-lost\"",
        );
    }
    Changes {
        added: named.contains(&Change::Added),
        removed: named.contains(&Change::Removed),
        owner_lost: lost.is_some(),
    }
}
