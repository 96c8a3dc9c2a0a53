//! What a client can say, read from its line.

/// A command with its argument, as far as the server understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// EHLO (true) or HELO.
    Hello {
        extended: bool,
    },
    StartTls,
    /// The mechanism in upper case, and the initial response.
    Auth {
        mechanism: String,
        initial: Option<String>,
    },
    Mail(Sender),
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Quit,
    /// VRFY, EXPN, HELP: known and not offered.
    NotOffered,
    /// Refused at once: the reply's code and text.
    Bad(u16, &'static str),
}

/// What MAIL says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sender {
    pub(super) address: String,
    /// The size that the client announces, in bytes.
    pub(super) size: Option<u64>,
    pub(super) eight_bit: bool,
}

/// Bytes of an address; RFC 5321, 4.5.3.1.3.
const ADDRESS: usize = 254;

const SYNTAX: Command = Command::Bad(501, "5.5.4 Syntax error in parameters");

/// Reads a command line.
pub(super) fn parse(line: &[u8]) -> Command {
    let Ok(line) = std::str::from_utf8(line) else {
        return Command::Bad(500, "5.5.2 Commands are ASCII");
    };
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" | "HELO" if rest.is_empty() => SYNTAX,
        "EHLO" => Command::Hello { extended: true },
        "HELO" => Command::Hello { extended: false },
        "STARTTLS" if rest.is_empty() => Command::StartTls,
        "AUTH" => auth(rest),
        "MAIL" => mail(rest),
        "RCPT" => rcpt(rest),
        "DATA" if rest.is_empty() => Command::Data,
        "RSET" => Command::Rset,
        "NOOP" => Command::Noop,
        "QUIT" => Command::Quit,
        "VRFY" | "EXPN" | "HELP" => Command::NotOffered,
        "STARTTLS" | "DATA" => SYNTAX,
        _ => Command::Bad(500, "5.5.2 Command not recognised"),
    }
}

fn auth(rest: &str) -> Command {
    let mut words = rest.split_whitespace();
    let Some(mechanism) = words.next() else {
        return SYNTAX;
    };
    // RFC 4954: a lone "=" is an empty initial response
    let initial = words
        .next()
        .map(|word| if word == "=" { "" } else { word }.to_owned());
    Command::Auth {
        mechanism: mechanism.to_ascii_uppercase(),
        initial,
    }
}

fn mail(rest: &str) -> Command {
    let Some((address, parameters)) = path(rest, "FROM:") else {
        return SYNTAX;
    };
    let mut sender = Sender {
        address: address.to_owned(),
        ..Sender::default()
    };
    for parameter in parameters.split_whitespace() {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (
            key.to_ascii_uppercase().as_str(),
            value.to_ascii_uppercase().as_str(),
        ) {
            ("SIZE", size) => match size.parse() {
                Ok(size) => sender.size = Some(size),
                Err(_) => return SYNTAX,
            },
            ("BODY", "8BITMIME") => sender.eight_bit = true,
            ("BODY", "7BIT") | ("AUTH", _) => {}
            _ => return Command::Bad(555, "5.5.4 MAIL parameter not recognised"),
        }
    }
    Command::Mail(sender)
}

fn rcpt(rest: &str) -> Command {
    match path(rest, "TO:") {
        Some(("", _)) | None => SYNTAX,
        Some((_, parameters)) if !parameters.is_empty() => {
            Command::Bad(555, "5.5.4 RCPT parameter not recognised")
        }
        Some((address, _)) => Command::Rcpt(address.to_owned()),
    }
}

/// The address in `FROM:<address> parameters`. A blank behind the colon is common enough to be borne.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let start = rest.get(..keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, parameters) = rest
        .get(keyword.len()..)?
        .trim_start()
        .strip_prefix('<')?
        .split_once('>')?;
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '<';
    (address.len() <= ADDRESS && !address.contains(odd)).then_some((address, parameters.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_any_case() {
        assert_eq!(parse(b"ehlo me"), Command::Hello { extended: true });
        assert_eq!(parse(b"DATA"), Command::Data);
        assert_eq!(
            parse(b"rcpt to: <a@b.c>"),
            Command::Rcpt("a@b.c".to_owned())
        );
        let sender = Sender {
            address: "a@b.c".to_owned(),
            size: Some(12),
            eight_bit: true,
        };
        assert_eq!(
            parse(b"MAIL FROM:<a@b.c> SIZE=12 BODY=8bitmime"),
            Command::Mail(sender)
        );
        assert_eq!(parse(b"MAIL FROM:<>"), Command::Mail(Sender::default()));
        let auth = Command::Auth {
            mechanism: "PLAIN".to_owned(),
            initial: Some(String::new()),
        };
        assert_eq!(parse(b"AUTH plain ="), auth);
    }

    #[test]
    fn what_is_no_command_is_refused() {
        let code = |line: &[u8]| match parse(line) {
            Command::Bad(code, _) => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(b""), 500);
        assert_eq!(code(b"\xff\xfe"), 500);
        assert_eq!(code(b"GET / HTTP/1.1"), 500);
        assert_eq!(code(b"EHLO"), 501);
        assert_eq!(code(b"DATA now"), 501);
        assert_eq!(code(b"MAIL FROM:a@b.c"), 501);
        assert_eq!(code(b"MAIL FROM:<a@b.c> SIZE=big"), 501);
        assert_eq!(code(b"MAIL FROM:<a@b.c> WHATEVER"), 555);
        assert_eq!(code(b"RCPT TO:<>"), 501);
        assert_eq!(code(b"RCPT TO:<a b@c.d>"), 501);
        assert_eq!(
            code(format!("RCPT TO:<{}@c.d>", "a".repeat(251)).as_bytes()),
            501
        );
        assert_eq!(code("RCPT \u{fc}\u{fc}\u{fc}".as_bytes()), 501);
    }
}
