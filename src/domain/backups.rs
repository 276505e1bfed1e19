//! Settings of scheduled backups.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

/// Where scheduled backups are made, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    pub dir: PathBuf,
    pub every: Duration,
    /// Number of backups to keep.
    pub keep: usize,
}

impl Backups {
    /// Returns whether a newest backup of that time is so old that one was missed.
    pub fn is_late(&self, newest: Timestamp, now: Timestamp) -> bool {
        let most = self.every.saturating_mul(2);
        newest.saturating_add(most).is_ok_and(|latest| latest < now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missed_backup_makes_the_newest_too_old() {
        let daily = Backups {
            dir: "b".into(),
            every: Duration::from_secs(86_400),
            keep: 14,
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let made = at("2026-11-01T03:00:00Z");
        assert!(!daily.is_late(made, at("2026-11-03T03:00:00Z")));
        assert!(daily.is_late(made, at("2026-11-03T03:00:01Z")));
    }
}
