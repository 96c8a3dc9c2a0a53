//! Is it a mail address that a message may be sent to? What owners are called comes from the directory, from notes and from tags, and
//! anybody may have written it.

/// The longest path of SMTP without its brackets (RFC 5321 section 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;
/// RFC 5321 section 4.5.3.1.1.
const USER_MAX: usize = 64;
/// RFC 1035 section 2.3.4.
const LABEL_MAX: usize = 63;

/// The address without blanks around it, or `None` for whatever is none.
///
/// Taken is what every mail server takes: one `user@host` of plain ASCII, the user a dot-string (RFC 5321 section 4.1.2), the host a
/// name with a dot in it. Quoted users, addresses of machines, names in other scripts and comments are not, and neither are `%`, `!`
/// and `|`, which old relays take for the way to yet another host, or for a program.
pub fn mail_address(text: &str) -> Option<&str> {
    let address = text.trim();
    let (user, host) = address.split_once('@')?;
    (address.len() <= ADDRESS_MAX && is_user(user) && is_host(host)).then_some(address)
}

fn is_user(user: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+'&#$*/=?^{}~".contains(&byte);
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_plain);
    user.len() <= USER_MAX && user.split('.').all(is_atom)
}

fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_number = |label: &&str| label.bytes().all(|byte| byte.is_ascii_digit());
    labels.len() > 1
        && labels.iter().all(|label| is_label(label))
        // a machine's address is no name
        && !labels.last().is_some_and(is_number)
}

fn is_label(label: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=LABEL_MAX).contains(&label.len())
        && label.bytes().all(is_plain)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::mail_address;

    #[test]
    fn plain_addresses_are_taken_without_the_blanks_around_them() {
        for address in [
            "ada@contoso.com",
            "ADA.Berg+ops@Mail.Contoso.co.uk",
            "o'brien_1@xn--bcher-kva.example",
            "ops-team@contoso.onmicrosoft.com",
        ] {
            assert_eq!(mail_address(&format!(" {address}\t\n")), Some(address));
        }
    }

    #[test]
    fn whatever_else_somebody_wrote_is_none() {
        let long = format!("{}@contoso.com", "a".repeat(65));
        let longer = format!("a@{}com", "contoso.".repeat(32));
        for text in [
            "",
            "ada",
            "@contoso.com",
            "ada@",
            "ada@contoso",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@contoso..com",
            "ada@-contoso.com",
            "ada@contoso.com.",
            ".ada@contoso.com",
            "a..da@contoso.com",
            "ada@berg@contoso.com",
            "ada berg@contoso.com",
            "ada@contoso.com\r\nBcc: all@contoso.com",
            "ada@contoso.com>\r\nRCPT TO:<all@contoso.com",
            "ada@contoso.com,bob@contoso.com",
            "Ada <ada@contoso.com>",
            "<ada@contoso.com>",
            "\"<b>\"@contoso.com",
            "ada%evil.example@contoso.com",
            "evil.example!ada@contoso.com",
            "|reboot@contoso.com",
            "ada@bücher.example",
            "émile@contoso.com",
            "ada\u{200b}@contoso.com",
            "ada@contoso.com\0",
            "ada(comment)@contoso.com",
            &long,
            &longer,
        ] {
            assert_eq!(mail_address(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_mail_library_takes_what_is_taken_here(
            text in "[ \t]?[a-zA-Z0-9._+'#=-]{1,12}@[a-zA-Z0-9.-]{1,16}[ \r\n]?"
        ) {
            if let Some(address) = mail_address(&text) {
                prop_assert!(address.parse::<lettre::Address>().is_ok(), "{address:?}");
            }
        }

        #[test]
        fn nothing_that_ends_a_line_or_an_address_gets_through(text in any::<String>()) {
            let text = format!("a{text}@b.c{text}");
            let taken = mail_address(&text).unwrap_or_default();
            prop_assert!(taken.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,;:\"()[]\\".contains(&byte)));
        }
    }
}
