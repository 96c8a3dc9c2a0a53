//! Does what is written have the shape that the schema describes? Keys, types, words and numbers, nothing beyond them.
//!
//! The answer is the value without what does not fit, so that everything else can still be looked at; each misfit is a
//! problem of its own. Nothing is coerced: `"on"` is no boolean and `7.9` no integer.

use std::ops::Range;

use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    misfit::{misfit, unknown_key},
    path::KeyPath,
    problem::Severity,
    report::{Place, Report},
    schema::Node,
    suggest::nearest,
};

/// Compares values with the schema.
pub(crate) struct Shape<'r, 'a> {
    report: &'r mut Report<'a>,
    root: Node<'r>,
    variable: Option<&'r str>,
}

impl<'r, 'a> Shape<'r, 'a> {
    /// For the file.
    pub(crate) fn of_file(report: &'r mut Report<'a>, root: Node<'r>) -> Self {
        Self {
            report,
            root,
            variable: None,
        }
    }

    /// For the value of an environment variable.
    pub(crate) fn of_variable(
        report: &'r mut Report<'a>,
        root: Node<'r>,
        variable: &'r str,
    ) -> Self {
        Self {
            report,
            root,
            variable: Some(variable),
        }
    }

    /// The whole file.
    pub(crate) fn document(&mut self, document: &DeTable<'_>) -> Map<String, Value> {
        let root = self.root.clone();
        self.table(document, &root, &KeyPath::root())
    }

    /// One value: itself, or nothing where it does not fit.
    pub(crate) fn value(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        node: &Node<'_>,
        path: &KeyPath,
    ) -> Option<Value> {
        let place = self.place(value.span());
        self.report.place(path, place);
        if node.is_secret() {
            self.hide_secret(value, node);
        }
        let fitting = match value.get_ref() {
            DeValue::Boolean(flag) if node.accepts("boolean") => Some(Value::from(*flag)),
            DeValue::Integer(number) if node.accepts("integer") => {
                let number = i64::from_str_radix(number.as_str(), number.radix()).ok();
                let (least, most) = node.bounds();
                number
                    .filter(|number| (least..=most).contains(number))
                    .map(Value::from)
            }
            DeValue::String(text) if node.accepts("string") => {
                let words = node.words();
                let known = words.is_empty() || words.contains(&text.as_ref());
                known.then(|| Value::from(text.as_ref()))
            }
            DeValue::Table(table) if node.accepts("object") => {
                return Some(Value::Object(self.table(table, node, path)));
            }
            DeValue::Array(entries) => match node.items() {
                Some(entry) => return self.list(entries, &entry, path),
                None => None,
            },
            _ => None,
        };
        if fitting.is_none() {
            let (message, remedy) = misfit(value.get_ref(), node, path);
            self.misfit(value.span(), path, message, remedy);
        }
        fitting
    }

    fn table(
        &mut self,
        table: &DeTable<'_>,
        node: &Node<'_>,
        path: &KeyPath,
    ) -> Map<String, Value> {
        let mut fitting = Map::new();
        for (key, value) in table {
            match node.property(key.get_ref()) {
                Some(child) => {
                    let value = self.value(value, &child, &path.key(key.get_ref()));
                    fitting.extend(value.map(|value| (key.get_ref().to_string(), value)));
                }
                None => self.unknown_key(key, value, node, path),
            }
        }
        fitting
    }

    /// A list of tables keeps its places, so that `tenants[1]` stays the second; another list is whole or nothing.
    fn list(
        &mut self,
        entries: &[Spanned<DeValue<'_>>],
        entry: &Node<'_>,
        path: &KeyPath,
    ) -> Option<Value> {
        let fitting: Vec<Option<Value>> = entries
            .iter()
            .enumerate()
            .map(|(index, value)| self.value(value, entry, &path.index(index)))
            .collect();
        if entry.accepts("object") && !entry.accepts("string") {
            let empty = || Value::Object(Map::new());
            return Some(
                fitting
                    .into_iter()
                    .map(|value| value.unwrap_or_else(empty))
                    .collect(),
            );
        }
        fitting
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .map(Value::Array)
    }

    fn unknown_key(
        &mut self,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        node: &Node<'_>,
        path: &KeyPath,
    ) {
        self.hide(value); // it may well be a misspelt secret
        let remedy = unknown_key(key.get_ref(), value.get_ref(), node, &self.root);
        let place = self.place(key.span());
        let message = format!("unknown key `{}`", key.get_ref().escape_debug());
        let at = path.key(key.get_ref());
        self.report
            .tell(Severity::Error, &place, &at, message, remedy);
        if let Some(meant) = nearest(key.get_ref(), node.keys()) {
            self.report.mark_broken(&path.key(meant));
        }
    }

    fn misfit(&mut self, span: Range<usize>, path: &KeyPath, message: String, remedy: String) {
        let place = self.place(span);
        self.report
            .tell(Severity::Error, &place, path, message, remedy);
        self.report.mark_broken(path);
    }

    fn place(&self, span: Range<usize>) -> Place {
        match self.variable {
            Some(name) => Place::Variable(name.to_owned()),
            None => Place::File(span),
        }
    }

    /// A reference to a secret may be quoted, and each entry of a list is asked for itself; anything else may be a value.
    fn hide_secret(&mut self, value: &Spanned<DeValue<'_>>, node: &Node<'_>) {
        let is_reference = value.get_ref().is_table() && node.accepts("object");
        let is_list = value.get_ref().is_array() && node.accepts("array");
        if !is_reference && !is_list {
            self.hide(value);
        }
    }

    /// The scalars of a value are never quoted. (The span of a table may be its header, which may.)
    fn hide(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            _ if self.variable.is_some() => {}
            DeValue::Array(entries) => entries.iter().for_each(|entry| self.hide(entry)),
            DeValue::Table(table) => table.iter().for_each(|(_, value)| self.hide(value)),
            _ => self.report.hide(value.span()),
        }
    }
}
