//! Mail addresses where people read: in errors and logs, which show no more of them than their domain.

/// `a***@contoso.com`.
pub(in crate::notify) fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{domain}")
}

/// A text with the address masked wherever it stands in it, in whatever case: servers like to repeat it.
pub(in crate::notify) fn hidden(text: &str, address: &str) -> String {
    if address.is_empty() {
        return text.to_owned();
    }
    let masked = masked(address);
    // ASCII only, so that the positions are the same in both
    let (haystack, needle) = (text.to_ascii_lowercase(), address.to_ascii_lowercase());
    let mut shown = String::new();
    let mut rest = 0;
    for (at, found) in haystack.match_indices(&needle) {
        shown.push_str(text.get(rest..at).unwrap_or_default());
        shown.push_str(&masked);
        rest = at + found.len();
    }
    shown.push_str(text.get(rest..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_its_domain_only() {
        assert_eq!(masked("alice@contoso.com"), "a***@contoso.com");
        assert_eq!(masked("émile@contoso.com"), "é***@contoso.com");
        assert_eq!(masked("no address"), "n***@");
        assert_eq!(masked(""), "***@");
    }

    #[test]
    fn an_address_is_found_in_any_case() {
        let shown = hidden("<Ann@X.org> und ANN@x.ORG, é", "ann@x.org");
        assert_eq!(shown, "<a***@x.org> und a***@x.org, é");
        assert_eq!(hidden("as it is", ""), "as it is");
    }
}
