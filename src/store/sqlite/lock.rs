//! One process at a time: an exclusive lock of the operating system on a file beside the database.
//!
//! The lock ends with the process, however it ends. The file stays, since deleting it would let two processes hold locks on
//! two files of the same name; what it says (the holder's process id) is only for the message.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use super::super::StoreError;

/// Takes the lock on `path`, or says who has it. It is held until the file is dropped.
pub(super) fn take(path: &Path) -> Result<File, StoreError> {
    let lock = path.with_added_extension("lock");
    let not_writable = |source: std::io::Error| StoreError::NotWritable {
        path: lock.display().to_string(),
        source: source.into(),
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(not_writable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::Locked {
                path: path.display().to_string(),
                holder: holder(&mut file),
            });
        }
        Err(TryLockError::Error(source)) => return Err(not_writable(source)),
    }
    sign(&mut file).map_err(not_writable)?;
    Ok(file)
}

fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// The process id that the holder wrote, where it can be read.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
