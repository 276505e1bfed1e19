//! Mutations of the catalogue, of the lines of tasks and of what customers agree to.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::tasks::TaskPayload;
use crate::app::{self, Desk};
use crate::domain::{Error, Line, LineId, Message, Result, TaskId, Together};
use crate::graphql::input::{CatalogueItemInput, LineInput, discount};
use crate::graphql::scalars::{DecimalValue, MoneyValue};
use crate::graphql::view::{CatalogueItemView, TaskLineView, TaskView};
use crate::graphql::{RequestContext, idempotency, loader};
use crate::store::Transaction;
use crate::store::tasks::TaskRow;

/// Result of `saveCatalogueItem`.
#[derive(SimpleObject)]
pub struct CatalogueItemPayload {
    /// The created or changed item.
    item: CatalogueItemView,
}

/// Result of `addLine` and `updateLine`.
#[derive(SimpleObject)]
pub struct LinePayload {
    /// The added or changed line.
    line: TaskLineView,
    /// The task after the change.
    task: TaskView,
}

impl LinePayload {
    async fn write(
        ctx: &Context<'_>,
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<(Line, TaskRow)> + Send + 'static,
    ) -> Result<Self> {
        let (line, row) = desk.db.write(work).await?;
        let task = loader::task(row, &desk.shop().timezone);
        let approvals = task.list.approvals(ctx, task.row.id).await?;
        Ok(Self {
            line: TaskLineView::new(line, &approvals, task.list.clone()),
            task,
        })
    }
}

#[derive(Default)]
pub struct LineMutation;

#[Object]
impl LineMutation {
    /// Creates an item of the catalogue or, with an `id`, changes one; omitted fields are kept.
    /// Open to all staff, but for the cost. CONFLICT when the article number is taken.
    async fn save_catalogue_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Fields of a new item, or changes to the item with its `id`.")]
        item_data: CatalogueItemInput,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<CatalogueItemPayload> {
        let (actor, request) = (ctx.actor()?, idempotency::request(ctx, idempotency_key)?);
        let (id, change) = item_data.read()?;
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || app::catalogue::save(tx, &actor, id, change))
        };
        let item = CatalogueItemView(
            ctx.desk()?
                .db
                .write(work)
                .await
                .map_err(Error::about("id"))?,
        );
        Ok(CatalogueItemPayload { item })
    }

    /// Appends a line to a task. The first one replaces a typed price. BAD_USER_INPUT for a CLOSED
    /// task and an archived item. Open to all staff.
    async fn add_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "Fields of the new line.")] line_data: LineInput,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<LinePayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (request, task, new) = (
            idempotency::request(ctx, idempotency_key),
            TaskId::parse("taskId", &task_id),
            line_data.read(),
        )
            .together()?;
        let work = move |tx: &Transaction<'_>| {
            let (version, now) = (expected_version, request.now);
            request.once(tx, || app::lines::add(tx, &actor, task, new, version, now))
        };
        LinePayload::write(ctx, desk, work)
            .await
            .map_err(Error::about("taskId"))
    }

    /// Changes a line; omitted fields are kept. An open quote that shows it otherwise is withdrawn.
    /// BAD_USER_INPUT for a CLOSED task. Open to all staff.
    async fn update_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the line.")] id: ID,
        #[graphql(desc = "Changes to the line; omitted fields are kept.")] line_data: LineInput,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
    ) -> Result<LinePayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (id, change) = (LineId::parse("id", &id), line_data.read()).together()?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| {
            app::lines::update(tx, &actor, id, change, expected_version, now)
        };
        LinePayload::write(ctx, desk, work)
            .await
            .map_err(Error::about("id"))
    }

    /// Moves a line to another position in its task. BAD_USER_INPUT for a CLOSED task. Open to all
    /// staff.
    async fn move_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the line.")] id: ID,
        #[graphql(desc = "From 1; a larger one than there are lines is the end.")] position: i64,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (id, now) = (LineId::parse("id", &id)?, desk.clock.now());
        let position = usize::try_from(position).unwrap_or(1);
        let work = move |tx: &Transaction<'_>| {
            app::lines::reorder(tx, &actor, id, position, expected_version, now)
        };
        TaskPayload::write(desk, work)
            .await
            .map_err(Error::about("id"))
    }

    /// Removes a line. An open quote that shows it is withdrawn. BAD_USER_INPUT for a CLOSED task.
    /// Open to all staff.
    async fn remove_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the line.")] id: ID,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (id, now) = (LineId::parse("id", &id)?, desk.clock.now());
        let work =
            move |tx: &Transaction<'_>| app::lines::remove(tx, &actor, id, expected_version, now);
        TaskPayload::write(desk, work)
            .await
            .map_err(Error::about("id"))
    }

    /// Sets the discount of a whole task, as a sum or in percent; neither removes it.
    /// BAD_USER_INPUT for a CLOSED task, and for more than the lines. Open to all staff.
    async fn set_discount(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(
            desc = "Discount as a sum, at most that of the lines; not together with `percent`."
        )]
        sum: Option<MoneyValue>,
        #[graphql(desc = "Discount in percent, from 0 to 100.")] percent: Option<DecimalValue>,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (task, discount) =
            (TaskId::parse("taskId", &task_id), discount(sum, percent)).together()?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| {
            app::lines::set_discount(tx, &actor, task, discount, expected_version, now)
        };
        TaskPayload::write(desk, work)
            .await
            .map_err(Error::about("taskId"))
    }

    /// Records that the customer agreed by phone to the lines as they are now, or to the price. An
    /// open quote is withdrawn. BAD_USER_INPUT for a CLOSED task, and without lines and price. Open
    /// to all staff.
    async fn agree_by_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "At most 3,000 characters.")] note: Option<String>,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<TaskPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let note = note.filter(|note| !note.trim().is_empty());
        let (request, task, note) = (
            idempotency::request(ctx, idempotency_key),
            TaskId::parse("taskId", &task_id),
            note.map(|note| Message::parse("note", &note)).transpose(),
        )
            .together()?;
        let work = move |tx: &Transaction<'_>| {
            let (note, version, now) = (note.as_ref(), expected_version, request.now);
            request.once(tx, || {
                app::approvals::agree_by_phone(tx, &actor, task, note, version, now)
            })
        };
        TaskPayload::write(desk, work)
            .await
            .map_err(Error::about("taskId"))
    }
}
