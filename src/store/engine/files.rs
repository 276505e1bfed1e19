//! Files that appear whole or not at all, and whose owner is right.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, StatVfsMountFlags, renameat_with, statvfs};
use rustix::io::Errno;

/// What SQLite adds to a file's name for its journal.
pub(in crate::store) const JOURNAL: &str = "-journal";

/// Everything that it may leave beside a file.
pub(in crate::store) const COMPANIONS: [&str; 3] = [JOURNAL, "-wal", "-shm"];
/// What the name of an unfinished copy has after the name that it is to get.
pub(in crate::store) const PART: &str = ".part-";

/// The path with something after its last name: `shop.db` and `-wal` are `shop.db-wal`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The one true path of a file that is there or may be made.
pub(in crate::store) fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    match (fs::canonicalize(&path), path.parent(), path.file_name()) {
        (Ok(path), _, _) => Ok(path),
        (Err(_), Some(folder), Some(name)) => Ok(fs::canonicalize(folder)?.join(name)),
        (Err(error), _, _) => Err(error),
    }
}

/// Whether nothing can be written where a path is, whatever its rights are.
pub(in crate::store) fn is_read_only(path: &Path) -> bool {
    let disk = std::path::absolute(path).map(|path| statvfs(folder(&path)));
    matches!(disk, Ok(Ok(disk)) if disk.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Returns why a file can't be used: that nothing can be written there at all, where that is so, or else `other`.
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

/// The folder that a path is in.
pub(in crate::store) fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Lets a new file belong to whom the database, or else its folder, belongs. Only root can; for
/// anybody else the files are theirs already.
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

/// Makes sure that the names in a folder survive a power cut.
pub(in crate::store) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// A file that is being written. It goes when it is dropped before it got its name.
#[derive(Debug)]
pub(in crate::store) struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// Makes an empty file beside the name that it is to get. Two that write to one name must not meet before that name,
    /// and what sweeps leftovers away (see `leftovers`) must not take it: so it has a name of its own, and a lock.
    pub fn of(to: &Path) -> io::Result<Self> {
        loop {
            let mut random = [0; 4];
            getrandom::fill(&mut random).map_err(io::Error::other)?;
            let random = u32::from_ne_bytes(random);
            let part = Self::create(beside(to, &format!("{PART}{random:08x}")))?;
            match part.file.try_lock() {
                // Somebody who sweeps has it already.
                Err(TryLockError::WouldBlock) => {}
                // Where there are no locks nobody sweeps.
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

    /// Makes an empty file that nobody else may read.
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

    /// Gives the file its name, unless something has that name already, and not before
    /// everything is on the disk.
    pub fn publish(self, to: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        rename_to_free_name(&self.path, to)?;
        sync_folder(to).inspect_err(|_| {
            // What may not survive a power cut was not made.
            let _ = fs::remove_file(to);
        })
    }

    /// Puts the file in the place of another one.
    pub fn replace(self, to: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, to)?;
        sync_folder(to)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename there is nothing left of that name.
        let _ = remove_with_journal(&self.path);
    }
}

/// Removes a file, and what SQLite leaves beside one when it is killed while it writes.
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

/// Not every file system can rename like that (NFS), and not every one has links (FAT).
fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        other => Ok(other?),
    }
}
