//! Folders for copies that aren't encrypted: one is beside the database while a copy is made or read, and goes with it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::app::offsite::FOLDERS;

/// Creates a folder that only this user may enter.
pub(super) fn create(beside: &Path) -> io::Result<TempDir> {
    let owner = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new()
        .prefix(FOLDERS)
        .permissions(owner)
        .tempdir_in(beside)
}

/// Removes the folders that killed programs have left. One that another program is using counts as left: its copy fails,
/// and nothing else.
pub(super) fn sweep(beside: &Path) -> io::Result<()> {
    for entry in fs::read_dir(beside)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(FOLDERS);
        if is_ours && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
