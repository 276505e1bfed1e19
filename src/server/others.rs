//! Notices what other programs write into the database beside the server: `zayavka user`.

use tokio_util::sync::CancellationToken;

use super::Failure;
use crate::store::{Db, NOTICED};

pub async fn run(db: Db, stop: CancellationToken) -> Result<(), Failure> {
    while stop
        .run_until_cancelled(tokio::time::sleep(NOTICED / 2))
        .await
        .is_some()
    {
        if let Err(error) = db.notice_others().await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "can't see whether another program has written");
        }
    }
    Ok(())
}
