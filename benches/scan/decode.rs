//! The least that a program does which decodes the pages: `serde_json`, and nothing with what comes of it.

use std::{fmt, fs, hint::black_box, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

/// What the pages are decoded to.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Shape {
    /// Structs with the fields that a scan asks for.
    Typed,
    /// Whatever is there, as `serde_json::Value`.
    Value,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Typed => "typed",
            Self::Value => "value",
        })
    }
}

/// Decodes every file of `folder`, one after another.
pub(crate) fn all(shape: Shape, folder: &Path) -> anyhow::Result<()> {
    match shape {
        Shape::Typed => each::<Page>(folder),
        Shape::Value => each::<serde_json::Value>(folder),
    }
}

fn each<T: DeserializeOwned>(folder: &Path) -> anyhow::Result<()> {
    for file in fs::read_dir(folder)? {
        let body = fs::read(file?.path())?;
        black_box(serde_json::from_slice::<T>(&body)?);
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "nothing is done with what was decoded")]
struct Page {
    value: Vec<App>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "nothing is done with what was decoded")]
#[expect(clippy::struct_field_names, reason = "Graph's names")]
struct App {
    id: String,
    app_id: String,
    display_name: Option<String>,
    tags: Vec<String>,
    password_credentials: Vec<Credential>,
    key_credentials: Vec<Credential>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "nothing is done with what was decoded")]
struct Credential {
    key_id: String,
    display_name: Option<String>,
    hint: Option<String>,
    custom_key_identifier: Option<String>,
    start_date_time: Option<String>,
    end_date_time: Option<String>,
}
