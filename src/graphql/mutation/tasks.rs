//! Mutations of tasks and their status links.

use async_graphql::{Context, ID, MaybeUndefined, Object, SimpleObject};

use crate::app::{self, Desk};
use crate::domain::{EmployeeId, Name, Phone, Result, TaskId, Together};
use crate::graphql::input::{self, TaskInput};
use crate::graphql::view::TaskView;
use crate::graphql::{RequestContext, idempotency, loader};
use crate::store::Transaction;
use crate::store::tasks::TaskRow;

/// Result of the mutations that change a task.
#[derive(SimpleObject)]
pub struct TaskPayload {
    /// The task after the change.
    task: TaskView,
}

impl TaskPayload {
    /// Performs a write that returns the changed task.
    pub async fn write(
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<TaskRow> + Send + 'static,
    ) -> Result<Self> {
        let row = desk.db.write(work).await?;
        Ok(Self {
            task: loader::task(row, &desk.shop().timezone),
        })
    }
}

/// Result of `deleteTask`.
#[derive(SimpleObject)]
pub struct DeleteTaskPayload {
    /// Id of the deleted task.
    id: ID,
}

#[derive(Default)]
pub struct TaskMutation;

#[Object]
impl TaskMutation {
    /// Registers a task. `customerPhone` is required; an unknown phone creates a customer. The
    /// signed-in employee becomes responsible.
    async fn create_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Fields of the new task; `customerPhone` is required.")]
        task_data: TaskInput,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<TaskPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let request = idempotency::request(ctx, idempotency_key)?;
        let new = task_data.into_new(&desk.shop())?;
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || app::tasks::create(tx, &actor, &new, request.now))
        };
        TaskPayload::write(desk, work).await
    }

    /// Changes a task; omitted fields are kept. The customer is notified of a new status or stage.
    /// `customerPhone` can't be changed: a different one is BAD_USER_INPUT.
    async fn update_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Changes to the task; `id` is required, and omitted fields are kept.")]
        task_data: TaskInput,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop(), desk.clock.now());
        let (id, change) = task_data.into_change(&shop)?;
        let work =
            move |tx: &Transaction<'_>| app::tasks::update(tx, &shop, &actor, id, &change, now);
        TaskPayload::write(desk, work).await
    }

    /// Assigns a task to an employee, or to nobody when `employeeId` is null.
    async fn assign_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] id: ID,
        #[graphql(desc = "Id of the employee; null for nobody. Required.")]
        employee_id: MaybeUndefined<ID>,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let employee = input::present("employeeId", employee_id, |id| {
            Ok(EmployeeId::parse("employeeId", &id)?)
        });
        let (id, employee) = (TaskId::parse("id", &id), employee).together()?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| {
            app::tasks::assign(tx, &actor, id, employee, expected_version, now)
        };
        TaskPayload::write(desk, work).await
    }

    /// Gives a task to another customer, who is found or created by phone; the name is for a customer without one.
    /// Nobody is notified. The status link is revoked, notices that were not sent yet are deleted, an open quote is
    /// withdrawn, and the new customer's status page shows only what is written from then on. Lines and payments stay
    /// with the task. No effect when it is that customer's already. Open to all staff.
    async fn set_task_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "Phone of the new customer, in any spelling.")] customer_phone: String,
        #[graphql(desc = "At most 200 characters.")] customer_name: Option<String>,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let name = customer_name.map(|name| Name::parse("customerName", &name));
        let (id, phone, name) = (
            TaskId::parse("taskId", &task_id),
            Phone::parse("customerPhone", &customer_phone, desk.shop().country),
            name.transpose(),
        )
            .together()?;
        let (name, now) = (name.flatten(), desk.clock.now());
        let work = move |tx: &Transaction<'_>| {
            app::task_customers::set(tx, &actor, id, &phone, name.as_ref(), expected_version, now)
        };
        TaskPayload::write(desk, work).await
    }

    /// Deletes a task. Its number is never reused.
    async fn delete_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] id: ID,
    ) -> Result<DeleteTaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (task, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        desk.db
            .write(move |tx| app::tasks::delete(tx, &actor, task, now))
            .await?;
        Ok(DeleteTaskPayload { id })
    }

    /// Creates a status link (`statusUrl`) by which the customer follows the task, and revokes the
    /// previous one at once. Open to all staff.
    async fn renew_status_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("taskId", &task_id)?, desk.clock.now());
        let links = desk.links();
        let work = move |tx: &Transaction<'_>| {
            app::status_links::renew(tx, &actor, &links, id, now)?;
            app::tasks::get(tx, &actor, id)
        };
        TaskPayload::write(desk, work).await
    }
}
