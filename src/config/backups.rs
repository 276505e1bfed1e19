//! Settings of scheduled backups.

use std::time::Duration;

use super::Result;
use super::raw::RawBackup;
use super::values::invalid;
use crate::domain::{Backups, Problem, SettingKey as Key};

/// Minimum interval between backups.
const SHORTEST_PAUSE: Duration = Duration::from_secs(60);

impl RawBackup {
    /// Requires all keys or none: with some of them missing, no backup would be made unnoticed.
    pub(super) fn check(&self) -> Result<Option<Backups>> {
        let Self { dir, every, keep } = self;
        let is_unset = dir.is_none() && every.is_none() && keep.is_none();
        if is_unset || every.as_deref() == Some("") {
            return Ok(None);
        }
        let missing = |key| {
            let why = "set backup.dir, backup.every and backup.keep, or none";
            move || invalid(key, Problem::Required, why)
        };
        let every = every.as_deref().ok_or_else(missing(Key::BackupEvery))?;
        let every = humantime::parse_duration(every).ok();
        let every = every
            .filter(|every| *every >= SHORTEST_PAUSE)
            .ok_or_else(|| {
                let why = "write a minute or more, for example 1d";
                invalid(Key::BackupEvery, Problem::DurationMalformed, why)
            })?;
        let keep = keep.as_deref().ok_or_else(missing(Key::BackupKeep))?;
        let keep = keep.trim().parse().ok().filter(|keep| *keep > 0);
        let dir = dir.clone().filter(|dir| !dir.as_os_str().is_empty());
        Ok(Some(Backups {
            dir: dir.ok_or_else(missing(Key::BackupDir))?,
            every,
            keep: keep.ok_or_else(|| {
                let why = "keep at least one";
                invalid(Key::BackupKeep, Problem::CountMalformed, why)
            })?,
        }))
    }
}
