//! `/owners`: the directory objects that own an app, a hundred a page unless told otherwise.

use axum::{http::HeaderValue, response::Response};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{
    error::GraphError,
    find, outcome,
    target::{Key, segment},
};
use crate::sandbox::tenant::{
    Tenant,
    call::Call,
    lock,
    population::{Collection, Owner},
};

/// Any of these allows reading people's names (<https://learn.microsoft.com/graph/api/user-list>); without one, there are only ids.
const READ_PEOPLE: [&str; 5] = [
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const DEFAULT_TOP: usize = 100;
const MAX_TOP: usize = 999;
/// What may be selected here. Graph knows more, of users and of others.
const PROPERTIES: [&str; 4] = ["id", "displayName", "userPrincipalName", "mail"];

struct Query {
    selected: Vec<String>,
    top: usize,
    from: usize,
}

pub(super) async fn answer(
    tenant: &Tenant,
    call: &Call,
    of: Collection,
    key: &Key,
    query: Option<&str>,
) -> Result<Response, GraphError> {
    let query = Query::parse(query.unwrap_or(""))?;
    let rule = lock(&tenant.trouble).next(None);
    tenant.think().await;
    if let Some(rule) = &rule
        && let Some(response) = outcome::instead(rule, call).await
    {
        return Ok(response);
    }
    let app = find(tenant, of, key)?;
    let may_read = |role: &String| READ_PEOPLE.contains(&role.as_str());
    let hidden = !tenant.roles().iter().any(may_read);
    let owners = tenant.population().owners(&app);
    let page: Vec<Value> = owners
        .iter()
        .skip(query.from)
        .take(query.top)
        .map(|owner| query.written(owner, hidden && !owner.is_principal))
        .collect();
    let origin = &call.origin;
    let mut body = json!({"@odata.context": format!("{origin}/v1.0/$metadata#directoryObjects")});
    let next = query.from + page.len();
    if next < owners.len() {
        let selected = query.selected.join(",");
        body["@odata.nextLink"] = Value::from(format!(
            "{origin}/v1.0/{}/{}/owners?$select={selected}&$top={}&$skiptoken={next}",
            segment(of),
            app.id,
            query.top
        ));
    }
    body["value"] = Value::from(page);
    let mut response = outcome::deliver(rule.map(|rule| rule.fault), body.to_string());
    let headers = response.headers_mut();
    headers.insert("x-ms-resource-unit", HeaderValue::from_static("1"));
    Ok(response)
}

impl Query {
    fn parse(query: &str) -> Result<Self, GraphError> {
        let mut this = Self {
            selected: PROPERTIES.map(str::to_owned).to_vec(),
            top: DEFAULT_TOP,
            from: 0,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let unreadable =
                || GraphError::bad_request(format!("Invalid value '{value}' for {name}."));
            match &*name {
                "$select" => {
                    this.selected = value.split(',').map(|of| of.trim().to_owned()).collect();
                }
                "$top" => this.top = value.parse().map_err(|_| unreadable())?,
                "$skiptoken" => this.from = value.parse().map_err(|_| unreadable())?,
                _ if name.starts_with('$') => {
                    return Err(GraphError::unsupported(format!(
                        "Sandbox: {name} is not understood here."
                    )));
                }
                _ => {}
            }
        }
        let unknown = this
            .selected
            .iter()
            .find(|of| !PROPERTIES.contains(&of.as_str()));
        if let Some(name) = unknown {
            return Err(GraphError::bad_request(format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.directoryObject'."
            )));
        }
        if !(1..=MAX_TOP).contains(&this.top) {
            return Err(GraphError::bad_request("Invalid page size specified."));
        }
        Ok(this)
    }

    /// What the caller may not read has a type and an id, and nothing else.
    fn written(&self, owner: &Owner, is_hidden: bool) -> Value {
        let kind = if owner.is_principal {
            "#microsoft.graph.servicePrincipal"
        } else {
            "#microsoft.graph.user"
        };
        let mut object = Map::new();
        object.insert("@odata.type".to_owned(), kind.into());
        for name in &self.selected {
            let value: Value = match name.as_str() {
                "id" => owner.id.to_string().into(),
                _ if is_hidden => Value::Null,
                "displayName" => owner.name.clone().into(),
                // a service principal has neither, so that they are left out
                _ if owner.is_principal => continue,
                "userPrincipalName" => owner.user_principal_name.clone().into(),
                _ => owner.mail.clone().into(),
            };
            object.insert(name.clone(), value);
        }
        Value::Object(object)
    }
}
