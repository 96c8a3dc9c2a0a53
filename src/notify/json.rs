//! Our own types as JSON.

use serde::Serialize;

/// They always have a JSON form: no maps with odd keys, no failing serialisers.
#[expect(clippy::expect_used, reason = "cannot fail, whatever the rows hold")]
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain structs have a JSON form")
}
