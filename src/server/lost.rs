//! The end of a server whose database was deleted or replaced while it ran. Nothing is written any more; acknowledged
//! writes are rescued from the files that are still open.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::domain::chain;
use crate::store::{Db, How, Loss};

/// Why the server has stopped, and what the operator should do.
#[derive(Debug, thiserror::Error)]
#[error(
    "{loss}, so the server has stopped; nothing that came afterwards was acknowledged. {advice}"
)]
pub struct DatabaseLost {
    loss: Loss,
    advice: String,
}

impl DatabaseLost {
    /// The exit code reserved for this case (`EX_IOERR` of sysexits.h): the systemd unit doesn't restart the server then,
    /// which would begin with an empty database.
    pub const EXIT: u8 = 74;

    /// Rescues the acknowledged writes.
    pub(super) async fn settle(db: &Db, loss: Loss, now: Timestamp) -> Self {
        let advice = match (loss.is_main, loss.how) {
            (true, How::WrittenOver) => {
                "The file is damaged: put a backup in its place with `zayavka restore`, and start the server again"
                    .to_owned()
            }
            (true, _) => match db.rescue(now).await {
                Ok((copy, log_is_empty)) => rescued(copy, db, log_is_empty),
                Err(error) => format!(
                    "What was in it could not be saved ({}): put the right file in its place, or a backup with \
                     `zayavka restore`, and start the server again",
                    chain(&error)
                ),
            },
            (false, _) => match db.checkpoint().await {
                Ok(()) => "Everything is in the database's file: start the server again".to_owned(),
                Err(error) => format!(
                    "What stood in it could not be moved into the database's file ({}); start the server again, and \
                     look for the newest changes",
                    chain(&error)
                ),
            },
        };
        Self { loss, advice }
    }
}

fn rescued(copy: PathBuf, db: &Db, log_is_empty: bool) -> String {
    let (copy, database) = (copy.display(), db.path().display());
    let log = match log_is_empty {
        true => String::new(),
        false => format!(
            "Another program keeps it open: end that and remove {database}-wal and {database}-shm first. "
        ),
    };
    format!(
        "{log}Everything that was acknowledged is in {copy}. To go on with that: `zayavka restore {copy}`. To go on \
         with another file: put it at {database}. Then start the server again"
    )
}
