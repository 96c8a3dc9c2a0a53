//! Azure Arc's challenge: a file that only those may read who may use the machine's identity.
//!
//! Anything on this machine could pose as the agent; so a file is shown to it only if it is one of the agent's own: directly in its
//! folder, with its ending, and of its size (as `azure-identity` and MSAL have it).

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use crate::entra::excerpt::excerpt;

/// No file of the agent's is longer, in bytes.
const SIZE_MAX: u64 = 4_096;

/// Why the challenge cannot be met.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// There is no challenge, or none that we know.
    #[error("does not say which file to show (`WWW-Authenticate: Basic realm=FILE`)")]
    Unknown,
    /// It is not one of the agent's.
    #[error(
        "the file it asks for is none of its own: {} is not directly in {}, or does not end in .key", excerpt(.0, 160), .1.display()
    )]
    Foreign(String, PathBuf),
    /// We may not, or it is not there.
    #[error("{} cannot be read ({source}); run forewarn as a member of the group `himds`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Too long, or no text.
    #[error("{} is no key of the agent's", .0.display())]
    NoKey(PathBuf),
}

/// How the challenge is met.
pub(super) struct Challenge {
    /// Where the agent keeps its files.
    pub(super) folder: PathBuf,
}

impl Default for Challenge {
    fn default() -> Self {
        let folder = if cfg!(windows) {
            r"C:\ProgramData\AzureConnectedMachineAgent\Tokens"
        } else {
            "/var/opt/azcmagent/tokens"
        };
        Self {
            folder: folder.into(),
        }
    }
}

impl Challenge {
    /// The `Authorization` that meets the challenge in these headers.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Result<HeaderValue, ChallengeError> {
        let header = headers.get(WWW_AUTHENTICATE);
        let named = header
            .and_then(|value| value.to_str().ok())
            .and_then(realm)
            .ok_or(ChallengeError::Unknown)?;
        let path = Path::new(named);
        if path.parent() != Some(&self.folder) || path.extension().is_none_or(|end| end != "key") {
            return Err(ChallengeError::Foreign(
                named.to_owned(),
                self.folder.clone(),
            ));
        }
        let key = read(path).map_err(|source| ChallengeError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let key = key.filter(|key| !key.trim().is_empty());
        let value = key.and_then(|key| HeaderValue::try_from(format!("Basic {}", key.trim())).ok());
        let mut value = value.ok_or_else(|| ChallengeError::NoKey(path.to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// The file in `Basic realm=FILE`.
fn realm(challenge: &str) -> Option<&str> {
    let (scheme, rest) = challenge.trim().split_once(' ')?;
    let (name, value) = rest.trim().split_once('=')?;
    let fits = scheme.eq_ignore_ascii_case("basic") && name.trim().eq_ignore_ascii_case("realm");
    fits.then(|| value.trim().trim_matches('"'))
}

/// The content, unless it is too long or no text.
fn read(path: &Path) -> io::Result<Option<String>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(SIZE_MAX + 1)
        .read_to_end(&mut content)?;
    let fits = content.len() as u64 <= SIZE_MAX;
    Ok(String::from_utf8(content).ok().filter(|_| fits))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn challenge(text: &str) -> HeaderMap {
        let value = HeaderValue::from_str(text).unwrap();
        [(WWW_AUTHENTICATE, value)].into_iter().collect()
    }

    #[test]
    fn only_the_agents_own_files_are_shown_to_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("tokens");
        fs::create_dir_all(folder.join("deeper")).unwrap();
        for (name, content) in [
            ("good.key", "s3cret\n".to_owned()),
            ("long.key", "x".repeat(4_097)),
            ("longest.key", "x".repeat(4_096)),
            ("blank.key", "\n".to_owned()),
            ("other.txt", "x".to_owned()),
            ("deeper/x.key", "x".to_owned()),
            ("../outside.key", "x".to_owned()),
        ] {
            fs::write(folder.join(name), content).unwrap();
        }
        let us = Challenge {
            folder: folder.clone(),
        };
        let answer = |file: &str| {
            let path = folder.join(file);
            us.answer(&challenge(&format!("Basic realm={}", path.display())))
        };
        let shown = answer("good.key").unwrap();
        assert_eq!(shown.to_str().unwrap(), "Basic s3cret");
        assert!(shown.is_sensitive());
        assert!(answer("longest.key").is_ok());
        for file in [
            "other.txt",
            "deeper/x.key",
            "../outside.key",
            "/etc/passwd",
            "../tokens/good.key",
        ] {
            let error = answer(file).unwrap_err();
            assert!(
                matches!(error, ChallengeError::Foreign(..)),
                "{file}: {error}"
            );
        }
        for file in ["long.key", "blank.key"] {
            assert!(
                matches!(answer(file), Err(ChallengeError::NoKey(_))),
                "{file}"
            );
        }
        let missing = answer("missing.key").unwrap_err();
        assert!(missing.to_string().contains("himds"), "{missing}");
        for header in ["Bearer realm=x", "Basic", "Basic user=x", ""] {
            let error = us.answer(&challenge(header)).unwrap_err();
            assert!(matches!(error, ChallengeError::Unknown), "{header}");
        }
        assert!(us.answer(&HeaderMap::new()).is_err());
        let quoted = format!("basic Realm=\"{}\"", folder.join("good.key").display());
        assert!(us.answer(&challenge(&quoted)).is_ok());
    }
}
