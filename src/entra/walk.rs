//! Which next link may be followed: the token goes with it, so it leads nowhere but below the configured Graph; and a list
//! that leads in circles is no list.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use url::Url;

use super::{error::ScanError, excerpt::excerpt};

/// A walk along next links.
pub(super) struct Walk {
    base: Url,
    here: Url,
    seen: HashSet<u64>,
    max_pages: usize,
}

impl Walk {
    /// Starts at `first`, below `base`, for at most `max_pages`.
    pub(super) fn new(base: Url, first: Url, max_pages: usize) -> Self {
        let seen = HashSet::from([digest(&first)]);
        Self {
            base,
            here: first,
            seen,
            max_pages,
        }
    }

    /// How many pages were asked for, the first included.
    pub(super) fn pages(&self) -> usize {
        self.seen.len()
    }

    /// Takes one step. A relative link is read against the page that it stands on.
    pub(super) fn follow(&mut self, link: &str) -> Result<Url, ScanError> {
        let mut next = self.here.join(link).map_err(|_| self.foreign(link))?;
        next.set_fragment(None);
        if !self.is_below_base(&next) {
            return Err(self.foreign(link));
        }
        if self.seen.len() >= self.max_pages {
            return Err(ScanError::Endless {
                pages: self.max_pages,
            });
        }
        if !self.seen.insert(digest(&next)) {
            return Err(ScanError::Loop {
                page: self.seen.len(),
            });
        }
        self.here = next.clone();
        Ok(next)
    }

    fn is_below_base(&self, next: &Url) -> bool {
        let folder = self.base.path().trim_end_matches('/');
        next.scheme() == self.base.scheme()
            && next.host() == self.base.host()
            && next.port_or_known_default() == self.base.port_or_known_default()
            && next.username().is_empty()
            && next.password().is_none()
            && next
                .path()
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    fn foreign(&self, link: &str) -> ScanError {
        // without its query: that is where tokens are
        let place = link.split(['?', '#']).next().unwrap_or_default();
        ScanError::ForeignLink {
            page: self.seen.len(),
            link: excerpt(place, 100),
            base: self.base.to_string(),
        }
    }
}

/// Sixty-four bits stand for a link, since a skip token can be long and twenty thousand pages many.
fn digest(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(base: &str) -> Walk {
        let base = Url::parse(base).unwrap();
        let first = base.join("v1.0/applications").unwrap();
        Walk::new(base, first, 5)
    }

    #[test]
    fn links_below_the_base_are_followed() {
        for (base, link) in [
            (
                "https://graph.microsoft.com",
                "https://graph.microsoft.com/v1.0/applications?$skiptoken=x",
            ),
            (
                "https://graph.microsoft.com",
                "https://GRAPH.microsoft.com:443/v1.0/applications?$skiptoken=x",
            ),
            ("https://graph.microsoft.com", "?$skiptoken=x"),
            (
                "http://127.0.0.1:4911/graph/",
                "/graph/v1.0/applications?p=2",
            ),
        ] {
            walk(base).follow(link).expect(link);
        }
    }

    #[test]
    fn links_elsewhere_are_refused() {
        for link in [
            "https://evil.example/v1.0/applications",
            "//evil.example/v1.0/applications",
            "http://graph.microsoft.com/v1.0/applications?p=2",
            "https://graph.microsoft.com:8443/v1.0/applications",
            "https://graph.microsoft.com@evil.example/v1.0",
            "https://user:pw@graph.microsoft.com/v1.0/applications?p=2",
            "https://graph.microsoft.com.evil.example/v1.0/applications",
            "file:///etc/passwd",
            "https://",
        ] {
            let error = walk("https://graph.microsoft.com")
                .follow(link)
                .unwrap_err();
            assert!(
                matches!(error, ScanError::ForeignLink { .. }),
                "{link}: {error}"
            );
        }
        for link in [
            "/elsewhere?p=2",
            "/graph/../v1.0",
            "/graph/%2e%2e/v1.0",
            "/graphite/v1.0",
        ] {
            let error = walk("https://proxy.example/graph")
                .follow(link)
                .unwrap_err();
            assert!(
                matches!(error, ScanError::ForeignLink { .. }),
                "{link}: {error}"
            );
        }
    }

    #[test]
    fn a_refused_link_is_shown_without_its_query() {
        let error = walk("https://graph.microsoft.com")
            .follow("https://evil.example/x?$skiptoken=hidden")
            .unwrap_err()
            .to_string();
        assert!(error.contains("https://evil.example/x"), "{error}");
        assert!(!error.contains("hidden"), "{error}");
    }

    #[test]
    fn circles_and_endless_lists_end() {
        let mut round = walk("https://graph.microsoft.com");
        round.follow("?p=2").unwrap();
        round.follow("?p=3").unwrap();
        assert!(matches!(
            round.follow("?p=2#other").unwrap_err(),
            ScanError::Loop { page: 3 }
        ));
        let mut long = walk("https://graph.microsoft.com");
        for page in 2..=5 {
            long.follow(&format!("?p={page}")).unwrap();
        }
        assert_eq!(long.pages(), 5);
        assert!(matches!(
            long.follow("?p=6").unwrap_err(),
            ScanError::Endless { pages: 5 }
        ));
    }
}
