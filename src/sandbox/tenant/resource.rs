//! What a token can be for: Graph or Azure Resource Manager, in any cloud, or Exchange Online.

use super::call::Call;

/// A service that takes tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// Graph.
    Graph,
    /// Azure Resource Manager.
    Arm,
}

const GRAPH: [&str; 5] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
];

const ARM: [&str; 4] = [
    "https://management.azure.com",
    "https://management.usgovcloudapi.net",
    "https://management.chinacloudapi.cn",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
];

impl Resource {
    /// Does `name` name it? The sandbox's own origin names every one.
    pub(super) fn is_named(self, name: &str, call: &Call) -> bool {
        let host = name.trim_end_matches('/');
        let names = match self {
            Self::Graph => &GRAPH[..],
            Self::Arm => &ARM[..],
        };
        names.contains(&host) || host == call.origin
    }
}

const OUTLOOK: [&str; 2] = [
    "https://outlook.office365.com",
    "00000002-0000-0ff1-ce00-000000000000",
];

/// Does it name Exchange Online?
pub(super) fn is_outlook(name: &str) -> bool {
    OUTLOOK.contains(&name.trim_end_matches('/'))
}

/// Is there anything of this name?
pub(super) fn is_known(name: &str, call: &Call) -> bool {
    let mut services = [Resource::Graph, Resource::Arm].into_iter();
    is_outlook(name) || services.any(|resource| resource.is_named(name, call))
}
