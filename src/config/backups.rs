//! Settings of scheduled backups.

use std::path::PathBuf;
use std::time::Duration;

use super::Result;
use super::raw::RawBackup;
use super::values::{duration, wrong};

/// Minimum interval between backups.
const SHORTEST_PAUSE: Duration = Duration::from_secs(60);

/// Settings of scheduled backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    pub dir: PathBuf,
    pub every: Duration,
    /// Number of backups to keep.
    pub keep: usize,
}

impl Backups {
    /// Requires all keys or none: with some of them missing, no backup would be made unnoticed.
    pub(super) fn check(raw: RawBackup) -> Result<Option<Self>> {
        let RawBackup { dir, every, keep } = raw;
        if dir.is_none() && every.is_none() && keep.is_none() {
            return Ok(None);
        }
        let missing =
            |key| move || wrong(key, "set backup.dir, backup.every and backup.keep, or none");
        let every = duration("backup.every", &every.ok_or_else(missing("backup.every"))?)?;
        let keep = keep.ok_or_else(missing("backup.keep"))?;
        if every < SHORTEST_PAUSE {
            return Err(wrong(
                "backup.every",
                "write a minute or more, for example 1d",
            ));
        }
        if keep == 0 {
            return Err(wrong("backup.keep", "keep at least one"));
        }
        Ok(Some(Self {
            dir: dir.ok_or_else(missing("backup.dir"))?,
            every,
            keep,
        }))
    }
}
