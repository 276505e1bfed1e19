//! What is told while it happens. Only staff are.

use async_graphql::{Context, Enum, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt};

use super::Asked;
use super::loader;
use super::view::TaskView;
use crate::app;
use crate::domain::{Error, Result, TaskId};
use crate::store::{Change, TaskChanged};

/// What happened to a task.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Change")]
pub enum TaskChangeKind {
    Created,
    Updated,
    Deleted,
}

/// A change that was stored.
#[derive(SimpleObject)]
pub struct TaskChange {
    kind: TaskChangeKind,
    id: ID,
    /// The task as it is now; null when it is gone.
    task: Option<TaskView>,
}

pub struct Subscription;

#[Subscription]
impl Subscription {
    /// Every task that is created, changed or deleted from now on, or one of them. Ends with
    /// RATE_LIMITED when the reader is too slow to be told of everything: subscribe again and reload. When
    /// the session ends, the socket is closed with 4403.
    async fn task_changed(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<TaskChange>>> {
        let (_, session) = ctx.caller()?.viewer.ok_or(Error::Unauthenticated)?;
        let id = id.map(|id| TaskId::parse("id", &id)).transpose()?;
        let desk = ctx
            .data::<std::sync::Arc<app::Desk>>()
            .map_err(super::missing)?
            .clone();
        let zone = desk.shop.timezone.clone();
        let changes = app::tasks::watch(desk, session, id);
        Ok(changes.map(move |change| {
            let (TaskChanged { task, what }, row) = change?;
            Ok(TaskChange {
                kind: what.into(),
                id: task.get().into(),
                task: row.map(|row| loader::task(row, &zone)),
            })
        }))
    }
}
