//! Addresses of HTTP services.

use url::Url;

use crate::{
    config::{path::KeyPath, report::Report},
    domain::loopback::is_loopback,
};

/// An absolute `http` or `https` URL. The text is not repeated in a message: it may hold a token.
pub(super) fn http_url(text: &str, at: &KeyPath, report: &mut Report<'_>) -> Option<Url> {
    const REMEDY: &str = "write a whole URL, as `https://host.example/path`";
    match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            report.error(
                at,
                format!("`{}` is not a web address", url.scheme()),
                REMEDY,
            );
            None
        }
        Ok(url) if url.host_str().is_none_or(str::is_empty) => {
            report.error(at, "a URL without a host", REMEDY);
            None
        }
        Ok(url) => Some(url),
        Err(error) => {
            report.error(at, format!("not a URL: {error}"), REMEDY);
            None
        }
    }
}

/// Is it encrypted, or does it never leave this machine?
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || url.host_str().is_some_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_safe_on_loopback_only() {
        for (url, expected) in [
            ("https://graph.microsoft.com", true),
            ("http://127.0.0.1:8000/x", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:8000", true),
            ("http://localhost", true),
            ("http://LOCALHOST.:80", true),
            ("http://graph.localhost", true),
            ("http://graph.microsoft.com", false),
            ("http://localhost.example.com", false),
            ("http://notlocalhost", false),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(is_safe(&url.parse().unwrap()), expected, "{url}");
        }
    }
}
