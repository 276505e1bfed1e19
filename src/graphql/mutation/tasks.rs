//! The tasks, from their registration on, and their links.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::app::{self, Desk};
use crate::domain::{EmployeeId, Result, TaskId};
use crate::graphql::input::TaskInput;
use crate::graphql::view::TaskView;
use crate::graphql::{Asked, loader};
use crate::store::Transaction;
use crate::store::tasks::TaskRow;

#[derive(SimpleObject)]
pub struct TaskPayload {
    task: TaskView,
}

impl TaskPayload {
    /// Does a write, which returns the task as it is then.
    pub async fn write(
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<TaskRow> + Send + 'static,
    ) -> Result<Self> {
        let row = desk.db.write(work).await?;
        Ok(Self {
            task: loader::task(row, &desk.shop.timezone),
        })
    }
}

#[derive(SimpleObject)]
pub struct DeleteTaskPayload {
    id: ID,
}

#[derive(Default)]
pub struct TaskMutation;

#[Object]
impl TaskMutation {
    /// Registers a task. `customerPhone` is required; an unknown phone makes the card. The
    /// signed-in employee becomes responsible.
    async fn create_task(&self, ctx: &Context<'_>, task_data: TaskInput) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (new, now) = (task_data.into_new(&desk.shop)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::tasks::create(tx, &actor, &new, now);
        TaskPayload::write(desk, work).await
    }

    /// Changes a task; what isn't given stays. The customer is told of a new status or stage.
    /// `customerPhone` can't change: another one is BAD_USER_INPUT.
    async fn update_task(&self, ctx: &Context<'_>, task_data: TaskInput) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let (id, change) = task_data.into_change(&shop)?;
        let work =
            move |tx: &Transaction<'_>| app::tasks::update(tx, &shop, &actor, id, &change, now);
        TaskPayload::write(desk, work).await
    }

    /// Makes an employee responsible for a task; nobody when `employeeId` is null.
    async fn assign_task(
        &self,
        ctx: &Context<'_>,
        id: ID,
        employee_id: Option<ID>,
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let employee = employee_id
            .map(|id| EmployeeId::parse("employeeId", &id))
            .transpose()?;
        let work = move |tx: &Transaction<'_>| {
            app::tasks::assign(tx, &actor, id, employee, expected_version, now)
        };
        TaskPayload::write(desk, work).await
    }

    /// Deletes a task. Its number is never given again.
    async fn delete_task(&self, ctx: &Context<'_>, id: ID) -> Result<DeleteTaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (task, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        desk.db
            .write(move |tx| app::tasks::delete(tx, &actor, task, now))
            .await?;
        Ok(DeleteTaskPayload { id })
    }

    /// Gives a task a link (`statusUrl`) by which its customer sees how far it is, in the place of
    /// the one before, which is dead at once. All staff may.
    async fn renew_status_link(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let links = desk.links.clone();
        let work = move |tx: &Transaction<'_>| {
            app::status_links::renew(tx, &actor, &links, id, now)?;
            app::tasks::get(tx, &actor, id)
        };
        TaskPayload::write(desk, work).await
    }
}
