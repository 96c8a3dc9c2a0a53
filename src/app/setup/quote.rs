//! Values of a configuration inside of other languages: whatever they hold, they stay values.

use std::fmt::Write as _;

use crate::domain::clean::clean;

/// The longest text that is shown in a comment, in characters.
const COMMENT: usize = 100;

/// One word of a POSIX shell (XCU, section 2.2.2: inside single quotes everything is itself).
pub(super) fn sh(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// A string of HCL, in which `${` and `%{` begin templates
/// (<https://developer.hashicorp.com/terraform/language/expressions/strings>).
pub(super) fn hcl(text: &str) -> String {
    let escaped = escaped(text).replace("${", "$${").replace("%{", "%%{");
    format!("\"{escaped}\"")
}

/// A basic string of TOML (<https://toml.io/en/v1.0.0#string>).
pub(super) fn toml(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A verbatim string of PowerShell, which takes typographic quotation marks for its own
/// (<https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules>).
pub(super) fn powershell(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars().filter(|character| !character.is_control()) {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(character);
        }
        quoted.push(character);
    }
    quoted.push('\'');
    quoted
}

/// What JSON, TOML and HCL have in common: `\"`, `\\` and `\uXXXX`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            // all control characters are below U+10000
            control if control.is_control() => {
                // writing to a String cannot fail
                let _ = write!(escaped, "\\u{:04X}", u32::from(control));
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// Text of a comment: it stays on its line.
pub(super) fn comment(text: &str) -> String {
    clean(text, COMMENT)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const HOSTILE: [&str; 8] = [
        "",
        "it's",
        "'; touch broken; '",
        "$(touch broken) `touch broken` ${HOME}",
        "a\"b\\c",
        "two\nlines\tand \u{1b}[31m",
        "${file(\"/etc/passwd\")} %{ if true }x%{ endif } $${y}",
        "-n --help *",
    ];

    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for text in HOSTILE {
            let script = format!("printf %s {}", sh(text));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text, "{script}");
        }
        assert_eq!(sh("a\0b"), "'ab'");
    }

    #[test]
    fn toml_gives_back_what_was_quoted() {
        for text in HOSTILE {
            let file = format!("key = {}", toml(text));
            let table: ::toml::Table = file.parse().unwrap();
            assert_eq!(table["key"].as_str(), Some(text), "{file}");
        }
    }

    #[test]
    fn hcl_begins_no_template() {
        assert_eq!(hcl("${x} %{y} $${z}"), r#""$${x} %%{y} $$${z}""#);
        assert_eq!(hcl("a\"b\\c\n"), r#""a\"b\\c\u000A""#);
    }

    #[test]
    fn powershell_takes_every_quotation_mark_for_its_own() {
        assert_eq!(powershell("$(x) `n \"y\""), "'$(x) `n \"y\"'");
        assert_eq!(powershell("o'x\u{2019}y\n"), "'o''x\u{2019}\u{2019}y'");
    }

    #[test]
    fn a_comment_stays_one() {
        assert!(!comment("x\nrm -rf /\u{2028}").contains('\n'));
    }
}
