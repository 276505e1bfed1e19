//! Whether the names of the database still lead to the files that SQLite has open.
//!
//! SQLite goes on with an open file whose name was taken away, and would acknowledge writes that nobody finds again:
//! whoever opens the database next opens something else. So after each commit, and before anybody is told of it, the
//! device and the inode behind each name are compared with those at the start. The names are looked at by `stat` alone:
//! nothing in this program opens a database file but SQLite (see `lock`).
//!
//! A copy *into* the open file (`cp backup.db shop.db`) keeps the inode. It is noticed when the file becomes shorter,
//! which nothing does to it but a `VACUUM` by another program; and that one raises SQLite's `schema_version`, long before
//! the checkpoint that makes the file shorter.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::files::{self, beside};
use crate::domain::{Error, Result};

/// How the database was taken from under the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("database {}: {how} while it was in use", path.display())]
pub struct Loss {
    /// The name that leads elsewhere now.
    pub path: PathBuf,
    pub how: How,
    /// Whether the name is that of the database itself, and not of a file that SQLite keeps beside it.
    pub is_main: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Deleted,
    Replaced,
    WrittenOver,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Deleted => "it was deleted or moved away",
            Self::Replaced => "it was replaced by another file",
            Self::WrittenOver => "it was written over by another program",
        })
    }
}

impl From<Loss> for Error {
    fn from(loss: Loss) -> Self {
        Self::DatabaseLost(std::sync::Arc::new(loss))
    }
}

/// A file as the system knows it, by whatever name. The number isn't given again while the file is open.
pub(in crate::store) type Inode = (u64, u64);

fn inode(file: &Metadata) -> Inode {
    (file.dev(), file.ino())
}

/// The files that SQLite has open.
#[derive(Debug)]
pub(in crate::store) struct OpenFiles {
    main: PathBuf,
    all: Vec<(PathBuf, Inode)>,
    /// How long the main file was when it was looked at last.
    length: AtomicU64,
    /// SQLite's `schema_version` then.
    schema: AtomicI64,
    lost: OnceLock<Loss>,
}

impl OpenFiles {
    /// Remembers what the names lead to.
    pub fn find(path: &Path, schema: i64) -> io::Result<Self> {
        let main = fs::metadata(path)?;
        let mut all = vec![(path.to_owned(), inode(&main))];
        // SQLite keeps the others beside the file itself, not beside a symbolic link to it; and where the file system
        // has no shared memory it keeps none.
        let real = files::real(path)?;
        for path in ["-wal", "-shm"].map(|suffix| beside(&real, suffix)) {
            match fs::metadata(&path) {
                Ok(file) => all.push((path, inode(&file))),
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            main: path.to_owned(),
            all,
            length: main.len().into(),
            schema: schema.into(),
            lost: OnceLock::new(),
        })
    }

    /// What the name leads to at the moment.
    pub fn main(path: &Path) -> io::Result<Inode> {
        fs::metadata(path).map(|file| inode(&file))
    }

    pub fn is_main(&self, other: Inode) -> bool {
        self.all[0].1 == other
    }

    /// The loss, once it was noticed: it is final.
    pub fn loss(&self) -> Option<&Loss> {
        self.lost.get()
    }

    /// Looks at every name. `schema` reads SQLite's `schema_version`; it is asked when the file has become shorter.
    pub fn look(&self, schema: impl FnOnce() -> rusqlite::Result<i64>) -> Result<()> {
        if let Some(loss) = self.loss() {
            return Err(loss.clone().into());
        }
        let mut length = None;
        for (path, known) in &self.all {
            match fs::metadata(path) {
                // The main file is the first.
                Ok(file) if inode(&file) == *known => {
                    length.get_or_insert(file.len());
                }
                Ok(_) => return Err(self.lose(path, How::Replaced)),
                Err(error) if is_gone(&error) => return Err(self.lose(path, How::Deleted)),
                // Nobody can tell: this one isn't acknowledged, and the next one looks again.
                Err(error) => return Err(Error::internal(error)),
            }
        }
        let length = length.unwrap_or_default();
        if length < self.length.load(Ordering::Relaxed) {
            let known = self.schema.load(Ordering::Relaxed);
            match schema() {
                Ok(version) if version != known => self.schema.store(version, Ordering::Relaxed),
                // Or it can't even be read any more.
                _ => return Err(self.lose(&self.main, How::WrittenOver)),
            }
        }
        self.length.store(length, Ordering::Relaxed);
        Ok(())
    }

    fn lose(&self, path: &Path, how: How) -> Error {
        let is_main = path == self.main;
        let path = path.to_owned();
        let loss = self.lost.get_or_init(|| Loss { path, how, is_main });
        loss.clone().into()
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::StaleNetworkFileHandle
    )
}
