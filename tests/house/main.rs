//! Keeps the house as it was drawn: who may import whom, that every file says what it promises, and that none grows out of
//! hand.

mod map;
mod paths;
mod tokens;

use std::{collections::BTreeSet, fs, io, path::Path};

use map::{MAP, allowed, may_use};
use paths::paths;

/// No file of the house is longer, its tests included.
const LONGEST: usize = 500;

/// A file of the house.
struct File {
    /// From the repository's root, with `/`.
    name: String,
    text: String,
}

impl File {
    /// The module that the file holds: `engine::deliver` for `src/engine/deliver.rs`. None for `main.rs` and `lib.rs`.
    fn module(&self) -> Vec<String> {
        let path = self.name.trim_start_matches("src/").trim_end_matches(".rs");
        let path = path.strip_suffix("/mod").unwrap_or(path);
        match path {
            "main" | "lib" => Vec::new(),
            path => path.split('/').map(str::to_owned).collect(),
        }
    }

    /// The line of the map that the file belongs to.
    fn room(&self) -> String {
        let first = self
            .name
            .trim_start_matches("src/")
            .split(['/', '.'])
            .next();
        first.unwrap_or_default().to_owned()
    }

    /// Imports that are not on the map, one line each.
    fn forbidden(&self) -> Vec<String> {
        let room = self.room();
        paths(&self.text, &self.module())
            .iter()
            .filter(|path| !may_use(&room, &path.names))
            .map(|path| {
                let name = path.names.join("::");
                format!("{}:{}: {room} → crate::{name}", self.name, path.line)
            })
            .collect()
    }
}

/// Every Rust file below `src`, in the order of their names.
fn house() -> io::Result<Vec<File>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), root, &mut files)?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn collect(folder: &Path, root: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, root, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
            files.push(File {
                name: name.replace('\\', "/"),
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

fn list(problems: &[String]) -> String {
    format!("{}:\n  {}", problems.len(), problems.join("\n  "))
}

#[test]
fn imports_are_on_the_map() {
    let problems: Vec<String> = house().unwrap().iter().flat_map(File::forbidden).collect();
    assert!(
        problems.is_empty(),
        "forbidden imports, {}",
        list(&problems)
    );
}

#[test]
fn every_room_is_on_the_map() {
    let rooms: BTreeSet<String> = house().unwrap().iter().map(File::room).collect();
    let drawn: BTreeSet<String> = MAP.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(rooms, drawn, "what is in the house, and what is on the map");
    for (from, _) in MAP {
        for path in allowed(from) {
            let to = path.split("::").next().unwrap();
            assert!(drawn.contains(to), "{from} → {path}: there is no {to}");
        }
    }
}

/// But for `tests.rs`, whose tests say it one by one.
#[test]
fn every_file_says_what_it_promises() {
    let silent: Vec<String> = house()
        .unwrap()
        .into_iter()
        .filter(|file| !file.name.ends_with("/tests.rs") && !file.text.starts_with("//! "))
        .map(|file| file.name)
        .collect();
    assert!(
        silent.is_empty(),
        "files that do not begin with `//! `, {}",
        list(&silent)
    );
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = house()
        .unwrap()
        .iter()
        .map(|file| (file.text.lines().count(), &file.name))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, name)| format!("{name}: {lines} lines"))
        .collect();
    assert!(
        long.is_empty(),
        "files of more than {LONGEST} lines, {}",
        list(&long)
    );
}

#[test]
fn a_forbidden_import_is_found_wherever_it_hides() {
    let text = "//! Decides.\n\
        use crate::{\n    engine::Engine,\n    domain::Id,\n};\n\
        #[cfg(test)]\nmod tests {\n    use super::super::super::store::Store;\n    fn f() -> crate::http::Context { todo!() }\n}\n";
    let file = File {
        name: "src/domain/decide.rs".to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(
        file.forbidden(),
        [
            "src/domain/decide.rs:3: domain → crate::engine::Engine",
            "src/domain/decide.rs:8: domain → crate::store::Store",
            "src/domain/decide.rs:9: domain → crate::http::Context",
        ]
    );
}

#[test]
fn files_know_their_place() {
    let place = |name: &str| {
        let file = File {
            name: name.to_owned(),
            text: String::new(),
        };
        (file.room(), file.module().join("::"))
    };
    let is = |room: &str, module: &str| (room.to_owned(), module.to_owned());
    assert_eq!(
        place("src/notify/email/smtp.rs"),
        is("notify", "notify::email::smtp")
    );
    assert_eq!(place("src/notify/mod.rs"), is("notify", "notify"));
    assert_eq!(place("src/store.rs"), is("store", "store"));
    assert_eq!(place("src/main.rs"), is("main", ""));
}
