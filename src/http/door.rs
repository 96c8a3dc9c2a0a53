//! Who may come in. `http.token` opens the API as a bearer token, and the pages as the password of HTTP Basic, which every browser can
//! ask for. Without one only this machine can be listened on, and nothing is asked; then a browser on it could still be led here by a
//! name that somebody else resolves to a loopback address, so the name that is called has to be this machine's own.

use std::sync::Arc;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use crate::domain::{SecretSource, Secrets, loopback::is_loopback, secret::ExposeSecret};

/// What is asked of those who come in.
pub struct Door {
    /// The token; `None`: nothing is asked.
    pub token: Option<SecretSource>,
    /// Reads the token, anew at each use.
    pub secrets: Arc<dyn Secrets>,
    /// How people reach us, where that is known.
    pub public_url: Option<Url>,
}

/// Why somebody may not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shut {
    /// No token was shown, or another one.
    NoToken,
    /// The token that it is compared with cannot be read here.
    Unreadable,
    /// We were called by a name that is not ours.
    WrongName,
}

/// How sure it has to be that a form comes from one of our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It has to be shown: a browser sends a password along by itself, whichever page the form is on.
    Shown,
    /// It must not be shown to be another: who posts has to know a secret address, which a browser adds nothing to.
    NotForeign,
}

impl Door {
    /// May the bearer of these headers use the API?
    pub(super) fn admits_program(&self, headers: &HeaderMap) -> Result<(), Shut> {
        let shown = authorization(headers, "bearer");
        self.admits(headers, shown)
    }

    /// May a browser with these headers see the pages? Tells the user name that was given.
    pub(super) fn admits_person(&self, headers: &HeaderMap) -> Result<Option<String>, Shut> {
        if let Some(shown) = authorization(headers, "bearer") {
            return self.admits(headers, Some(shown)).map(|()| None);
        }
        let basic = authorization(headers, "basic")
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let basic = basic.as_deref().and_then(|text| text.split_once(':'));
        self.admits(headers, basic.map(|(_, password)| password))?;
        Ok(basic.map(|(name, _)| name.to_owned()))
    }

    fn admits(&self, headers: &HeaderMap, shown: Option<&str>) -> Result<(), Shut> {
        let Some(source) = &self.token else {
            return self.is_ours(headers).then_some(()).ok_or(Shut::WrongName);
        };
        let token = self.secrets.read(source).map_err(|error| {
            tracing::error!(error = %error, "http.token cannot be read, so nobody is let in");
            Shut::Unreadable
        })?;
        // digests have one length, so that not even the token's length can be learnt by the clock
        let hash = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
        let (token, shown) = (
            hash(token.expose_secret()),
            hash(shown.ok_or(Shut::NoToken)?),
        );
        verify_slices_are_equal(token.as_ref(), shown.as_ref()).map_err(|_| Shut::NoToken)
    }

    /// Is the name that was called this machine's, or the public one? One that was not told is no browser's.
    fn is_ours(&self, headers: &HeaderMap) -> bool {
        let Some(host) = text(headers, header::HOST.as_str()) else {
            return true;
        };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
            _ => host,
        };
        let public = self.public_url.as_ref().and_then(Url::host_str);
        is_loopback(name) || public.is_some_and(|public| public.eq_ignore_ascii_case(name))
    }

    /// Does a form come from one of our own pages? Browsers tell where a request comes from, and no page can make them lie:
    /// <https://www.w3.org/TR/fetch-metadata/>, <https://fetch.spec.whatwg.org/#origin-header>.
    pub(super) fn is_from_here(&self, headers: &HeaderMap, sure: Origin) -> bool {
        if let Some(site) = text(headers, "sec-fetch-site") {
            return site == "same-origin";
        }
        // "null" is what a page says that may not tell where it is
        match text(headers, header::ORIGIN.as_str()).filter(|origin| *origin != "null") {
            Some(origin) => self.is_own_origin(origin, headers),
            None => sure == Origin::NotForeign,
        }
    }

    fn is_own_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let public = self.public_url.as_ref();
        if public.is_some_and(|public| public.origin().ascii_serialization() == origin) {
            return true;
        }
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let host = text(headers, header::HOST.as_str());
        authority
            .zip(host)
            .is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
    }
}

/// What follows the scheme in `Authorization`.
fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (name, value) = text(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| value.trim())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
