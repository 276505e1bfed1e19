//! Removal of unfinished copies left by killed backups, which contain customers' data and fill the
//! disk. The next backup removes those in its target folder.
//!
//! A copy in progress is never removed: the process that makes it holds a lock, which the system
//! releases when the process ends. Neither is a foreign file: its name must end as ours do, only
//! the owner may read it, and it must be a database or the beginning of one. For names that only
//! the server gives, the time in the name is sufficient.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::geteuid;

use super::digest;
use super::rotation;
use crate::store::engine::files::{self, COMPANIONS, PART, beside};

/// SQLite writes pages of at least this size, and the first one last.
const PAGE: u64 = 512;

/// Removes what killed backups left in a folder.
///
/// # Errors
/// When the folder can't be read, or one of our files in it can't be removed.
pub(in crate::store) fn sweep(folder: &Path) -> io::Result<()> {
    let mut companions = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let whole = COMPANIONS
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix));
        if let Some(backup) = backup_of(whole.unwrap_or(&name)) {
            match whole {
                Some(part) => companions.push((folder.join(part), backup.to_owned(), path.clone())),
                None => remove_unless_in_use(&path, backup)?,
            }
        }
    }
    // They stay as long as their unfinished copy does.
    for (part, backup, path) in companions {
        let file = fs::symlink_metadata(&path);
        if !part.exists() && file.is_ok_and(|file| is_private(&file) || rotation::is_name(&backup))
        {
            gone_is_fine(fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// Returns the final name of an unfinished copy; `None` for the name of anything else.
fn backup_of(name: &str) -> Option<&str> {
    let (backup, random) = name.rsplit_once(PART)?;
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    (random.len() == 8 && random.chars().all(is_hex) && !backup.is_empty()).then_some(backup)
}

fn remove_unless_in_use(path: &Path, backup: &str) -> io::Result<()> {
    let Ok(seen) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let trusted = rotation::is_name(backup.strip_suffix(digest::SUFFIX).unwrap_or(backup));
    if !seen.is_file() || !(trusted || is_private(&seen)) {
        return Ok(());
    }
    let mut file = match File::open(path) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(());
        }
        other => other?,
    };
    // It is in progress, or the lock can't be examined.
    if file.try_lock().is_err() {
        return Ok(());
    }
    let named = fs::symlink_metadata(path);
    let same = named.is_ok_and(|named| (named.dev(), named.ino()) == (seen.dev(), seen.ino()));
    if same && (trusted || begins_as_ours(&mut file, backup)?) {
        gone_is_fine(files::remove_with_journal(path))?;
    }
    Ok(())
}

/// Returns whether the file is readable only by the user who runs this, or this is root.
fn is_private(file: &Metadata) -> bool {
    let me = geteuid();
    file.is_file() && file.mode() & 0o077 == 0 && (me.is_root() || file.uid() == me.as_raw())
}

fn begins_as_ours(file: &mut File, backup: &str) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut start = [0; 16];
    let read = file.read(&mut start)?;
    let start = &start[..read];
    Ok(match backup.ends_with(digest::SUFFIX) {
        true => start.iter().all(u8::is_ascii_hexdigit),
        // An interrupted copy may have everything but its first page.
        false => {
            start.starts_with(b"SQLite format 3\0")
                || (length % PAGE == 0 && start == [0; 16].get(..read).unwrap_or_default())
        }
    })
}

/// Removes a file that another process may be removing too.
fn gone_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Returns whether this is the copy that an older version made before a migration.
pub(in crate::store) fn remove_old_names(database: &Path) -> io::Result<()> {
    files::remove_with_journal(&beside(database, ".migrating"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_ours_is_one_of_a_part() {
        assert_eq!(backup_of("monday.db.part-0a1b2c3d"), Some("monday.db"));
        assert_eq!(backup_of("a.part-b.part-0a1b2c3d"), Some("a.part-b"));
        for other in [
            "monday.db.part-mine",
            "monday.db.part-0A1B2C3D",
            "monday.db.part-0a1b2c3d4",
            "monday.db.part-0a1b2c3d.gz",
            ".part-0a1b2c3d",
            "monday.db",
        ] {
            assert_eq!(backup_of(other), None, "{other}");
        }
    }
}
