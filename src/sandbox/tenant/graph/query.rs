//! The `OData` options of a request, checked as Graph checks them.

use std::fmt::Write as _;

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::form_urlencoded;
use uuid::Uuid;

use super::{error::GraphError, projection::Projection};
use crate::sandbox::tenant::population::Collection;

/// Rows on a page when nothing is said.
const DEFAULT_TOP: usize = 100;
/// Rows on a page at most.
const MAX_TOP: usize = 999;
/// Rows on a page at most when something is expanded.
const MAX_TOP_EXPANDED: usize = 100;

/// What is asked of a list, or of one app.
#[derive(Debug)]
pub(super) struct Query {
    /// `$select`
    pub(super) projection: Projection,
    /// `$top`: rows on a page.
    pub(super) top: usize,
    /// `$skiptoken`: where the page begins.
    pub(super) position: Position,
    /// `$count=true`, which has an effect only with [`Query::is_eventual`].
    pub(super) wants_count: bool,
    /// `ConsistencyLevel: eventual`
    pub(super) is_eventual: bool,
    /// `$filter=appId eq '…'`, the one filter that is understood.
    pub(super) app_id: Option<Uuid>,
    /// All options but the skip token, written out: `$select=id,appId&$top=5&`.
    carried: String,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// The page's number, from 1.
    pub(super) page: u64,
    /// The position of its first row, from 0.
    pub(super) row: usize,
}

impl Query {
    pub(super) fn parse(
        of: Collection,
        query: &str,
        headers: &HeaderMap,
    ) -> Result<Self, GraphError> {
        let mut this = Self {
            projection: Projection::everything(of),
            top: DEFAULT_TOP,
            position: Position::START,
            wants_count: false,
            is_eventual: headers
                .get("ConsistencyLevel")
                .is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual")),
            app_id: None,
            carried: String::new(),
        };
        let mut expands = false;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "$select" => this.projection = Projection::select(of, &value)?,
                "$top" => this.top = top(&value)?,
                "$skiptoken" => this.position = Position::from_token(&value)?,
                "$count" => this.wants_count = boolean(&value)?,
                "$filter" => this.app_id = Some(app_id(&value)?),
                "$expand"
                    if of == Collection::Applications
                        && value == "federatedIdentityCredentials" =>
                {
                    expands = true;
                }
                "$expand" | "$orderby" | "$search" | "$skip" => {
                    return Err(GraphError::unsupported(format!(
                        "Sandbox: {name} is not understood here."
                    )));
                }
                _ if name.starts_with('$') => {
                    return Err(GraphError::bad_request(format!(
                        "The query parameter '{name}' is not supported."
                    )));
                }
                _ => {} // Graph, too, passes over what is not OData's
            }
            if name != "$skiptoken" {
                let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                let _ = write!(this.carried, "{name}={value}&");
            }
        }
        if expands {
            this.projection = this.projection.with_federated();
            this.top = this.top.min(MAX_TOP_EXPANDED);
        }
        Ok(this)
    }

    /// The query of the page that begins at `position`: the same options, and where to go on.
    pub(super) fn at(&self, position: Position) -> String {
        format!("{}$skiptoken={}", self.carried, position.token())
    }

    /// What the call costs in resource units
    /// (<https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits>).
    pub(super) fn cost(&self) -> u32 {
        let saved = u32::from(self.projection.is_selection()) + u32::from(self.top < 20);
        let base = 2 + u32::from(self.projection.expands_federated());
        base.saturating_sub(saved).max(1)
    }
}

impl Position {
    /// The first page.
    pub(super) const START: Self = Self { page: 1, row: 0 };

    /// An opaque word for it.
    fn token(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("sandbox {} {}", self.page, self.row))
    }

    fn from_token(token: &str) -> Result<Self, GraphError> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
            let (page, row) = text.strip_prefix("sandbox ")?.split_once(' ')?;
            Some(Self {
                page: page.parse().ok()?,
                row: row.parse().ok()?,
            })
        };
        read().ok_or_else(GraphError::expired_page_token)
    }
}

fn top(value: &str) -> Result<usize, GraphError> {
    let refuse = |message: String| Err(GraphError::bad_request(message));
    match value.parse() {
        Ok(top @ 1..=MAX_TOP) => Ok(top),
        Ok(top) => refuse(format!(
            "Invalid page size specified: '{top}'. Must be between 1 and {MAX_TOP} inclusive."
        )),
        Err(_) => refuse(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative integer value."
        )),
    }
}

fn boolean(value: &str) -> Result<bool, GraphError> {
    value.to_ascii_lowercase().parse().map_err(|_| {
        GraphError::bad_request(format!(
            "Invalid value '{value}' for $count query option found. Valid values are 'true' or 'false'."
        ))
    })
}

fn app_id(filter: &str) -> Result<Uuid, GraphError> {
    let quoted = filter
        .trim()
        .strip_prefix("appId eq '")
        .and_then(|rest| rest.strip_suffix('\''));
    let Some(id) = quoted else {
        return Err(GraphError::unsupported(
            "Sandbox: no $filter but appId eq '…' is understood here.",
        ));
    };
    Uuid::try_parse(id).map_err(|_| {
        let message = "Invalid value specified for property 'appId' of resource 'Application'.";
        GraphError::bad_request(message)
    })
}
