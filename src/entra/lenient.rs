//! JSON types that take whatever comes. Only broken JSON makes them fail: a value of the wrong type is remembered as odd, so
//! that it costs a warning where it is used and not the page that it came in. One pass, no intermediate tree.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// A string that may be missing, `null`, or something else altogether.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Text<'a> {
    /// Absent or `null`.
    #[default]
    Missing,
    /// A string; borrowed unless it held an escape.
    Is(Cow<'a, str>),
    /// Not a string.
    Odd,
}

impl<'a> Text<'a> {
    /// The string, if it is one and not empty.
    pub(super) fn filled(&self) -> Option<&str> {
        match self {
            Self::Is(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// [`Text::filled`], taken.
    pub(super) fn into_filled(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Is(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

/// An array that may be missing, `null`, or something else altogether.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct List<T> {
    /// What it held.
    pub(super) items: Vec<T>,
    /// True when it was neither an array nor missing.
    pub(super) odd: bool,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            odd: false,
        }
    }
}

/// An object, or something else altogether.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Object<T> {
    /// An object.
    Is(T),
    /// Not an object.
    Odd,
}

/// What to make of a JSON value, kind by kind.
trait Lenient<'de>: Sized {
    fn odd() -> Self;

    fn null() -> Self {
        Self::odd()
    }

    fn text(_text: Cow<'de, str>) -> Self {
        Self::odd()
    }

    fn array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }

    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }
}

impl<'de> Lenient<'de> for Text<'de> {
    fn odd() -> Self {
        Self::Odd
    }

    fn null() -> Self {
        Self::Missing
    }

    fn text(text: Cow<'de, str>) -> Self {
        Self::Is(text)
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for List<T> {
    fn odd() -> Self {
        Self {
            items: Vec::new(),
            odd: true,
        }
    }

    fn null() -> Self {
        Self::default()
    }

    fn array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut list = Self::default();
        while let Some(item) = array.next_element()? {
            list.items.push(item);
        }
        Ok(list)
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for Object<T> {
    fn odd() -> Self {
        Self::Odd
    }

    fn object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Self::Is)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader::<Text<'de>>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<T, E> {
        Ok(T::odd())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<T, E> {
        Ok(T::odd())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<T, E> {
        Ok(T::odd())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Ok(T::odd())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::null())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<T, A::Error> {
        T::array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a, T: Deserialize<'a>>(json: &'a str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_text_takes_every_value() {
        assert_eq!(read::<Text<'_>>("null"), Text::Missing);
        assert_eq!(
            read::<Text<'_>>(r#""plain""#),
            Text::Is(Cow::Borrowed("plain"))
        );
        assert_eq!(read::<Text<'_>>(r#""a\nb""#).filled(), Some("a\nb"));
        assert_eq!(read::<Text<'_>>(r#""""#).filled(), None);
        for odd in ["5", "-5", "1.5", "true", "[[1], {}]", r#"{"a": [null]}"#] {
            assert_eq!(read::<Text<'_>>(odd), Text::Odd, "{odd}");
        }
    }

    #[test]
    fn a_list_takes_every_value_and_keeps_its_good_elements() {
        let list = read::<List<Text<'_>>>(r#"["a", null, 5]"#);
        assert_eq!(
            list.items,
            [Text::Is(Cow::Borrowed("a")), Text::Missing, Text::Odd]
        );
        assert!(!list.odd);
        assert_eq!(read::<List<Text<'_>>>("null"), List::default());
        for odd in ["5", r#""text""#, "{}"] {
            assert!(read::<List<Text<'_>>>(odd).odd, "{odd}");
        }
    }

    #[test]
    fn an_object_takes_every_value() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Point {
            x: i32,
        }
        assert_eq!(
            read::<Object<Point>>(r#"{"x": 1}"#),
            Object::Is(Point { x: 1 })
        );
        for odd in ["null", "5", "[]", r#""text""#] {
            assert_eq!(read::<Object<Point>>(odd), Object::Odd, "{odd}");
        }
    }
}
