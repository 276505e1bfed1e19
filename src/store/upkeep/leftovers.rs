//! What killed backups have left: unfinished copies, which hold what a database holds and fill the disk. The next
//! backup removes those in the folder that it writes to.
//!
//! Never one that is in the making: whoever makes one holds a lock on it, which goes with the process. And never a file
//! of somebody else's: the name must end as ours do, only the owner may read it, and it must be a database or the
//! beginning of one. In the server's own names the time is proof enough.

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

/// Removes what killed backups have left in a folder.
///
/// # Errors
/// When the folder can't be read, or something of ours in it can't be removed.
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
    // With a part that is there they stay, or have gone.
    for (part, backup, path) in companions {
        let file = fs::symlink_metadata(&path);
        if !part.exists() && file.is_ok_and(|file| is_private(&file) || rotation::is_name(&backup))
        {
            gone_is_fine(fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// The name that an unfinished copy was to get; none for a name that isn't one's.
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
    // Somebody makes it, or nobody can tell.
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

/// Only whoever runs this may read it, or root does.
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
        // A copy that was cut short may have everything but its first page.
        false => {
            start.starts_with(b"SQLite format 3\0")
                || (length % PAGE == 0 && start == [0; 16].get(..read).unwrap_or_default())
        }
    })
}

/// Another one may sweep at the same time.
fn gone_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// What an older version called the copy that it made before a migration.
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
