//! Files that are published whole or not at all, with the right owner.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, StatVfsMountFlags, renameat_with, statvfs};
use rustix::io::Errno;

/// The suffix of SQLite's rollback journal.
pub(in crate::store) const JOURNAL: &str = "-journal";

/// The suffixes of all the files that SQLite may leave beside a database.
pub(in crate::store) const COMPANIONS: [&str; 3] = [JOURNAL, "-wal", "-shm"];
/// The suffix of an unfinished copy, after the name that it will get.
pub(in crate::store) const PART: &str = ".part-";

/// Appends to the last component of a path: `shop.db` and `-wal` give `shop.db-wal`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Returns the canonical path of a file that exists or may be created.
pub(in crate::store) fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    match (fs::canonicalize(&path), path.parent(), path.file_name()) {
        (Ok(path), _, _) => Ok(path),
        (Err(_), Some(folder), Some(name)) => Ok(fs::canonicalize(folder)?.join(name)),
        (Err(error), _, _) => Err(error),
    }
}

/// Returns whether a path is on a read-only file system, whatever its permissions are.
pub(in crate::store) fn is_read_only(path: &Path) -> bool {
    let disk = std::path::absolute(path).map(|path| statvfs(folder(&path)));
    matches!(disk, Ok(Ok(disk)) if disk.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Returns the reason why a file can't be used: a read-only file system, or else `other`.
pub(in crate::store) fn failed<E>(
    path: &Path,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    read_only: impl FnOnce(PathBuf) -> E,
    other: impl FnOnce(PathBuf, Box<dyn std::error::Error + Send + Sync>) -> E,
) -> E {
    match is_read_only(path) {
        true => read_only(path.to_owned()),
        false => other(path.to_owned(), source.into()),
    }
}

/// Returns the folder of a path.
pub(in crate::store) fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Gives a new file the owner of the database, or else of its folder. Only root can do so; for anybody else the
/// files are theirs already.
pub(in crate::store) fn give_to_owner_of(database: &Path, file: &File) -> io::Result<()> {
    let model = fs::metadata(database).or_else(|_| fs::metadata(folder(database)))?;
    let mine = file.metadata()?;
    if (mine.uid(), mine.gid()) == (model.uid(), model.gid()) {
        return Ok(());
    }
    match fchown(file, Some(model.uid()), Some(model.gid())) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// Flushes a folder, so that its names survive a power cut.
pub(in crate::store) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// A file that is being written. It is removed when dropped before it was published.
#[derive(Debug)]
pub(in crate::store) struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// Creates an empty file beside its future name. It has a name of its own, so that two writers of one name don't
    /// collide before publishing, and a lock, so that the sweep of leftovers (see `leftovers`) spares it.
    pub fn of(to: &Path) -> io::Result<Self> {
        loop {
            let mut random = [0; 4];
            getrandom::fill(&mut random).map_err(io::Error::other)?;
            let random = u32::from_ne_bytes(random);
            let part = Self::create(beside(to, &format!("{PART}{random:08x}")))?;
            match part.file.try_lock() {
                // A sweep holds the lock already.
                Err(TryLockError::WouldBlock) => {}
                // On a file system without locks nothing is swept.
                Err(TryLockError::Error(_)) => return Ok(part),
                Ok(()) if part.has_its_name() => return Ok(part),
                Ok(()) => {}
            }
        }
    }

    fn has_its_name(&self) -> bool {
        let inode = |file: io::Result<Metadata>| file.map(|file| (file.dev(), file.ino()));
        match (
            inode(self.file.metadata()),
            inode(fs::symlink_metadata(&self.path)),
        ) {
            (Ok(mine), Ok(named)) => mine == named,
            _ => false,
        }
    }

    /// Creates an empty file that only its owner may read.
    pub fn create(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self { path, file })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    pub fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Flushes the file and gives it its name, unless that name is taken.
    pub fn publish(self, to: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        rename_to_free_name(&self.path, to)?;
        sync_folder(to).inspect_err(|_| {
            // A name that may not survive a power cut doesn't count as published.
            let _ = fs::remove_file(to);
        })
    }

    /// Replaces another file by this one.
    pub fn replace(self, to: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, to)?;
        sync_folder(to)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename nothing is left under the temporary name.
        let _ = remove_with_journal(&self.path);
    }
}

/// Removes a file, and the files that SQLite leaves beside it when it is killed while writing.
pub(in crate::store) fn remove_with_journal(path: &Path) -> io::Result<()> {
    let companions = COMPANIONS.map(|suffix| beside(path, suffix));
    for path in std::iter::once(path).chain(companions.iter().map(PathBuf::as_path)) {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Not every file system supports this rename (NFS), and not every one has hard links (FAT).
fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        other => Ok(other?),
    }
}
