//! How a credential of the inventory stands now, between two scans.

use super::{Desk, Refusal};
use crate::{
    domain::{
        ObjectType, Severity,
        assess::{Circumstances, assess},
        facts::Facts,
        policy::AfterExpiry,
    },
    store::{Find, Found},
};

/// How a credential stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How urgent it is now; `None`: it is on no rung.
    pub severity: Option<Severity>,
    /// Whole days left, rounded down; `None`: it never ends.
    pub days_left: Option<i64>,
    /// How it is reminded of after its end.
    pub after_expiry: AfterExpiry,
}

/// No app carries more credentials.
const MOST: usize = 1_000;

impl Desk<'_> {
    /// Judges one credential by what the inventory holds: the app's other credentials count, its tags and sign-ins are not known here.
    pub(super) async fn standing(&self, found: &Found) -> Result<Standing, Refusal> {
        let it = &found.credential;
        let of_app = Find::Object(&it.key.object_id);
        let siblings = self.store.find(Some(&it.tenant), of_app, MOST).await?;
        let siblings = siblings
            .iter()
            .filter(|other| other.credential.key != it.key);
        let own = it.credential();
        let siblings = siblings.map(|sibling| sibling.credential.credential());
        let credentials = std::iter::once(own.clone()).chain(siblings);
        let app = it.app(ObjectType::default(), credentials);
        let facts = Facts::default();
        let circumstances = Circumstances {
            tenant: &it.tenant,
            policies: self.policies,
            facts: &facts,
            now: self.now,
        };
        let assessment = assess(circumstances, &app, &own);
        Ok(Standing {
            severity: assessment.severity,
            days_left: assessment.days_left,
            after_expiry: assessment.thresholds.after_expiry,
        })
    }
}
