//! `[http]`.

use std::net::SocketAddr;

use url::Url;

use super::{
    secret::secret,
    url::{http_url, is_safe},
};
use crate::config::{HttpConfig, path::KeyPath, raw, report::Report};

const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// The HTTP server.
pub(super) fn http(raw: raw::Http, report: &mut Report<'_>) -> Option<HttpConfig> {
    let at = KeyPath::root().key("http");
    let listen = match raw.listen {
        Some(text) => address(&text, &at.key("listen"), report),
        None => Some(LISTEN),
    };
    let public_url = raw
        .public_url
        .and_then(|text| public_url(&text, &at.key("public_url"), report));
    let has_token = raw.token.is_some();
    let token = raw
        .token
        .and_then(|token| secret(token, &at.key("token"), report));
    if let Some(listen) = listen
        && !listen.ip().is_loopback()
        && !has_token
    {
        report.error(
            &at.key("listen"),
            format!("{listen} can be reached from elsewhere, and there is no `http.token`"),
            "add `token = { file = \"PATH\" }` to [http], or listen on 127.0.0.1",
        );
    }
    Some(HttpConfig {
        listen: listen?,
        public_url,
        token,
    })
}

/// What links begin with, so there is nothing after its path. Whoever has a link may act on what it leads to, so it must not travel in
/// the open.
fn public_url(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<Url> {
    let url = http_url(text, at, report)?;
    if !is_safe(&url) {
        report.error(
            at,
            "links in messages would be followed without encryption",
            "write the `https` URL of the proxy or ingress before forewarn",
        );
        return None;
    }
    let is_plain = url.query().is_none() && url.fragment().is_none();
    if !is_plain || !url.username().is_empty() || url.password().is_some() {
        report.error(
            at,
            "links begin with this, so it can have no user, `?` or `#`",
            "write scheme, host and, where there is one, the path, as `https://forewarn.contoso.com`",
        );
        return None;
    }
    Some(url)
}

fn address(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<SocketAddr> {
    let parsed = text.parse();
    if parsed.is_err() {
        let remedy = match text.rsplit_once(':') {
            Some(("", port)) => {
                format!("write `127.0.0.1:{port}`, or `0.0.0.0:{port}` for every address")
            }
            Some(("localhost", port)) => format!("write `127.0.0.1:{port}`"),
            _ => "write an IP address and a port, as `127.0.0.1:8080` or `[::1]:8080`".to_owned(),
        };
        report.error(
            at,
            format!("{text:?} is not an address to listen on"),
            remedy,
        );
    }
    parsed.ok()
}
