//! The digest that stands beside a backup. A flipped bit in a text or a number is a valid text or number: only the sum
//! over all bytes tells. `sha256sum -c NAME.sha256` checks it without this program.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::store::engine::files::{Part, beside};

/// What stands behind a backup's name in the name of its digest.
pub(in crate::store) const SUFFIX: &str = ".sha256";
/// In bytes.
const BUFFER: usize = 256 * 1024;
/// Longer than any file with one sum, in bytes.
const LONGEST: u64 = 8 * 1024;

/// What the digest says of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is what it was when it was made.
    Unchanged,
    Changed,
    /// There is none: an older version has made the backup, or another program.
    Missing,
}

/// The name of the digest of a backup.
pub fn beside_backup(backup: &Path) -> PathBuf {
    beside(backup, SUFFIX)
}

/// Gives a backup that is whole its name, and a digest. Where the digest can't be written there is no backup either.
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
    // As `sha256sum` writes it: the name says which file in the same folder.
    part.file()
        .write_all(format!("{sum}  {name}\n").as_bytes())?;
    part.publish(&to)
}

/// Compares a backup with its digest.
///
/// # Errors
/// When one of them can't be read.
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

/// Reads the file without SQLite, which is safe for one that nothing in this program has open: see `lock`.
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
