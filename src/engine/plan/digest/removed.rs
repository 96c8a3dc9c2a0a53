//! What a summary tells of as removed.

use super::{Audience, Entry};
use crate::{
    domain::{
        ObjectType, Row, Severity,
        assess::assess,
        decide::{Resolve, WhyResolved},
        row::Section,
    },
    engine::plan::Planner,
    store::Removed,
};

impl Planner<'_> {
    /// What was announced and has gone, in this round and since the last summary.
    pub(super) fn removed_rows<'r>(
        &self,
        audience: &Audience<'_>,
        resolves: impl Iterator<Item = &'r Resolve<'r>>,
    ) -> Vec<Row> {
        let was_told = |resolve: &&Resolve<'_>| {
            let told = &resolve.announced.told;
            resolve.seen.is_none() && told.iter().any(|name| name == audience.receiver)
        };
        let now = resolves.filter(was_told).map(|resolve| Row {
            section: Some(Section::Renewed),
            ..self.resolved_row(resolve)
        });
        let removed = self.past.removed.iter();
        let earlier = removed.filter(|removed| removed.at > audience.since);
        now.chain(earlier.filter_map(|removed| self.removed_row(removed, audience.receiver)))
            .collect()
    }

    /// `None` where the routes do not give it to the receiver.
    fn removed_row(&self, removed: &Removed, receiver: &str) -> Option<Row> {
        let last = &removed.credential;
        let app = last.app(ObjectType::default(), [last.credential()]);
        let credential = app.credentials.first()?;
        let assessment = assess(self.world.circumstances(), &app, credential);
        let severity = assessment.severity.unwrap_or(Severity::Info);
        let entry = Entry {
            app: &app,
            credential,
            assessment,
        };
        let is_given = self.gives(receiver, &app, credential, severity);
        is_given.then(|| Row {
            reason: Some(WhyResolved::Removed.to_string()),
            // what kind of object carried it is not remembered, so there is no saying where its page is
            links: None,
            ..self.listed(&entry, Section::Renewed)
        })
    }
}
