//! Which file is the configuration.

use std::path::{Path, PathBuf};

use super::{Problem, Problems};

const PLACES: [&str; 2] = ["/etc/forewarn/forewarn.toml", "forewarn.toml"];

/// The file that was named (on the command line, or by `FOREWARN_CONFIG`), or the first of the usual places that has one.
pub fn locate(explicit: Option<PathBuf>) -> Result<PathBuf, Problems> {
    if let Some(path) = explicit {
        return Ok(path);
    }
    first_of(&PLACES.map(Path::new))
}

/// Is there no file, neither named nor at one of the usual places? One that was named and is missing is a mistake, not an absence.
pub fn is_absent(explicit: Option<&Path>) -> bool {
    explicit.is_none() && !PLACES.map(Path::new).iter().any(|place| place.exists())
}

fn first_of(places: &[&Path]) -> Result<PathBuf, Problems> {
    let exists = |place: &&&Path| place.exists();
    if let Some(place) = places.iter().find(exists) {
        return Ok(place.to_path_buf());
    }
    let names: Vec<String> = places
        .iter()
        .map(|place| place.display().to_string())
        .collect();
    Err(Problem::unreadable(
        places.last().unwrap_or(&Path::new("forewarn.toml")),
        format!("no configuration file: looked for {}", names.join(" and ")),
        "copy forewarn.example.toml to one of them, or name a file with --config or FOREWARN_CONFIG; \
         `forewarn demo` needs none",
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_that_exists_is_taken_and_none_is_said_plainly() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a.toml"), folder.path().join("b.toml"));
        let look = || first_of(&[&first, &second]);
        let error = look().unwrap_err().to_string();
        assert!(error.contains("a.toml") && error.contains("b.toml") && error.contains("demo"));
        std::fs::write(&second, "").unwrap();
        assert_eq!(look().unwrap(), second);
        std::fs::write(&first, "").unwrap();
        assert_eq!(look().unwrap(), first);
    }

    #[test]
    fn a_file_that_was_named_is_taken_even_when_it_is_missing() {
        let named = PathBuf::from("/nowhere/forewarn.toml");
        assert_eq!(locate(Some(named.clone())).unwrap(), named);
    }
}
