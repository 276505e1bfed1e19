//! Notices what other programs do to the database beside the server: what they write (`zayavka user`), and that they
//! delete or exchange it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::store::{Db, NOTICED};

/// How long everybody is still told that the database was lost, before the server ends.
const FAREWELL: Duration = Duration::from_secs(3);

pub async fn run(db: Db, stop: CancellationToken) -> Result<(), Failure> {
    while stop
        .run_until_cancelled(tokio::time::sleep(NOTICED / 2))
        .await
        .is_some()
    {
        let noticed = db.notice_others().await;
        if let Some(loss) = db.loss() {
            tracing::error!("{loss}: nothing is written any more, and the server ends");
            stop.run_until_cancelled(tokio::time::sleep(FAREWELL)).await;
            return Err(loss.into());
        }
        if let Err(error) = noticed {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "can't see whether another program has written");
        }
    }
    Ok(())
}
