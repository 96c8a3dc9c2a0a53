//! A certificate's SHA-1 thumbprint, as the portal shows it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The twenty bytes of a certificate's SHA-1 thumbprint. Boxed: most credentials are secrets and have none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Thumbprint(Box<[u8; 20]>);

impl Thumbprint {
    /// From its bytes; `None` unless there are twenty.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Box::new(bytes.try_into().ok()?)))
    }

    /// Reads exactly 40 hex digits, in either case.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .chars()
            .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
            .collect::<Option<_>>()?;
        let (pairs, rest) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        rest.is_empty().then(|| Self::from_bytes(&bytes)).flatten()
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Thumbprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Thumbprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text)
            .ok_or_else(|| serde::de::Error::custom("a thumbprint is 40 hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_hex_digits_and_nothing_else() {
        let text = "da20fca696c4f83e8a9aed59be33368ed421f3c1";
        let thumbprint = Thumbprint::from_hex(text).unwrap();
        assert_eq!(thumbprint.to_string(), text.to_uppercase());
        assert_eq!(Thumbprint::from_hex(&text.to_uppercase()), Some(thumbprint));
        for odd in ["", &text[1..], &format!("{text}0"), &format!("{text}00")] {
            assert_eq!(Thumbprint::from_hex(odd), None, "{odd}");
        }
        assert_eq!(Thumbprint::from_hex(&"g".repeat(40)), None);
        assert_eq!(Thumbprint::from_bytes(&[1; 19]), None);
    }

    #[test]
    fn json_is_its_text() {
        let json = format!("\"{}\"", "0A".repeat(20));
        let thumbprint: Thumbprint = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&thumbprint).unwrap(), json);
        assert!(serde_json::from_str::<Thumbprint>("\"0A\"").is_err());
    }
}
