//! Who owns apps, by the directory: twenty apps a request, and another request for each further page of an app that has over a
//! hundred owners.
//!
//! With `Application.Read.All` alone an owner who is a user comes as a type and an id; `User.ReadBasic.All` adds name, user principal
//! name and mail (learn.microsoft.com/graph/api/application-list-owners).

use serde_json::Value;
use url::Url;

use super::{
    batch::{self, Reply},
    config::TenantConfig,
    error::ScanError,
    graph::Graph,
    list::List,
    pace::Pace,
    page,
    refusal::GraphRefusal,
    said::{News, Said},
    walk::Walk,
};
use crate::domain::{App, Id, ObjectType, clean::clean, facts::Owner};

/// Longer names are cut, in characters. Graph allows 256, and a mail address has at most 254.
const TEXT_MAX: usize = 320;
/// Pages of one app's owners, a hundred each.
const PAGES_MAX: usize = 20;

/// What the directory says of apps' owners.
#[derive(Debug, Default)]
pub struct FoundOwners {
    /// By the app's object id. What could not be learnt is not in it.
    pub owners: Vec<(Id, Vec<Owner>)>,
    /// Owners who are users came without names: `User.ReadBasic.All` is not granted.
    pub nameless: bool,
    /// Why some could not be learnt.
    pub problem: Option<String>,
}

impl FoundOwners {
    /// What is missing from them, a sentence each.
    pub fn missing(&self) -> Vec<String> {
        let problem = self.problem.as_ref();
        let problem = problem.map(|problem| format!("not all owners are known: {problem}"));
        let nameless = self.nameless.then(|| NAMELESS.to_owned());
        problem.into_iter().chain(nameless).collect()
    }
}

const NAMELESS: &str = "owners are known by their ids alone; for names and mail addresses grant the client the application \
    permission User.ReadBasic.All";

/// What was said of one tenant's owners.
#[derive(Debug, Default)]
pub(super) struct OwnersSaid {
    nameless: Said,
    problem: Said,
}

impl OwnersSaid {
    /// Says what is new to the log.
    pub(super) fn tell(&self, tenant: &str, found: &FoundOwners) {
        // whoever owns these may be no user; that is no sign that users have names again
        let nameless = (found.nameless).then(|| self.nameless.news(true)).flatten();
        let problem = self.problem.news(found.problem.is_some());
        if [nameless, problem].contains(&Some(News::Trouble)) {
            let missing = found.missing().join("; ");
            tracing::warn!(tenant.name = tenant, "{missing}. Everything else goes on");
        }
    }
}

/// Asks for the owners of these apps.
pub(super) async fn find(
    graph: &Graph,
    config: &TenantConfig,
    apps: &[&App],
    pace: &Pace<'_>,
) -> FoundOwners {
    let mut found = FoundOwners::default();
    // an id that is no GUID would have to be escaped, and no directory has one
    let apps: Vec<&App> = apps
        .iter()
        .filter(|app| app.object_id.is_guid())
        .copied()
        .collect();
    for apps in apps.chunks(batch::MOST) {
        let urls: Vec<String> = apps.iter().map(|app| url(app)).collect();
        let mut replies: Vec<Option<Reply>> = apps.iter().map(|_| None).collect();
        let asked = batch::ask(graph, &config.graph, &urls, &mut replies, pace).await;
        for ((app, url), reply) in apps.iter().zip(&urls).zip(replies) {
            let Some(reply) = reply else { continue };
            match whole(graph, config, url, reply, &mut found.nameless, pace).await {
                Ok(owners) => found.owners.push((app.object_id.clone(), owners)),
                Err(problem) => {
                    found.problem.get_or_insert(problem);
                }
            }
        }
        // what stopped one batch would stop the others, each after all its tries
        if let Err(error) = asked {
            found.problem = Some(text(error));
            break;
        }
    }
    found
}

fn url(app: &App) -> String {
    let list = match app.object_type {
        ObjectType::Application => List::Applications,
        ObjectType::ServicePrincipal | ObjectType::ManagedIdentity => List::ServicePrincipals,
    };
    format!(
        "/{}/{}/owners?$select=id,displayName,userPrincipalName,mail",
        list.segment(),
        app.object_id
    )
}

/// All owners of one app, from the first page on.
async fn whole(
    graph: &Graph,
    config: &TenantConfig,
    url: &str,
    reply: Reply,
    nameless: &mut bool,
    pace: &Pace<'_>,
) -> Result<Vec<Owner>, String> {
    let mut body = match reply {
        Reply::Body(body) => body,
        Reply::Refused(refusal) => return Err(refused(&refusal)),
    };
    let mut walk = None;
    let mut owners = Vec::new();
    loop {
        let rows = body["value"].as_array();
        let rows = rows.ok_or("an app's owners are not a list")?;
        for row in rows {
            // half a list is no list: somebody would seem to be nobody
            owners.push(owner(row, nameless).ok_or("an owner has neither id nor name")?);
        }
        let Some(link) = body["@odata.nextLink"].as_str() else {
            return Ok(owners);
        };
        let walk = walk.get_or_insert_with(|| start(config, url));
        let next = walk.follow(link).map_err(text)?;
        let bytes = graph.get(&next, Vec::new(), pace).await.map_err(text)?;
        body = page::read(&bytes).map_err(|error| error.to_string())?;
    }
}

fn start(config: &TenantConfig, url: &str) -> Walk {
    let base = config.graph.clone();
    let mut first: Url = base.clone();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    first.set_path(&format!("{}/v1.0{path}", base.path().trim_end_matches('/')));
    first.set_query(Some(query));
    Walk::new(base, first, PAGES_MAX)
}

fn text(error: ScanError) -> String {
    match error {
        // its own words speak of the lists of apps
        ScanError::Graph(refusal) => refused(&refusal),
        error => error.to_string(),
    }
}

fn refused(refusal: &GraphRefusal) -> String {
    let summary = refusal.summary();
    format!("Graph refused to tell the owners of an app ({summary})")
}

/// One owner; `None` for a row that names nobody.
fn owner(row: &Value, nameless: &mut bool) -> Option<Owner> {
    let text = |key: &str| {
        let text = clean(row[key].as_str()?, TEXT_MAX);
        (!text.is_empty()).then(|| text.into_boxed_str())
    };
    let owner = Owner {
        id: text("id").map(|id| Id::parse(&id)),
        name: text("displayName"),
        user_principal_name: text("userPrincipalName"),
        mail: text("mail"),
    };
    let has_name =
        owner.name.is_some() || owner.user_principal_name.is_some() || owner.mail.is_some();
    let is_user = row["@odata.type"]
        .as_str()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("#microsoft.graph.user"));
    *nameless |= is_user && !has_name && owner.id.is_some();
    (has_name || owner.id.is_some()).then_some(owner)
}
