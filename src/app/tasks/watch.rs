//! The stream of changes of tasks.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::app::security::tokens::Session;
use crate::app::{Desk, accounts};
use crate::domain::{Error, Result, TaskId};
use crate::store::tasks::TaskRow;
use crate::store::{self, TaskChanged};

/// Streams every change of all tasks or of one, with the task as it is when the event is sent. Ends
/// after an error: the session has ended, or the subscriber is too slow.
pub fn watch(
    desk: Arc<Desk>,
    session: Session,
    only: Option<TaskId>,
) -> impl Stream<Item = Result<(TaskChanged, Option<TaskRow>)>> {
    let changes = desk.db.changes();
    stream::unfold(Some((desk, changes)), move |state| async move {
        let (desk, mut changes) = state?;
        match next_change(&desk, &mut changes, session, only).await {
            Ok(None) => None,
            Ok(Some(change)) => Some((Ok(change), Some((desk, changes)))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

async fn next_change(
    desk: &Desk,
    changes: &mut broadcast::Receiver<TaskChanged>,
    session: Session,
    only: Option<TaskId>,
) -> Result<Option<(TaskChanged, Option<TaskRow>)>> {
    loop {
        let change = tokio::select! {
            () = accounts::ended(desk, session) => return Err(Error::Unauthenticated),
            change = changes.recv() => change,
        };
        let change = match change {
            Ok(change) if only.is_none_or(|only| only == change.task) => change,
            Ok(_) => continue,
            Err(RecvError::Closed) => return Ok(None),
            Err(RecvError::Lagged(_)) => {
                return Err(Error::RateLimited {
                    retry_after: Duration::ZERO,
                });
            }
        };
        let row = desk.db.read(move |c| store::tasks::get(c, change.task));
        let row = row.await?;
        accounts::holds(desk, session).await?;
        return Ok(Some((change, row)));
    }
}
