//! One credential among many: what it is and when, with no more than finds it and says who is to act.

use super::{
    super::{
        Item,
        words::{self, label},
    },
    OWNER, OWNERS_BRIEF, Scene, Telling, newer,
};
use crate::domain::{
    Row,
    clean::clean,
    row::{RowSeverity, Section},
};

/// The labels of the facts that are told, in their order.
const FACTS: [&str; 5] = [
    label::WORKING_DAY,
    label::OWNERS,
    label::SECRET_ID,
    label::CERTIFICATE_ID,
    label::CREDENTIAL_ID,
];

impl Scene<'_> {
    /// The row in a line or two.
    pub(in crate::render) fn line(&self, row: &Row) -> Item {
        let item = self.item(row);
        let mut facts = item.facts;
        let place = |label: &str| FACTS.iter().position(|fact| *fact == label);
        facts.retain(|(label, _)| place(label).is_some());
        facts.sort_by_key(|(label, _)| place(label));
        if let Some((_, owners)) = facts.iter_mut().find(|(label, _)| *label == label::OWNERS)
            && row.owners.len() > OWNERS_BRIEF
        {
            *owners = few_owners(row);
        }
        Item {
            brief: true,
            severity: match row.section {
                // what is only to be cleaned up calls nobody
                Some(Section::Stale | Section::NeverExpires | Section::Ownerless) => {
                    RowSeverity::Info
                }
                _ => item.severity,
            },
            facts,
            notes: self.what_follows(row),
            acknowledge: None,
            command: None,
            ..item
        }
    }

    /// What changes what is to be done about it.
    fn what_follows(&self, row: &Row) -> Vec<String> {
        let replaced = row.superseded_by.as_ref();
        let replaced = replaced.map(|by| words::superseded(&newer(row, by)));
        let idle = row.unused.then(|| self.idle(row));
        let gone = row.reason.as_deref().filter(|_| replaced.is_none());
        let gone = gone.map(|reason| words::why(&clean(reason, super::REASON)));
        match self.telling {
            Telling::Due => replaced.into_iter().chain(idle).collect(),
            Telling::Resolved => replaced.into_iter().chain(gone).collect(),
            Telling::Listed => idle.into_iter().collect(),
        }
    }
}

fn few_owners(row: &Row) -> String {
    let few = row.owners.iter().take(OWNERS_BRIEF);
    let mut names: Vec<String> = few.map(|name| clean(name, OWNER)).collect();
    names.push(words::more_owners(row.owners.len() - OWNERS_BRIEF));
    names.join(", ")
}
