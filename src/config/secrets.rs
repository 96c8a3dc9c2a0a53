//! Reads secrets from where they are kept, anew at each call.

use std::{fs, path::Path};

use crate::domain::{
    SecretSource, Secrets,
    secret::{ExposeSecret, SecretError, SecretString},
};

/// The environment and the files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemSecrets;

impl Secrets for SystemSecrets {
    fn read(&self, source: &SecretSource) -> Result<SecretString, SecretError> {
        let secret = match source {
            SecretSource::Env(name) => from_environment(name)?,
            SecretSource::File(path) => from_file(path)?,
            SecretSource::Literal(value) => value.clone(),
        };
        if secret.expose_secret().is_empty() {
            return Err(SecretError::Empty(source.to_string()));
        }
        Ok(secret)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads secrets from the environment"
)]
fn from_environment(name: &str) -> Result<SecretString, SecretError> {
    std::env::var(name)
        .map(SecretString::from)
        .map_err(|_| SecretError::EnvMissing(name.to_owned()))
}

/// The file's content without the one newline that editors and `echo` put at its end.
fn from_file(path: &Path) -> Result<SecretString, SecretError> {
    let mut text = fs::read_to_string(path).map_err(|source| SecretError::File {
        path: path.to_owned(),
        source,
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &SecretSource) -> Result<String, String> {
        match SystemSecrets.read(source) {
            Ok(secret) => Ok(secret.expose_secret().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn one_newline_at_the_end_of_a_file_is_not_part_of_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (content, expected) in [
            ("abc", "abc"),
            ("abc\n", "abc"),
            ("abc\r\n", "abc"),
            ("abc\n\n", "abc\n"),
            (" abc ", " abc "),
        ] {
            fs::write(&path, content).unwrap();
            assert_eq!(
                read(&SecretSource::File(path.clone())).unwrap(),
                expected,
                "{content:?}"
            );
        }
    }

    #[test]
    fn a_rotated_file_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let source = SecretSource::File(path.clone());
        fs::write(&path, "old").unwrap();
        assert_eq!(read(&source).unwrap(), "old");
        fs::write(&path, "new").unwrap();
        assert_eq!(read(&source).unwrap(), "new");
    }

    #[test]
    fn what_is_empty_or_missing_says_where_it_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "\n").unwrap();
        assert!(
            read(&SecretSource::File(path.clone()))
                .unwrap_err()
                .contains("is empty")
        );
        fs::remove_file(&path).unwrap();
        assert!(
            read(&SecretSource::File(path))
                .unwrap_err()
                .contains("secret")
        );
        let missing = SecretSource::Env("FOREWARN_TEST_NO_SUCH_VARIABLE".to_owned());
        assert!(
            read(&missing)
                .unwrap_err()
                .contains("FOREWARN_TEST_NO_SUCH_VARIABLE")
        );
        assert!(read(&SecretSource::Literal(String::new().into())).is_err());
    }

    #[test]
    fn a_variable_is_taken_as_it_is() {
        let package = SecretSource::Env("CARGO_PKG_NAME".to_owned()); // cargo sets it for every test
        assert_eq!(read(&package).unwrap(), "forewarn");
    }
}
