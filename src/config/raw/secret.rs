//! Secrets as written, and values that may be one or a list.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::domain::secret::SecretString;

/// A secret: a reference to where it is kept, or (with a warning) its value.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Secret {
    Reference(Reference),
    Literal(SecretString),
}

/// Where a secret is kept; exactly one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    pub(crate) env: Option<String>,
    pub(crate) file: Option<String>,
}

/// By hand, because of `writeOnly`: it marks what no message and no quoted line may ever show.
impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A secret: `{ env = \"NAME\" }`, `{ file = \"PATH\" }`, or its value (with a warning).",
            "anyOf": [
                {
                    "type": "object",
                    "description": "Where the secret is kept. It is read again at each use.",
                    "properties": {
                        "env": { "type": "string", "description": "The name of an environment variable." },
                        "file": {
                            "type": "string",
                            "description": "The path of a file; relative to the directory that forewarn is started in. One newline at its end is dropped."
                        }
                    },
                    "additionalProperties": false,
                    "minProperties": 1,
                    "maxProperties": 1
                },
                { "type": "string", "writeOnly": true }
            ]
        })
    }
}

/// One value, or a list of them. (The list comes first: serde would also read a list as the fields of a struct.)
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    /// The values, and whether they were written as a list.
    pub(crate) fn into_values(self) -> (Vec<T>, bool) {
        match self {
            Self::One(value) => (vec![value], false),
            Self::Many(values) => (values, true),
        }
    }
}
