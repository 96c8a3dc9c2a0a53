//! `[heartbeat]`.

use super::{
    secret::source,
    url::{http_url, is_safe},
};
use crate::{
    config::{path::KeyPath, raw, report::Report},
    domain::{SecretSource, secret::ExposeSecret},
};

/// Who is told how the rounds went. It may be written down like other addresses; what is kept elsewhere is judged when it is used.
pub(super) fn url(raw: raw::Heartbeat, report: &mut Report<'_>) -> Option<SecretSource> {
    let at = KeyPath::root().key("heartbeat").key("url");
    let source = source(raw.url?, &at, report)?;
    if let SecretSource::Literal(text) = &source {
        let url = http_url(text.expose_secret(), &at, report)?;
        if !is_safe(&url) {
            report.warning(
                &at,
                "it is fetched unencrypted, and who sees it can keep the switch from falling",
                "use https, unless the service is inside the cluster",
            );
        }
    }
    Some(source)
}
