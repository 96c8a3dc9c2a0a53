//! Identifiers as Graph gives them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// An identifier from Graph: in practice always a GUID, kept as sixteen bytes; anything else is kept as its text, so that
/// an odd id costs nothing but memory.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// A GUID; shown in lower case with hyphens, however it was written.
    Guid(Uuid),
    /// Any other text, as it came.
    Other(Box<str>),
}

impl Id {
    /// Reads an identifier from its text.
    pub fn parse(text: &str) -> Self {
        // only the hyphenated form is a GUID here: a bare run of 32 digits is shown back as it was written
        match Uuid::try_parse(text) {
            Ok(guid) if text.len() == 36 => Self::Guid(guid),
            _ => Self::Other(text.into()),
        }
    }

    /// True for a GUID, which is safe to put into a URL or a shell command as it is.
    pub fn is_guid(&self) -> bool {
        matches!(self, Self::Guid(_))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guid(guid) => guid.hyphenated().fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Guid(guid) => {
                let mut buffer = Uuid::encode_buffer();
                serializer.serialize_str(guid.hyphenated().encode_lower(&mut buffer))
            }
            Self::Other(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an identifier")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id, E> {
                Ok(Id::parse(text))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
