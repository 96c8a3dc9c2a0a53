//! One page of applications or service principals as JSON: where the next one is, and the rows.
//!
//! The next link is found before the rows are read, so that the next request can be under way meanwhile. Graph writes it
//! before the rows; where it does not, it is found in a pass of its own that skips them.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::lenient::{List, Object, Text};

/// An application or a service principal as Graph lists it. Unknown fields are skipped: the types are open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AppRow<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow, rename = "appId")]
    pub(super) app_id: Text<'a>,
    #[serde(borrow, rename = "displayName")]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) tags: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) notes: Text<'a>,
    #[serde(borrow, rename = "passwordCredentials")]
    pub(super) passwords: List<Object<CredentialRow<'a>>>,
    #[serde(borrow, rename = "keyCredentials")]
    pub(super) keys: List<Object<CredentialRow<'a>>>,
    #[serde(borrow, rename = "federatedIdentityCredentials")]
    pub(super) federated: List<Object<FederatedRow<'a>>>,
    /// What follows only service principals have.
    #[serde(borrow, rename = "servicePrincipalType")]
    pub(super) principal_type: Text<'a>,
    #[serde(borrow, rename = "appOwnerOrganizationId")]
    pub(super) owner: Text<'a>,
    #[serde(borrow, rename = "preferredTokenSigningKeyThumbprint")]
    pub(super) signs_with: Text<'a>,
}

/// A `passwordCredential` or `keyCredential`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CredentialRow<'a> {
    #[serde(borrow, rename = "keyId")]
    pub(super) key_id: Text<'a>,
    #[serde(borrow, rename = "displayName")]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) hint: Text<'a>,
    #[serde(borrow, rename = "startDateTime")]
    pub(super) start: Text<'a>,
    #[serde(borrow, rename = "endDateTime")]
    pub(super) end: Text<'a>,
    #[serde(borrow, rename = "customKeyIdentifier")]
    pub(super) custom_id: Text<'a>,
    #[serde(borrow)]
    pub(super) usage: Text<'a>,
}

/// A `federatedIdentityCredential`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FederatedRow<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

/// Where the next page is; `None` on the last. A link that stands before the rows is taken without a look at them; where there
/// is none, this fails on anything but a whole JSON object with a `value`. That there is no `error` is for [`for_each_row`] to see.
pub(super) fn next_link(body: &[u8]) -> Result<Option<String>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(default, rename = "@odata.nextLink")]
        next: Option<String>,
        #[serde(rename = "value")]
        _value: IgnoredAny,
    }
    if let Some(link) = link_ahead(body) {
        return Ok(Some(link));
    }
    let envelope: Envelope = serde_json::from_slice(body)?;
    Ok(envelope.next)
}

/// The link, if it stands before the rows.
fn link_ahead(body: &[u8]) -> Option<String> {
    let mut link = None;
    // stopped half-way, serde_json has an error to tell; whoever reads the rows will tell the page's own
    let _ = serde_json::Deserializer::from_slice(body).deserialize_map(BeforeRows(&mut link));
    link
}

/// Reads the object around the rows, until they begin.
struct BeforeRows<'l>(&'l mut Option<String>);

impl<'de> Visitor<'de> for BeforeRows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut page: A) -> Result<(), A::Error> {
        let mut link = None;
        while let Some(key) = page.next_key::<Text<'de>>()? {
            match key.filled() {
                Some("@odata.nextLink") => link = page.next_value()?,
                Some("value") => {
                    *self.0 = link;
                    break;
                }
                _ => {
                    page.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Hands each row, borrowed from the body, to `each` as it is read; they are never all there at once. Fails when `value` is not
/// an array of objects, perhaps after some rows. There must be no `error` beside it. That there is a `value` is
/// for [`next_link`] to see.
pub(super) fn for_each_row<'a>(
    body: &'a [u8],
    each: impl FnMut(AppRow<'a>),
) -> Result<(), serde_json::Error> {
    // looked at once as a whole, the text need not be looked at string by string
    let text = std::str::from_utf8(body).map_err(serde_json::Error::custom)?;
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_map(InPage(each))?;
    json.end()
}

/// Reads the object around the rows.
struct InPage<F>(F);

impl<'de, F: FnMut(AppRow<'de>)> Visitor<'de> for InPage<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut page: A) -> Result<(), A::Error> {
        while let Some(key) = page.next_key::<Text<'de>>()? {
            match key.filled() {
                Some("value") => page.next_value_seed(InValue(&mut self.0))?,
                // rows beside an error are not all there are
                Some("error") if page.next_value::<Option<IgnoredAny>>()?.is_some() => {
                    return Err(A::Error::custom("it holds an error beside its rows"));
                }
                Some("error") => {}
                _ => drop(page.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Reads the array of rows.
struct InValue<'f, F>(&'f mut F);

impl<'de, F: FnMut(AppRow<'de>)> DeserializeSeed<'de> for InValue<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(AppRow<'de>)> Visitor<'de> for InValue<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of applications")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element()? {
            (self.0)(row);
        }
        Ok(())
    }
}

