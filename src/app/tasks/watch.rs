//! The stream of changes of tasks.

use std::sync::Arc;

use futures_util::stream::Stream;

use crate::app::security::tokens::Session;
use crate::app::{Desk, changes};
use crate::domain::{Result, TaskId};
use crate::store::tasks::TaskRow;
use crate::store::{self, TaskChanged};

/// Streams every change of all tasks or of one, with the task as it is when the event is sent. Ends
/// after an error: the session has ended, or the subscriber is too slow.
pub fn watch(
    desk: Arc<Desk>,
    session: Session,
    only: Option<TaskId>,
) -> impl Stream<Item = Result<(TaskChanged, Option<TaskRow>)>> {
    let all = desk.db.changes();
    let wants = move |change: &TaskChanged| only.is_none_or(|only| only == change.task);
    changes::follow(desk, session, all, wants, |c, change| {
        store::tasks::get(c, change.task)
    })
}
