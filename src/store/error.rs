//! Why a store did not do as asked, and what to do about it.

/// Why the store did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the database.
    #[error(
        "{path} is in use by another forewarn process{}; stop that one, or give this one a store of its own",
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    Locked {
        /// The database file.
        path: String,
        /// The other's process id, if it could be read.
        holder: Option<u32>,
    },
    /// There is no folder for the database.
    #[error(
        "the store's folder {folder} does not exist; create it, or let store.url name a file in one that does"
    )]
    NoFolder {
        /// The folder.
        folder: String,
    },
    /// The database or its folder cannot be written to.
    #[error(
        "{path} cannot be opened for writing; let this user write to it and to its folder, or let store.url name another file"
    )]
    NotWritable {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is something else, or damaged. It was left as it was.
    #[error(
        "{path} is not a database of forewarn, or it is damaged; nothing was changed in it. Restore it or move it away, or \
         let store.url name another file"
    )]
    NotOurs {
        /// The file.
        path: String,
    },
    /// There is no database.
    #[error("there is no store at {path} yet; `forewarn run` makes it, with the same store.url")]
    Missing {
        /// The database file.
        path: String,
    },
    /// The database was written by an earlier version, and is not to be changed by a command that only looks in.
    #[error(
        "{path} was written by an older forewarn than this one; start `forewarn run` of this version once, which brings it up to date"
    )]
    Older {
        /// The database file.
        path: String,
    },
    /// The database was written by a later version.
    #[error(
        "{path} was written by a newer forewarn than this one; run that version, or let store.url name another file"
    )]
    Newer {
        /// The database file.
        path: String,
    },
    /// An alert of the round had been decided before.
    #[error("an alert of this round had already been decided; nothing was written")]
    AlreadyDecided,
    /// What is stored cannot be read back.
    #[error("the store holds a value that cannot be read: {0}")]
    Corrupt(String),
    /// The database failed.
    #[error("the store cannot be used: {doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
}
