//! The JSON Schema of the file: for editors, and the one authority on keys and types for `shape`.
//!
//! It is generated from `raw`, in draft 7 and without references, which is what TOML editors understand best. Of JSON
//! Schema only what that generation produces is read back here: `type`, `properties`, `items`, `anyOf`, `oneOf`, `enum`,
//! `const`, `minimum`, `maximum`; and `writeOnly`, which marks a secret.

use std::collections::BTreeSet;

use schemars::{
    Schema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::Value;

use super::raw;

/// The JSON Schema of the configuration file.
pub fn schema() -> Value {
    SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(WithoutNull)
        .into_generator()
        .into_root_schema_for::<raw::File>()
        .to_value()
}

/// TOML has no null: what is optional is left out.
#[derive(Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            for list in ["type", "enum", "anyOf"] {
                let Some(Value::Array(entries)) = object.get_mut(list) else {
                    continue;
                };
                entries.retain(|entry| !is_null(entry));
                if entries.len() > 1 || list == "enum" {
                    continue;
                }
                let only = entries.pop().unwrap_or_default();
                object.remove(list);
                match only {
                    // the description at the key says more than the one of its type
                    Value::Object(inner) => {
                        for (key, value) in inner {
                            object.entry(key).or_insert(value);
                        }
                    }
                    name => {
                        object.insert(list.to_owned(), name);
                    }
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

fn is_null(entry: &Value) -> bool {
    entry.is_null() || entry == "null" || entry["type"] == "null"
}

/// A place in the schema: the ways in which one value may be written.
#[derive(Clone)]
pub(crate) struct Node<'a>(Vec<&'a Value>);

impl<'a> Node<'a> {
    /// The whole file.
    pub(crate) fn root(schema: &'a Value) -> Self {
        let mut alternatives = Vec::new();
        collect_alternatives(schema, &mut alternatives);
        Self(alternatives)
    }

    /// Is a value of this JSON type fine?
    pub(crate) fn accepts(&self, name: &str) -> bool {
        self.of_type(name).is_some()
    }

    /// Is this where a secret may stand?
    pub(crate) fn is_secret(&self) -> bool {
        self.0.iter().any(|schema| schema["writeOnly"] == true)
    }

    /// The words of which one must be written; empty where any text will do.
    pub(crate) fn words(&self) -> Vec<&'a str> {
        let word = |schema: &&'a Value| schema["const"].as_str();
        let listed = |schema: &&'a Value| schema["enum"].as_array();
        let single = self.0.iter().filter_map(word);
        let listed = self.0.iter().filter_map(listed).flatten();
        single.chain(listed.filter_map(Value::as_str)).collect()
    }

    /// The smallest and the largest number.
    pub(crate) fn bounds(&self) -> (i64, i64) {
        let integer = self.of_type("integer");
        let bound = |key: &str| integer.and_then(|schema| schema[key].as_i64());
        (
            bound("minimum").unwrap_or(i64::MIN),
            bound("maximum").unwrap_or(i64::MAX),
        )
    }

    /// An entry of the list.
    pub(crate) fn items(&self) -> Option<Self> {
        self.of_type("array").map(|list| Self::root(&list["items"]))
    }

    /// The value of a key of the table.
    pub(crate) fn property(&self, key: &str) -> Option<Self> {
        let table = self.of_type("object")?;
        table["properties"].get(key).map(Self::root)
    }

    /// The keys of the table.
    pub(crate) fn keys(&self) -> Vec<&'a str> {
        let table = self.of_type("object");
        let properties = table.and_then(|table| table["properties"].as_object());
        properties
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
            .collect()
    }

    /// Where below this place a table has such a key, as TOML headers: `[[receivers]]`, `[receivers.smtp]`.
    pub(crate) fn tables_with(&self, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.search(key, &mut Vec::new(), false, &mut found);
        found
    }

    fn search(&self, key: &str, at: &mut Vec<&'a str>, in_list: bool, found: &mut Vec<String>) {
        if self.property(key).is_some() && !at.is_empty() {
            let name = at.join(".");
            found.push(if in_list {
                format!("[[{name}]]")
            } else {
                format!("[{name}]")
            });
        }
        for name in self.keys() {
            let Some(child) = self.property(name) else {
                continue;
            };
            at.push(name);
            match child.items() {
                Some(entry) if entry.accepts("object") => entry.search(key, at, true, found),
                _ => child.search(key, at, false, found),
            }
            at.pop();
        }
    }

    /// Every key and every word that the schema knows: none of them can be a secret.
    pub(crate) fn vocabulary(&self) -> BTreeSet<&'a str> {
        let mut known: BTreeSet<&str> = self.words().into_iter().collect();
        for key in self.keys() {
            known.insert(key);
            known.extend(
                self.property(key)
                    .map(|child| child.vocabulary())
                    .unwrap_or_default(),
            );
        }
        known.extend(
            self.items()
                .map(|entry| entry.vocabulary())
                .unwrap_or_default(),
        );
        known
    }

    fn of_type(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().copied().find(|schema| schema["type"] == name)
    }
}

/// `anyOf` and `oneOf` are taken apart, however deep.
fn collect_alternatives<'a>(schema: &'a Value, into: &mut Vec<&'a Value>) {
    into.push(schema);
    for list in ["anyOf", "oneOf"] {
        for inner in schema[list].as_array().into_iter().flatten() {
            collect_alternatives(inner, into);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_what_may_be_written_there() {
        let schema = schema();
        let root = Node::root(&schema);
        let port = |key| {
            root.property("receivers")?
                .items()?
                .property("smtp")?
                .property(key)
        };
        assert_eq!(port("port").unwrap().bounds(), (1, 65_535));
        assert_eq!(
            port("tls").unwrap().words(),
            ["starttls", "implicit", "none"]
        );
        assert!(port("password").unwrap().is_secret());
        assert!(!port("host").unwrap().is_secret());
        assert_eq!(port("password").unwrap().keys(), ["env", "file"]);
        assert_eq!(root.tables_with("port"), ["[receivers.smtp]"]);
        assert_eq!(root.tables_with("scan_on_start"), ["[schedule]"]);
        assert!(root.vocabulary().contains("starttls"));
    }

    #[test]
    fn nothing_is_null() {
        assert!(!schema().to_string().contains("null"));
    }
}
