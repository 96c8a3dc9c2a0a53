//! As much of the Kusto query language as it takes to ask for clusters; of anything else it says that it is not understood.

/// What is asked of the clusters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Only those that sign in with a client secret.
    pub(super) with_secret: bool,
    /// The columns wanted, in their order.
    pub(super) columns: Vec<String>,
    /// In the order of their ids.
    pub(super) ordered: bool,
}

const COLUMNS: [&str; 7] = [
    "id",
    "name",
    "type",
    "location",
    "resourceGroup",
    "subscriptionId",
    "tenantId",
];
const CLUSTERS: &str = "where type =~ 'microsoft.containerservice/managedclusters'";
const CLIENT_ID: &str = "extend clientId = tostring(properties.servicePrincipalProfile.clientId)";
const WITH_SECRET: &str = "where isnotempty(clientId) and clientId !~ 'msi'";

impl Query {
    /// Reads a query; the error says what in it is not understood.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut stages = text
            .split('|')
            .map(|stage| stage.split_whitespace().collect::<Vec<_>>().join(" "));
        if stages
            .next()
            .is_none_or(|table| !table.eq_ignore_ascii_case("resources"))
        {
            return Err("Sandbox: only the table `resources` is here.".to_owned());
        }
        let mut query = Self::default();
        let (mut of_clusters, mut has_client_id) = (false, false);
        for stage in stages {
            match &*stage {
                CLUSTERS => of_clusters = true,
                CLIENT_ID => has_client_id = true,
                WITH_SECRET if has_client_id => query.with_secret = true,
                "order by id asc" | "sort by id asc" => query.ordered = true,
                other => {
                    let columns = other
                        .strip_prefix("project ")
                        .ok_or_else(|| format!("Sandbox: `{other}` is not understood."))?;
                    query.columns = project(columns, has_client_id)?;
                }
            }
        }
        if !of_clusters || query.columns.is_empty() {
            return Err(format!("Sandbox: `{CLUSTERS}` and `project` are needed."));
        }
        Ok(query)
    }

    /// Without an id no page can be told from another.
    pub(super) fn can_be_paged(&self) -> bool {
        self.columns.iter().any(|column| column == "id")
    }
}

fn project(columns: &str, has_client_id: bool) -> Result<Vec<String>, String> {
    let known =
        |column: &&str| COLUMNS.contains(column) || (has_client_id && *column == "clientId");
    let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
    match columns.iter().find(|column| !known(column)) {
        Some(unknown) => Err(format!(
            "Failed to resolve column or scalar expression named '{unknown}'."
        )),
        None => Ok(columns.into_iter().map(str::to_owned).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_understood_or_refused() {
        let query = Query::read(&format!(
            "Resources\n| {CLUSTERS}\n|  {CLIENT_ID}\n| {WITH_SECRET} | project id,  clientId\n| order by id asc"
        ))
        .unwrap();
        assert!(query.with_secret && query.ordered && query.can_be_paged());
        assert_eq!(query.columns, ["id", "clientId"]);
        for (text, expected) in [
            ("", "table"),
            ("ResourceContainers", "table"),
            ("resources", "needed"),
            ("resources | project id", "needed"),
            (
                &format!("resources | {CLUSTERS} | project id, clientId"),
                "'clientId'",
            ),
            (
                &format!("resources | {CLUSTERS} | {WITH_SECRET} | project id"),
                "not understood",
            ),
            (&format!("resources | {CLUSTERS} | take 5"), "`take 5`"),
        ] {
            let error = Query::read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
