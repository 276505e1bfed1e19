//! Files of a Bot API server on this machine, which runs with `--local`: it names a file on the disk instead of offering
//! it for download. A file is read below one folder only, which a setting names, whatever path the server returns.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Mode, OFlags, open, openat};

use crate::channels::Failure;
use crate::domain::FileTrouble;

/// The folder of the server's files, and what was wrong with the last one.
#[derive(Debug, Default)]
pub(super) struct LocalFiles {
    folder: Option<PathBuf>,
    trouble: Mutex<Option<FileTrouble>>,
}

/// Why a file is not read.
enum Unread {
    Trouble(FileTrouble),
    TooLong,
}

impl LocalFiles {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            trouble: Mutex::default(),
        }
    }

    /// Returns what was wrong with the last file.
    pub(super) fn trouble(&self) -> Option<FileTrouble> {
        *self.lock()
    }

    /// Reads a file of at most `max` bytes.
    ///
    /// # Errors
    /// [`Failure::Retry`] where the owner can help, and [`Failure::Refused`] for a file that is longer.
    pub(super) async fn file(&self, path: PathBuf, max: usize) -> Result<Vec<u8>, Failure> {
        let read = match self.folder.clone() {
            None => Err(Unread::Trouble(FileTrouble::NoFolder)),
            Some(folder) => {
                let read = tokio::task::spawn_blocking(move || read(&folder, &path, max));
                let ended = read.await;
                ended.unwrap_or(Err(Unread::Trouble(FileTrouble::Unreadable)))
            }
        };
        *self.lock() = match &read {
            Err(Unread::Trouble(trouble)) => Some(*trouble),
            Err(Unread::TooLong) | Ok(_) => None,
        };
        read.map_err(|unread| match unread {
            Unread::Trouble(trouble) => Failure::retry(false, trouble.word().to_owned()),
            Unread::TooLong => Failure::Refused("too long".to_owned()),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<FileTrouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(folder: &Path, path: &Path, max: usize) -> Result<Vec<u8>, Unread> {
    let unreadable = |_| Unread::Trouble(FileTrouble::Unreadable);
    let file = open_below(folder, path).map_err(Unread::Trouble)?;
    let about = file.metadata().map_err(unreadable)?;
    // Neither a pipe, which would block, nor a device.
    if !about.is_file() {
        return Err(Unread::Trouble(FileTrouble::Unreadable));
    }
    let mut bytes = Vec::new();
    let most = max as u64 + 1;
    let read = file.take(most).read_to_end(&mut bytes);
    match read.map_err(unreadable)? > max {
        true => Err(Unread::TooLong),
        false => Ok(bytes),
    }
}

/// Opens a file below a folder, one part of its path after another and none of them a link: a path that was checked
/// before may lead elsewhere a moment later.
fn open_below(folder: &Path, path: &Path) -> Result<fs::File, FileTrouble> {
    let inner = path_below(folder, path).ok_or(FileTrouble::Outside)?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let unreadable = |_| FileTrouble::Unreadable;
    let mut at = open(folder, flags, Mode::empty()).map_err(unreadable)?;
    for part in inner.components() {
        let Component::Normal(name) = part else {
            return Err(FileTrouble::Outside);
        };
        let opened = openat(&at, name, flags | OFlags::NOFOLLOW, Mode::empty());
        at = opened.map_err(|error| match error {
            rustix::io::Errno::LOOP => FileTrouble::Outside,
            _ => FileTrouble::Unreadable,
        })?;
    }
    Ok(at.into())
}

/// Returns the part of a path behind the folder, which the server may name by its real name.
fn path_below(folder: &Path, path: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(folder).ok();
    let folders = [Some(folder), real.as_deref()].into_iter().flatten();
    let mut inner = folders.filter_map(|folder| path.strip_prefix(folder).ok());
    inner.next().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    const MAX: usize = 5;

    fn trouble(folder: &Path, path: &Path) -> Option<FileTrouble> {
        match read(folder, path, MAX) {
            Err(Unread::Trouble(trouble)) => Some(trouble),
            Err(Unread::TooLong) | Ok(_) => None,
        }
    }

    #[test]
    fn nothing_outside_of_the_folder_is_read_whatever_path_the_server_names() {
        let all = tempfile::TempDir::new().unwrap();
        let (folder, other) = (all.path().join("bots"), all.path().join("other"));
        fs::create_dir_all(folder.join("1:secret/photos")).unwrap();
        fs::create_dir(&other).unwrap();
        let file = folder.join("1:secret/photos/file_0.jpg");
        fs::write(&file, b"photo").unwrap();
        fs::write(other.join("secret"), b"other").unwrap();
        assert_eq!(
            read(&folder, &file, MAX).ok().as_deref(),
            Some(&b"photo"[..])
        );
        // The folder may be a link itself, and the server may know its real name.
        symlink(&folder, all.path().join("link")).unwrap();
        let link = all.path().join("link");
        for path in [&file, &link.join("1:secret/photos/file_0.jpg")] {
            assert_eq!(trouble(&link, path), None, "{path:?}");
        }
        symlink(other.join("secret"), folder.join("leaf")).unwrap();
        symlink(&other, folder.join("branch")).unwrap();
        symlink(folder.join("1:secret"), folder.join("inner")).unwrap();
        for path in [
            other.join("secret"),
            folder.join("../other/secret"),
            folder.join("1:secret/../../other/secret"),
            folder.join("leaf"),
            all.path().join("bots-too/secret"),
            PathBuf::from("/etc/passwd"),
        ] {
            assert_eq!(
                trouble(&folder, &path),
                Some(FileTrouble::Outside),
                "{path:?}"
            );
        }
        for path in [
            folder.clone(),
            folder.join("1:secret"),
            folder.join("none"),
            folder.join("branch/secret"),
            folder.join("inner/photos/file_0.jpg"),
        ] {
            assert!(trouble(&folder, &path).is_some(), "{path:?}");
        }
        assert!(trouble(&all.path().join("none"), &file).is_some());
        // A pipe doesn't block.
        let pipe = std::process::Command::new("mkfifo")
            .arg(folder.join("pipe"))
            .status();
        assert!(pipe.unwrap().success());
        let unreadable = Some(FileTrouble::Unreadable);
        assert_eq!(trouble(&folder, &folder.join("pipe")), unreadable);
        fs::write(&file, b"photos").unwrap();
        assert!(matches!(read(&folder, &file, MAX), Err(Unread::TooLong)));
    }
}
