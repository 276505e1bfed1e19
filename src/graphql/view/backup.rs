use async_graphql::SimpleObject;

use crate::app::backups::BackupState;
use crate::graphql::scalars::InstantValue;

/// The newest backup of the database.
#[derive(SimpleObject)]
#[graphql(name = "BackupState")]
pub struct BackupStateView {
    /// Time at which it was made; null when there is none.
    newest_time: Option<InstantValue>,
    /// Its size in bytes; null when there is none.
    newest_size: Option<i64>,
    /// Whether there should be a newer one, by the setting BACKUP_EVERY; true when backups are off.
    is_late: bool,
}

impl From<BackupState> for BackupStateView {
    fn from(state: BackupState) -> Self {
        let newest = state.newest;
        Self {
            newest_time: newest.map(|(made, _)| InstantValue(made)),
            newest_size: newest.and_then(|(_, bytes)| bytes.try_into().ok()),
            is_late: state.is_late,
        }
    }
}
