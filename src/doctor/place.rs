//! Checks of the database file, its directory and the free disk space.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, StatVfsMountFlags, StatxAttributes, StatxFlags, statvfs, statx};
use rustix::process::geteuid;

use super::{Finding, MIB, size};

/// Free space below which the next write may fail.
const NO_ROOM: u64 = 64 * MIB;
/// Free space below which a warning is due.
const LITTLE_ROOM: u64 = 1024 * MIB;

const ROOT: u32 = 0;

pub(super) fn examine(database: &Path) -> Vec<Finding> {
    let about = "database";
    let path = match std::path::absolute(database) {
        Ok(path) => path,
        Err(error) => {
            return vec![Finding::failure(
                about,
                error.to_string(),
                "Check `database`",
            )];
        }
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut findings = Vec::new();
    let Ok(of_folder) = fs::metadata(folder) else {
        let said = format!("there is no directory {}", folder.display());
        return vec![Finding::failure(
            about,
            said,
            "Create it, or check `database`",
        )];
    };
    let file = fs::metadata(&path);
    match &file {
        Ok(file) => {
            findings.push(of_file(&path, file, &of_folder));
            findings.extend(linked(&path, file));
            findings.extend(mounted(&path));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let said = format!("there is none at {}", path.display());
            let advice = "The first start of the server creates an empty one; if you expected your \
                          data, check `database`";
            findings.push(Finding::failure(about, said, advice));
        }
        Err(error) => {
            let said = format!("{}: {error}", path.display());
            findings.push(Finding::failure(about, said, "Run this as root"));
        }
    }
    findings.extend(read_only(&path, folder));
    findings.push(rights_of_folder(folder, of_folder.mode()));
    findings.push(room(folder, file.map_or(0, |file| file.len())));
    findings
}

/// A disk that becomes read-only by itself is failing.
fn read_only(path: &Path, folder: &Path) -> Option<Finding> {
    let disk = statvfs(folder).ok()?;
    let said = format!(
        "{} is on a read-only file system, where the server can't run",
        path.display()
    );
    let advice = "Unless you mounted it that way, the disk may have failed: copy the database with `zayavka backup` to \
                  another one, and see `dmesg`";
    let found = Finding::failure("database", said, advice);
    disk.f_flag
        .contains(StatVfsMountFlags::RDONLY)
        .then_some(found)
}

/// Hard links: each name has a write-ahead log and locks of its own.
fn linked(path: &Path, file: &Metadata) -> Option<Finding> {
    let said = format!("{} has {} names (hard links)", path.display(), file.nlink());
    let advice = format!(
        "The server refuses to start: find the other names with `find / -xdev -samefile {}`, and remove them",
        path.display()
    );
    (file.is_file() && file.nlink() > 1).then(|| Finding::failure("database", said, advice))
}

/// A bind-mounted file has its write-ahead log and locks elsewhere than the same file opened
/// through its directory.
fn mounted(path: &Path) -> Option<Finding> {
    let file = statx(CWD, path, AtFlags::empty(), StatxFlags::BASIC_STATS).ok()?;
    let said = format!(
        "{} is mounted as a single file, without its write-ahead log",
        path.display()
    );
    let advice = "Mount its directory instead; otherwise two programs may corrupt it";
    let is_mounted = file.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
    is_mounted.then(|| Finding::warning("database", said, advice))
}

fn of_file(path: &Path, file: &Metadata, folder: &Metadata) -> Finding {
    let about = "database";
    let shown = path.display();
    if !file.is_file() {
        return Finding::failure(about, format!("{shown} is not a file"), "Check `database`");
    }
    let mode = file.mode() & 0o777;
    if mode & 0o077 != 0 {
        let said = format!("{shown} has mode {mode:03o}, so that other users can access it");
        return Finding::warning(about, said, format!("chmod 600 {shown}"));
    }
    // The directory belongs to the server's user; if it belongs to root, the current user is
    // assumed.
    let me = geteuid().as_raw();
    let wanted = match folder.uid() {
        ROOT => me,
        user => user,
    };
    if file.uid() != wanted && wanted != ROOT {
        let said = format!(
            "{shown} belongs to user {}, and its directory is for user {wanted}",
            file.uid()
        );
        return Finding::warning(about, said, format!("chown {wanted} {shown}"));
    }
    Finding::ok(about, format!("{shown}, mode {mode:03o}"))
}

fn rights_of_folder(folder: &Path, mode: u32) -> Finding {
    let about = "folder";
    let shown = folder.display();
    let mode = mode & 0o777;
    let said = format!("{shown}, mode {mode:03o}");
    let advice = format!("chmod 700 {shown}");
    match (mode & 0o002 != 0, mode & 0o020 != 0) {
        (true, _) => {
            let said = format!("{said}: every user of this machine can replace the database");
            Finding::failure(about, said, advice)
        }
        (_, true) => {
            let said = format!("{said}: its group can replace the database");
            Finding::warning(about, said, advice)
        }
        _ => Finding::ok(about, said),
    }
}

fn room(folder: &Path, database: u64) -> Finding {
    match statvfs(folder) {
        Ok(disk) => judge_room(disk.f_bavail.saturating_mul(disk.f_frsize), database),
        Err(error) => Finding::warning("disk", format!("{error}"), "Check with `df`"),
    }
}

/// A migration or a restore needs space for a copy of the database.
fn judge_room(free: u64, database: u64) -> Finding {
    let about = "disk";
    let said = format!("{} free", size(free));
    let advice = "Make room, or move the database to a larger disk";
    match free {
        _ if free < NO_ROOM => Finding::failure(about, said, advice),
        _ if free < LITTLE_ROOM || free / 2 < database => Finding::warning(about, said, advice),
        _ => Finding::ok(about, said),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_full_disk_is_a_failure_and_a_small_one_a_warning() {
        let level = |free: u64, database: u64| judge_room(free * MIB, database * MIB).level;
        assert_eq!(level(10, 1), Level::Failure);
        assert_eq!(level(500, 1), Level::Warning);
        assert_eq!(level(5_000, 1), Level::Ok);
        assert_eq!(level(5_000, 3_000), Level::Warning);
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_no_place() {
        let level = |mode| rights_of_folder(Path::new("/x"), mode).level;
        assert_eq!(level(0o40700), Level::Ok);
        assert_eq!(level(0o40755), Level::Ok);
        assert_eq!(level(0o40775), Level::Warning);
        assert_eq!(level(0o41777), Level::Failure);
    }
}
