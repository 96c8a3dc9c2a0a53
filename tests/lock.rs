//! Keeps what `deny.toml` bans out of the build, with nothing but Cargo: the same on a machine without cargo-deny.
//!
//! `Cargo.lock` names more than is built, since an optional dependency that nobody turns on stands there too (`ring` does, by
//! way of rustls-webpki). So what is absent from the lock file is surely not built; of the rest, Cargo is asked.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use toml::{Table, Value};

/// These have no business in the lock file either: nothing that we depend on offers them but as its only TLS.
const ABSENT: [&str; 3] = ["native-tls", "openssl", "openssl-sys"];

/// Two versions of one of these would be two trust stores, two runtimes, or types that look alike and do not fit.
const SINGLE: [&str; 8] = [
    "aws-lc-rs",
    "aws-lc-sys",
    "chrono",
    "http",
    "hyper",
    "reqwest",
    "rustls",
    "tokio",
];

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn read(name: &str) -> Result<Table, Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    Ok(fs::read_to_string(path)?.parse()?)
}

/// A text below a table, or nothing.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What the lock file names, with the versions of each.
fn locked() -> Result<BTreeMap<String, Vec<String>>, Box<dyn std::error::Error>> {
    let lock = read("Cargo.lock")?;
    let packages = lock.get("package").and_then(Value::as_array);
    let mut locked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages.ok_or("Cargo.lock has no packages")? {
        let versions = locked.entry(text(package, "name").to_owned()).or_default();
        versions.push(text(package, "version").to_owned());
    }
    Ok(locked)
}

/// The crates that `deny.toml` bans.
fn banned() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let deny = read("deny.toml")?;
    let list = deny.get("bans").and_then(|bans| bans.get("deny"));
    let list = list
        .and_then(Value::as_array)
        .ok_or("deny.toml bans nothing")?;
    Ok(list
        .iter()
        .map(|ban| text(ban, "crate").to_owned())
        .collect())
}

/// What brings the crate into the build, on any platform, for the program or its tests; empty when nothing does.
fn built_by(package: &str) -> Result<String, Box<dyn std::error::Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal,build,dev"])
        .args(["--target", "all", "--invert", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn what_is_banned_is_not_built() {
    let locked = locked().unwrap();
    for name in banned().unwrap() {
        for version in locked.get(&name).into_iter().flatten() {
            let why = built_by(&format!("{name}@{version}")).unwrap();
            assert!(why.is_empty(), "{name} is built, because of\n{why}");
        }
    }
}

#[test]
fn what_is_built_is_seen() {
    let locked = locked().unwrap();
    let version = &locked["aws-lc-rs"][0];
    let why = built_by(&format!("aws-lc-rs@{version}")).unwrap();
    assert!(why.contains("rustls"), "{why}");
}

#[test]
fn a_second_tls_library_is_banned_and_absent() {
    let (locked, banned) = (locked().unwrap(), banned().unwrap());
    assert!(banned.iter().any(|name| name == "ring"));
    for name in ABSENT {
        assert!(banned.iter().any(|ban| ban == name), "{name} is not banned");
        assert!(!locked.contains_key(name), "{name} is in Cargo.lock");
    }
}

#[test]
fn what_others_build_on_is_there_once() {
    let locked = locked().unwrap();
    for name in SINGLE {
        assert_eq!(locked[name].len(), 1, "{name}: {:?}", locked[name]);
    }
}

#[test]
fn everything_comes_from_crates_io() {
    let lock = read("Cargo.lock").unwrap();
    for package in lock["package"].as_array().unwrap() {
        let (name, source) = (text(package, "name"), text(package, "source"));
        let is_ours = name == env!("CARGO_PKG_NAME") && source.is_empty();
        assert!(
            is_ours || source == CRATES_IO,
            "{name} comes from `{source}`"
        );
    }
}
