//! `[owners]`.

use crate::{config::raw, domain::ownership::OwnerSource};

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

impl From<raw::OwnerSource> for OwnerSource {
    fn from(raw: raw::OwnerSource) -> Self {
        match raw {
            raw::OwnerSource::Graph => Self::Graph,
            raw::OwnerSource::Notes => Self::Notes,
            raw::OwnerSource::Tags => Self::Tags,
        }
    }
}
