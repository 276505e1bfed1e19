//! The SHA-256 digest stored beside a backup. A flipped bit in a text or a number yields another
//! valid value, so only a digest of all bytes detects it. `sha256sum -c NAME.sha256` checks it
//! without this program.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::store::engine::files::{Part, beside};

/// Suffix of a digest's file name.
pub(in crate::store) const SUFFIX: &str = ".sha256";
/// Size of the read buffer, in bytes.
const BUFFER: usize = 256 * 1024;
/// Maximum size of a digest file, in bytes: more than any with one digest.
const LONGEST: u64 = 8 * 1024;

/// Result of comparing a backup with its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The backup is unchanged since it was made.
    Unchanged,
    Changed,
    /// There is no digest: an older version or another program made the backup.
    Missing,
}

/// Returns the path of a backup's digest.
pub fn beside_backup(backup: &Path) -> PathBuf {
    beside(backup, SUFFIX)
}

/// Gives a complete copy its final name, and writes its digest. If the digest can't be written, the
/// backup is removed.
pub(in crate::store) fn publish(part: Part, to: &Path) -> io::Result<()> {
    let sum = sum(part.path())?;
    part.publish(to)?;
    write(to, &sum).inspect_err(|_| {
        let _ = fs::remove_file(to);
    })
}

fn write(backup: &Path, sum: &str) -> io::Result<()> {
    let to = beside_backup(backup);
    let name = backup.file_name().unwrap_or_default().to_string_lossy();
    let part = Part::of(&to)?;
    // The format of `sha256sum`: the name refers to a file in the same folder.
    part.file()
        .write_all(format!("{sum}  {name}\n").as_bytes())?;
    part.publish(&to)
}

/// Compares a backup with its digest.
///
/// # Errors
/// When either can't be read.
pub fn check(backup: &Path) -> io::Result<Proof> {
    let mut text = String::new();
    match File::open(beside_backup(backup)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Proof::Missing),
        Err(error) => return Err(error),
        Ok(file) => match file.take(LONGEST).read_to_string(&mut text) {
            Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(Proof::Changed),
            other => drop(other?),
        },
    }
    let noted = text.split_whitespace().next().unwrap_or_default();
    Ok(match noted.eq_ignore_ascii_case(&sum(backup)?) {
        true => Proof::Unchanged,
        false => Proof::Changed,
    })
}

/// Reads the file without SQLite, which is safe as long as nothing in this program has it open: see
/// `lock`.
fn sum(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => sum.update(&buffer[..length]),
        }
    }
    Ok(sum
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
