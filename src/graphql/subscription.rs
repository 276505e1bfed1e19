//! The subscription root. All subscriptions require a signed-in employee.

use async_graphql::{Context, Enum, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt};

use super::RequestContext;
use super::loader;
use super::view::{CustomerView, TaskView};
use crate::app;
use crate::domain::{CustomerId, Error, Result, TaskId};
use crate::store::{Change, CustomerChanged, TaskChanged};

/// Kind of a change of a task or a customer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Change")]
pub enum TaskChangeKind {
    /// The task was registered or imported.
    Created,
    /// The task was changed.
    Updated,
    /// The task was deleted.
    Deleted,
}

/// A committed change.
#[derive(SimpleObject)]
pub struct TaskChange {
    /// Kind of the change.
    kind: TaskChangeKind,
    /// Id of the task, also of a deleted one.
    id: ID,
    /// The task's current state; null when it is deleted.
    task: Option<TaskView>,
}

/// A committed change of a customer.
#[derive(SimpleObject)]
pub struct CustomerChange {
    /// What happened to the customer.
    kind: TaskChangeKind,
    /// Id of the customer, also of a deleted one.
    id: ID,
    /// The customer's current state; null when deleted.
    customer: Option<CustomerView>,
}

pub struct Subscription;

/// Events that are streamed to signed-in employees.
#[Subscription]
impl Subscription {
    /// Streams the creation, change and deletion of tasks, or of the task with this id. Ends with
    /// RATE_LIMITED when the client reads too slowly to receive every event: subscribe again and
    /// reload. When the session ends, the socket is closed with code 4401.
    async fn task_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task; all tasks when it is null.")] id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<TaskChange>>> {
        let (_, session) = ctx.caller()?.viewer.ok_or(Error::Unauthenticated)?;
        let id = id.map(|id| TaskId::parse("id", &id)).transpose()?;
        let desk = ctx
            .data::<std::sync::Arc<app::Desk>>()
            .map_err(super::missing)?
            .clone();
        let zone = desk.shop().timezone.clone();
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

    /// Streams the creation, change and deletion of customers, or of the customer with this id. Ends
    /// as `taskChanged` does.
    async fn customer_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer; all customers when it is null.")] id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<CustomerChange>>> {
        let (_, session) = ctx.caller()?.viewer.ok_or(Error::Unauthenticated)?;
        let id = id.map(|id| CustomerId::parse("id", &id)).transpose()?;
        let desk = ctx.data::<std::sync::Arc<app::Desk>>();
        let desk = desk.map_err(super::missing)?.clone();
        let changes = app::changes::watch_customers(desk, session, id);
        Ok(changes.map(|change| {
            let (CustomerChanged { customer, what }, card) = change?;
            Ok(CustomerChange {
                kind: what.into(),
                id: customer.get().into(),
                customer: card.map(loader::customer),
            })
        }))
    }
}
