//! Where a value is in the configuration: `receivers[1].smtp.port`.

use std::fmt;

/// The dotted path of a key or list entry. The `config` crate reads the same notation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct KeyPath(String);

impl KeyPath {
    /// The whole file.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// A key of this table. One that TOML would quote is quoted.
    pub(crate) fn key(&self, key: &str) -> Self {
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let key = if !key.is_empty() && key.chars().all(bare) {
            key.to_owned()
        } else {
            format!("{key:?}")
        };
        match self.0.as_str() {
            "" => Self(key),
            table => Self(format!("{table}.{key}")),
        }
    }

    /// An entry of this list, counted from 0.
    pub(crate) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// The table or list that it is in.
    pub(crate) fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.rfind(['.', '[']).unwrap_or(0);
        Some(Self(self.0[..end].to_owned()))
    }

    /// Is one of the two the other, or within it?
    pub(crate) fn touches(&self, other: &Self) -> bool {
        self.is_within(other) || other.is_within(self)
    }

    /// Is the path of this text this one, or within it?
    pub(crate) fn holds(&self, path: &str) -> bool {
        path.strip_prefix(&self.0).is_some_and(|rest| {
            self.0.is_empty() || rest.is_empty() || rest.starts_with(['.', '['])
        })
    }

    fn is_within(&self, outer: &Self) -> bool {
        outer.holds(&self.0)
    }

    /// The path as a TOML header has it: `receivers.smtp`.
    pub(crate) fn header(&self) -> String {
        let parts = self
            .0
            .split('[')
            .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
        parts.collect()
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::KeyPath;

    #[test]
    fn a_path_reads_as_it_is_written_in_toml() {
        let receiver = KeyPath::root().key("receivers").index(1);
        let port = receiver.key("smtp").key("port");
        assert_eq!(port.to_string(), "receivers[1].smtp.port");
        assert_eq!(port.header(), "receivers.smtp.port");
        assert_eq!(receiver.parent(), Some(KeyPath::root().key("receivers")));
        assert_eq!(KeyPath::root().key("a b").to_string(), "\"a b\"");
        assert_eq!(KeyPath::root().parent(), None);
        assert!(port.touches(&receiver) && receiver.touches(&port));
        assert!(!port.touches(&KeyPath::root().key("receivers").index(10)));
        assert!(!port.touches(&KeyPath::root().key("receiver")));
    }
}
