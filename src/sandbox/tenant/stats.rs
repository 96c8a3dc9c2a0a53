//! How often each path was asked, and answered how.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Serialize;

/// Counts since the start. Requests that were never answered (they hang, or were hung up on) are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests for a token, by HTTP status.
    pub token_requests: BTreeMap<u16, u64>,
    /// Requests to Graph, by path (ids written `{id}`) and HTTP status.
    pub graph_requests: BTreeMap<&'static str, BTreeMap<u16, u64>>,
    /// Requests to Azure Resource Manager, by what they are for and HTTP status.
    pub azure_requests: BTreeMap<&'static str, BTreeMap<u16, u64>>,
    /// Those that came within a `$batch`, likewise.
    pub batched_requests: BTreeMap<&'static str, BTreeMap<u16, u64>>,
}

impl Stats {
    /// How many requests for a token there were.
    pub fn tokens(&self) -> u64 {
        self.token_requests.values().sum()
    }

    /// How many requests to Graph there were.
    pub fn graph(&self) -> u64 {
        self.graph_requests
            .values()
            .flat_map(BTreeMap::values)
            .sum()
    }

    pub(super) fn count_token(&mut self, status: StatusCode) {
        *self.token_requests.entry(status.as_u16()).or_default() += 1;
    }

    pub(super) fn count_graph(&mut self, path: &'static str, status: StatusCode) {
        let path = self.graph_requests.entry(path).or_default();
        *path.entry(status.as_u16()).or_default() += 1;
    }

    pub(super) fn count_azure(&mut self, path: &'static str, status: StatusCode) {
        let path = self.azure_requests.entry(path).or_default();
        *path.entry(status.as_u16()).or_default() += 1;
    }

    pub(super) fn count_batched(&mut self, path: &'static str, status: StatusCode) {
        let path = self.batched_requests.entry(path).or_default();
        *path.entry(status.as_u16()).or_default() += 1;
    }
}
