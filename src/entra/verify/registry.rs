//! What Graph lists of the app, where a configured tenant can read it.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

use super::{Means, Question};
use crate::{
    domain::{App, Credential, Id, Snapshot},
    entra::{
        Directory as _, ScanError, Tenant,
        answer::below,
        collect::Collector,
        config::{Include, TenantConfig},
        graph::Graph,
        list::List,
        pace::{Dice, Pace, Skew},
    },
    telemetry::Metrics,
};

/// How long one app may take.
const TIME: Duration = Duration::from_secs(30);
/// How long the whole tenant may take, to find whose a Secret ID is.
const SCAN_TIME: Duration = Duration::from_mins(3);
const FIELDS: &str = "id,appId,displayName,tags,passwordCredentials,keyCredentials";

/// The app that the secret should be of.
#[derive(Debug)]
pub(super) enum Known {
    /// There is no tenant in the configuration that could be asked.
    NotAsked,
    /// It could not be read; this is why.
    Unreadable(String),
    /// The tenant has no such app registration.
    NoSuchApp,
    /// This is it.
    Is(Box<App>),
}

/// What a GUID is the id of.
#[derive(Debug)]
pub(super) enum Whose {
    NotAsked,
    Unreadable(String),
    /// Of nothing that the tenant lists.
    Nobodys,
    /// Of a credential of this app.
    Credential(Box<App>, Box<Credential>),
    /// Of an app itself: its client id or object id.
    App(Box<App>),
}

/// Asks the reader.
pub(super) struct Registry<'a> {
    question: &'a Question,
    means: &'a Means,
    reader: Option<TenantConfig>,
}

impl<'a> Registry<'a> {
    pub(super) fn new(question: &'a Question, means: &'a Means) -> Self {
        let reader = question.reader.clone().map(|reader| TenantConfig {
            // what is left out of scans and alerts is still somebody's secret
            include: vec![Include::Applications, Include::ServicePrincipals],
            sign_in_activity: false,
            ignore: Vec::new(),
            aks: false,
            ..reader
        });
        Self {
            question,
            means,
            reader,
        }
    }

    /// The app of the question.
    pub(super) async fn app(&self) -> Known {
        let Some(reader) = &self.reader else {
            return Known::NotAsked;
        };
        let client_id = Id::parse(&self.question.client_id);
        // anything else cannot be an app's, and has no place in a query
        if !client_id.is_guid() {
            return Known::NoSuchApp;
        }
        match self.list(reader, &client_id).await {
            Ok(snapshot) => snapshot
                .apps
                .into_iter()
                .find(|app| app.app_id == client_id)
                .map_or(Known::NoSuchApp, |app| Known::Is(Box::new(app))),
            Err(error) => Known::Unreadable(describe(&error)),
        }
    }

    async fn list(&self, reader: &TenantConfig, client_id: &Id) -> Result<Snapshot, ScanError> {
        let Means {
            http,
            secrets,
            clock,
            seed,
        } = self.means;
        let metrics = Arc::new(Metrics::new());
        let graph = Graph::new(reader, http.clone(), Arc::clone(secrets), metrics);
        let mut url = below(&reader.graph, &["v1.0", "applications"]);
        url.set_query(Some(&format!(
            "$filter=appId eq '{client_id}'&$select={FIELDS}"
        )));
        let dice = Dice::new(*seed);
        let pace = Pace {
            clock: clock.as_ref(),
            dice: &dice,
            deadline: clock.now() + TIME,
            progress: &|_| {},
            skew: Skew::default(),
        };
        let body = graph.get(&url, Vec::new(), &pace).await?;
        let mut collector = Collector::new(Arc::new(reader.clone()), List::Applications);
        collector
            .take(&body)
            .map_err(|error| ScanError::Malformed {
                page: 1,
                detail: error.to_string(),
            })?;
        let mut snapshot = Snapshot::default();
        collector.add_to(&mut snapshot, true);
        Ok(snapshot)
    }

    /// What the GUID that is held is the id of: in this app if it can be, else anywhere in the tenant.
    pub(super) async fn whose(&self, held: &SecretString) -> Whose {
        let id = guid_in(held);
        if let Known::Is(app) = self.app().await
            && let Some(whose) = of_one(&app, &id)
        {
            return whose;
        }
        let Some(reader) = &self.reader else {
            return Whose::NotAsked;
        };
        let tenant = Tenant::new(
            reader.clone(),
            self.means.http.clone(),
            Arc::clone(&self.means.secrets),
            Arc::clone(&self.means.clock),
            Arc::new(Metrics::new()),
            self.means.seed,
        );
        let deadline = self.means.clock.now() + SCAN_TIME;
        match tenant.scan(deadline, &|_| {}).await {
            Ok(snapshot) => snapshot
                .apps
                .iter()
                .find_map(|app| of_one(app, &id))
                .unwrap_or(Whose::Nobodys),
            Err(error) => Whose::Unreadable(describe(&error)),
        }
    }
}

/// Shorter for a sign-in: the answer speaks of another one already, of the very same client perhaps.
fn describe(error: &ScanError) -> String {
    match error {
        ScanError::SignIn(refusal) => format!(
            "the configured tenant's own sign-in was refused ({})",
            refusal.summary()
        ),
        other => other.to_string(),
    }
}

fn of_one(app: &App, id: &Id) -> Option<Whose> {
    let credential = app.credentials.iter().find(|one| one.id == *id);
    if let Some(credential) = credential {
        return Some(Whose::Credential(
            Box::new(app.clone()),
            Box::new(credential.clone()),
        ));
    }
    (app.app_id == *id || app.object_id == *id).then(|| Whose::App(Box::new(app.clone())))
}

/// The GUID without braces, quotation marks or blanks around it.
fn guid_in(held: &SecretString) -> Id {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    Id::parse(held.expose_secret().trim_matches(|c| !is_part(c)))
}
