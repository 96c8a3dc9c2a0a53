//! One layer over the other: the file, then each variable of the environment, by the `config` crate.

use std::collections::HashMap;

use config::{ConfigError, Source, Value};
use serde_json::{Map, Value as Json};

/// The file and what overrides it, as one tree.
pub(crate) fn merge(
    file: Map<String, Json>,
    overrides: Vec<(String, Json)>,
) -> Result<Json, ConfigError> {
    let mut layers = config::Config::builder().add_source(Layer(file.into_iter().collect()));
    let mut emptied = Vec::new();
    for entry in overrides {
        // where a secret is kept is said by one key or the other: a variable takes the place of both
        if let Some(secret) = secret_of(&entry.0).filter(|secret| !emptied.contains(secret)) {
            layers = layers.add_source(Layer(vec![(secret.clone(), Json::from(""))]));
            emptied.push(secret);
        }
        layers = layers.add_source(Layer(vec![entry]));
    }
    layers.build()?.try_deserialize()
}

/// The path of the secret, when `path` says where one is kept.
fn secret_of(path: &str) -> Option<String> {
    let (secret, key) = path.rsplit_once('.')?;
    matches!(key, "env" | "file").then(|| secret.to_owned())
}

/// Values that are already known to fit, by their paths. (The crate's own environment source is not used because it
/// cannot reach into lists and knows no types.)
#[derive(Clone)]
struct Layer(Vec<(String, Json)>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<HashMap<String, Value>, ConfigError> {
        self.0
            .iter()
            .map(|(path, value)| {
                let value = serde_json::from_value(value.clone())
                    .map_err(|_| ConfigError::NotFound(path.clone()))?;
                Ok((path.clone(), value))
            })
            .collect()
    }
}

/// Values may be secrets.
impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(path, _)| path))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_reaches_into_tables_and_lists() {
        let file = serde_json::json!({
            "schedule": { "cron": "a", "timezone": "UTC" },
            "tenants": [{ "name": "x", "auth": { "client_secret": "literal" } }],
            "http": { "listen": "127.0.0.1:1", "token": { "env": "TOKEN" } },
        });
        let Json::Object(file) = file else { panic!() };
        let overrides = vec![
            ("schedule.cron".to_owned(), Json::from("b")),
            (
                "tenants[0].auth.client_secret.env".to_owned(),
                Json::from("NAME"),
            ),
            ("log.format".to_owned(), Json::from("0123")),
            (
                "http.token.file".to_owned(),
                Json::from("/run/secrets/token"),
            ),
        ];
        assert_eq!(
            merge(file, overrides).unwrap(),
            serde_json::json!({
                "schedule": { "cron": "b", "timezone": "UTC" },
                "tenants": [{ "name": "x", "auth": { "client_secret": { "env": "NAME" } } }],
                "log": { "format": "0123" },
                "http": { "listen": "127.0.0.1:1", "token": { "file": "/run/secrets/token" } },
            })
        );
    }
}
