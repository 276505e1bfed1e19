//! The folder of scheduled backups. A backup's name contains its time; files with other names are
//! foreign and never touched.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{digest, leftovers};

const NAME: &str = "zayavka-%Y-%m-%dT%H%M%SZ.db";

/// Returns the name of a backup made now.
pub fn name(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).strftime(NAME).to_string()
}

/// Returns when a backup was made, by its name; `None` for a foreign name.
fn made_at(file: &str) -> Option<Timestamp> {
    let made = DateTime::strptime(NAME, file).ok()?;
    let made = made.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (name(made) == file).then_some(made)
}

/// Lists the backups in a folder, oldest first.
///
/// # Errors
/// When the folder can't be read.
pub fn list(folder: &Path) -> io::Result<Vec<(Timestamp, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let made = entry.file_name().to_str().and_then(made_at);
        if let (Some(made), true) = (made, entry.file_type()?.is_file()) {
            found.push((made, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the newest backup by its name. One dated after now was made while the clock was wrong,
/// and doesn't count for when the next one is due.
///
/// # Errors
/// As for [`list`].
pub fn newest(folder: &Path, now: Timestamp) -> io::Result<Option<(Timestamp, PathBuf)>> {
    let mut all = list(folder)?;
    all.retain(|(made, _)| *made <= now);
    Ok(all.pop())
}

/// Creates the folder if it is missing, readable by its owner alone. Its parents are not created:
/// if a disk is not mounted, its contents must not go to another one.
///
/// # Errors
/// When it can't be created.
pub fn prepare(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Returns whether a file has the name of a scheduled backup.
pub(in crate::store) fn is_name(file: &str) -> bool {
    made_at(file).is_some()
}

/// Removes all backups but the newest `keep` with their digests, and unfinished copies of killed
/// ones. Those dated after now neither count nor are removed, so that a wrong clock deletes no good
/// backup.
///
/// # Errors
/// When the folder can't be read, or a file in it can't be removed.
pub fn prune(folder: &Path, keep: usize, now: Timestamp) -> io::Result<()> {
    let mut past = list(folder)?;
    past.retain(|(made, _)| *made <= now);
    let surplus = past.len().saturating_sub(keep);
    for (_, path) in past.drain(..surplus) {
        fs::remove_file(path)?;
    }
    forget_digests(folder)?;
    leftovers::sweep(folder)
}

/// Removes the digests of backups that no longer exist.
fn forget_digests(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let backup = name
            .to_str()
            .and_then(|name| name.strip_suffix(digest::SUFFIX));
        if backup.is_some_and(|name| is_name(name) && !folder.join(name).exists()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_ours_has_a_time() {
        let made: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(name(made), "zayavka-2026-01-02T030405Z.db");
        assert_eq!(made_at(&name(made)), Some(made));
        for other in [
            "zayavka-2026-1-2T030405Z.db",
            "zayavka-2026-02-30T030405Z.db",
            "zayavka-2026-01-02T030405Z.db.gz",
            "my-zayavka-2026-01-02T030405Z.db",
            "zayavka.db",
        ] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }
}
