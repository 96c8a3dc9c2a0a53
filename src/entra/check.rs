//! Does a tenant's sign-in work, and may it do what the configuration asks of it? Signs in, reads what the token says, and
//! tries each feature that is switched on with the smallest request there is.

use serde::Deserialize;

use super::{
    answer::below,
    arm::Arm,
    config::TenantConfig,
    error::ScanError,
    graph::Graph,
    list::List,
    pace::Pace,
    page,
    permissions::{self, Permission, Tried},
    refusal::GraphRefusal,
};

const SMALLEST: &str = "$select=id&$top=1";
const OWNERS: &str = "$select=id,displayName";
const SMALLEST_REPORT: &str = "$top=1";

/// A sign-in that works.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Where we are signed in, and what may be listed there.
    pub detail: String,
    /// How it stands with each permission.
    pub permissions: Vec<permissions::Finding>,
}

impl Checked {
    /// Can everything work that is switched on?
    pub fn is_enough(&self) -> bool {
        !self.permissions.iter().any(|finding| finding.blocks)
    }
}

/// The beginning of a page.
#[derive(Deserialize)]
struct Page {
    value: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    #[serde(rename = "@odata.type", default)]
    kind: Option<String>,
    #[serde(rename = "displayName", default)]
    name: Option<String>,
}

/// Asks, and asks one thing after the other: these are a handful.
pub(super) struct Check<'a> {
    pub(super) config: &'a TenantConfig,
    pub(super) graph: &'a Graph,
    pub(super) pace: &'a Pace<'a>,
    /// Where AKS clusters are looked for, if they are.
    pub(super) arm: Option<&'a Arm>,
}

impl Check<'_> {
    pub(super) async fn run(&self) -> Result<Checked, ScanError> {
        let held = self.graph.held(self.pace).await?;
        let (mut listed, mut refused) = (Vec::new(), None);
        let mut first = None;
        for list in List::wanted(self.config) {
            match self.list(list).await? {
                Ok(body) => {
                    listed.push(list.words());
                    first = first.or_else(|| Some((list, first_id(&body)?)));
                }
                Err(refusal) => refused = Some(refusal),
            }
        }
        let lists = match refused {
            Some(refusal) => Tried::Fails(short(&refusal)),
            None => Tried::Works,
        };
        let owners = match first {
            Some((list, id)) if self.config.features().owners => self.owners(list, &id).await,
            _ => Tried::Not,
        };
        let activity = match (&lists, self.config.features().sign_in_activity) {
            (Tried::Works, true) => self.activity().await,
            _ => Tried::Not,
        };
        let azure = match self.arm {
            Some(arm) => match arm.clusters(self.pace).await.1 {
                None => Tried::Works,
                Some(trouble) => Tried::Fails(trouble),
            },
            None => Tried::Not,
        };
        let tried = |permission| match permission {
            Permission::ApplicationRead => lists.clone(),
            Permission::UserReadBasic => owners.clone(),
            Permission::AuditLogRead => activity.clone(),
        };
        let permissions = permissions::judge(self.config, &held, tried, azure);
        let may = match listed.as_slice() {
            [] => "may list nothing".to_owned(),
            listed => format!("may list its {}", listed.join(" and ")),
        };
        let mut checked = Checked {
            detail: format!("signed in to {} and {may}", self.config.tenant_id),
            permissions,
        };
        if !checked.is_enough() {
            checked
                .detail
                .push_str(", but not all that is switched on can work");
        }
        Ok(checked)
    }

    /// The smallest page of a list; a refusal for want of permission is an answer, everything else an error.
    async fn list(&self, list: List) -> Result<Result<Vec<u8>, GraphRefusal>, ScanError> {
        let mut url = below(&self.config.graph, &["v1.0", list.segment()]);
        url.set_query(Some(SMALLEST));
        match self.graph.get(&url, Vec::new(), self.pace).await {
            Ok(body) => {
                page::next_link(&body).map_err(|error| ScanError::Malformed {
                    page: 1,
                    detail: error.to_string(),
                })?;
                Ok(Ok(body))
            }
            Err(ScanError::Graph(refusal)) if refusal.status == 403 => Ok(Err(*refusal)),
            Err(other) => Err(other),
        }
    }

    /// Whoever may not read people gets their ids without their names
    /// (<https://learn.microsoft.com/graph/permissions-overview>, limited information for inaccessible member objects).
    async fn owners(&self, list: List, id: &str) -> Tried {
        let mut url = below(&self.config.graph, &["v1.0", list.segment(), id, "owners"]);
        url.set_query(Some(OWNERS));
        let body = match self.graph.get(&url, Vec::new(), self.pace).await {
            Ok(body) => body,
            Err(error) => return failed(error),
        };
        let Ok(Page { value: owners }) = serde_json::from_slice(&body) else {
            return Tried::Not;
        };
        let is_person = |owner: &&Object| owner.kind.as_deref() == Some("#microsoft.graph.user");
        match owners.iter().find(is_person) {
            Some(person) if person.name.is_some() => Tried::Works,
            Some(_) => Tried::Fails("an owner came without a name".to_owned()),
            None => Tried::Not,
        }
    }

    async fn activity(&self) -> Tried {
        let segments = ["beta", "reports", "appCredentialSignInActivities"];
        let mut url = below(&self.config.graph, &segments);
        url.set_query(Some(SMALLEST_REPORT));
        match self.graph.get(&url, Vec::new(), self.pace).await {
            Ok(_) => Tried::Works,
            Err(error) => failed(error),
        }
    }
}

fn first_id(body: &[u8]) -> Option<String> {
    let page: Page = serde_json::from_slice(body).ok()?;
    page.value.into_iter().next().map(|object| object.id)
}

/// The token says little else than Graph does; what is beside the refusal (a network that fails) is told as it is.
fn failed(error: ScanError) -> Tried {
    Tried::Fails(match error {
        ScanError::Graph(refusal) => short(&refusal),
        other => other.to_string(),
    })
}

fn short(refusal: &GraphRefusal) -> String {
    let GraphRefusal {
        status,
        code,
        message,
        ..
    } = refusal;
    match (code.as_str(), message.as_str()) {
        ("", _) => format!("Graph answers HTTP {status}"),
        (code, "") => format!("Graph answers {code}"),
        (code, message) => format!("Graph answers {code}: {}", message.trim_end_matches('.')),
    }
}