/// The body with what is no Unicode replaced by U+FFFD, where there was any: bytes that are no UTF-8, and `\u` escapes of half a
/// surrogate pair, as a name leaves behind that was cut in the middle of an emoji. Both would make the page unreadable,
/// and the tenant with it, for the sake of one name.
pub(super) fn mended(body: &[u8]) -> Option<Vec<u8>> {
    let mut text = String::from_utf8_lossy(body);
    for at in lone_surrogates(text.as_bytes()) {
        text.to_mut().replace_range(at..at + 6, "\\ufffd");
    }
    match text {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text.into_bytes()),
    }
}

/// A whole answer, [`mended`] where it has to be.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body).or_else(|error| match mended(body) {
        Some(mended) => serde_json::from_slice(&mended),
        None => Err(error),
    })
}

/// Where the `\uD8xx` escapes are that lack their other half. All escapes have six bytes, so the places stay right while they
/// are replaced by others.
fn lone_surrogates(body: &[u8]) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += match (byte, unit(body, at)) {
            (b'\\', Some(0xD800..=0xDBFF))
                if matches!(unit(body, at + 6), Some(0xDC00..=0xDFFF)) =>
            {
                12
            }
            (b'\\', Some(0xD800..=0xDFFF)) => {
                lone.push(at);
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    lone
}

/// The UTF-16 unit that is escaped at `at`.
fn unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(body: &[u8]) -> Result<Vec<AppRow<'_>>, serde_json::Error> {
        let mut rows = Vec::new();
        for_each_row(body, |row| rows.push(row))?;
        Ok(rows)
    }

    #[test]
    fn the_next_link_is_found_before_and_after_the_rows() {
        for body in [
            r#"{"@odata.nextLink": "https://next", "value": [{"id": "a"}]}"#,
            r#"{"@odata.context": {"deep": [1]}, "value": [{"id": "a"}], "@odata.nextLink": "https://next"}"#,
        ] {
            assert_eq!(
                next_link(body.as_bytes()).unwrap().as_deref(),
                Some("https://next")
            );
            assert_eq!(rows(body.as_bytes()).unwrap().len(), 1);
        }
        for body in [
            r#"{"value": []}"#,
            r#"{"value": [], "@odata.nextLink": null}"#,
        ] {
            assert_eq!(next_link(body.as_bytes()).unwrap(), None);
        }
    }

    #[test]
    fn what_is_not_a_whole_page_is_refused() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"value": [{"id": "a"}"#,
            r#"{"value": [{"id": "a"}]} trailing"#,
            r#"{"value": [], "@odata.nextLink": 5}"#,
            r#"{"@odata.nextLink": 5, "value": []}"#,
            r#"{"@odata.nextLink": "https://next"}"#,
            r#"{"@odata.nextLink": "https://next", "value"#,
            r#"{"error": {"code": "x"}}"#,
        ] {
            assert!(next_link(body.as_bytes()).is_err(), "{body}");
        }
        let link_then_torn = br#"{"@odata.nextLink": "https://next", "value": [{"id": "a"}"#;
        assert!(next_link(link_then_torn).is_ok());
        assert!(rows(link_then_torn).is_err());
        for body in [
            r#"{"value": [], "error": {"code": "serviceNotAvailable"}}"#,
            r#"{"value": null}"#,
            r#"{"value": {}}"#,
            r#"{"value": [null]}"#,
            r#"{"value": [5]}"#,
            r#"{"value": []} trailing"#,
        ] {
            assert!(rows(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn half_an_emoji_is_mended_and_a_whole_one_kept() {
        let body = br#"{"value": [{"id": "\\ud83d", "displayName": "cut \ud83d", "appId": "\ud83d\ude00 \udead\ud83dx"}]}"#;
        assert!(rows(body).is_err());
        let mended = mended(body).unwrap();
        let rows = rows(&mended).unwrap();
        assert_eq!(rows[0].id.filled(), Some("\\ud83d"));
        assert_eq!(rows[0].name.filled(), Some("cut \u{fffd}"));
        assert_eq!(rows[0].app_id.filled(), Some("😀 \u{fffd}\u{fffd}x"));
    }

    #[test]
    fn bytes_that_are_no_text_are_mended() {
        let body = b"{\"value\": [{\"displayName\": \"caf\xe9\"}]}";
        assert!(rows(body).is_err());
        let mended = mended(body).unwrap();
        assert_eq!(rows(&mended).unwrap()[0].name.filled(), Some("caf\u{fffd}"));
        assert_eq!(super::mended(br#"{"value": []}"#), None);
    }
}
