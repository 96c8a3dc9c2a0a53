//! Names of tenants and receivers.

use std::collections::HashMap;

use crate::config::{path::KeyPath, report::Report};

/// The names given so far.
#[derive(Default)]
pub(super) struct Names(HashMap<String, KeyPath>);

impl Names {
    /// A name, if it is there, well-formed and new. Lower case only, because environment variables and metric labels
    /// refer to it.
    pub(super) fn take(
        &mut self,
        name: Option<String>,
        of: &KeyPath,
        report: &mut Report<'_>,
    ) -> Option<String> {
        let at = of.key("name");
        let name = report.require(name, &at, "give it a name, as `name = \"contoso\"`")?;
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(fine) {
            report.error(
                &at,
                format!("{name:?} is not a name that can be used"),
                "use lower-case letters, digits, `_` and `-`",
            );
            return None;
        }
        if let Some(first) = self.0.get(&name) {
            let message = format!("`{name}` is already the name of {first}");
            report.error(&at, message, "give each one a name of its own");
            return None;
        }
        self.0.insert(name.clone(), of.clone());
        Some(name)
    }
}
