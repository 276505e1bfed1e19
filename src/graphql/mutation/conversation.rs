//! Mutations of the conversation about a task: notices, comments and quotes.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::tasks::TaskPayload;
use crate::app::{self, Desk};
use crate::domain::{Comment, Message, NewApproval, NoticeId, Result, TaskId, Together};
use crate::graphql::input::{self, Upload};
use crate::graphql::scalars::MoneyValue;
use crate::graphql::view::{CommentView, TaskView};
use crate::graphql::{RequestContext, idempotency, loader};
use crate::store::Transaction;
use crate::store::tasks::TaskRow;

/// Result of the mutations that add a comment.
#[derive(SimpleObject)]
pub struct CommentPayload {
    /// The new comment.
    comment: CommentView,
    /// The task after the change.
    task: TaskView,
}

impl CommentPayload {
    async fn write(
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<(Comment, TaskRow)> + Send + 'static,
    ) -> Result<Self> {
        let (comment, row) = desk.db.write(work).await?;
        Ok(Self {
            comment: comment.into(),
            task: loader::task(row, &desk.shop().timezone),
        })
    }
}

#[derive(Default)]
pub struct ConversationMutation;

#[Object]
impl ConversationMutation {
    /// Sends an undelivered notice again, with the task's current status.
    async fn retry_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the notice.")] id: ID,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now, shop) = (NoticeId::parse("id", &id)?, desk.clock.now(), desk.shop());
        let work = move |tx: &Transaction<'_>| app::notices::retry(tx, &shop, &actor, id, now);
        TaskPayload::write(desk, work).await
    }

    /// Adds an internal note, or with `toCustomer` a message to the customer, who is notified and
    /// sees it on the status page; such a message also settles the customer's open messages. Open
    /// to all staff.
    async fn add_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "At most 3,000 characters.")] text: String,
        #[graphql(
            default,
            desc = "Whether it is a message to the customer instead of an internal note."
        )]
        to_customer: bool,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<CommentPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (id, text, request) = (
            TaskId::parse("taskId", &task_id),
            Message::parse("text", &text),
            idempotency::request(ctx, idempotency_key),
        )
            .together()?;
        let routing = desk.routing();
        let add = move |tx: &Transaction<'_>| {
            let to = to_customer.then_some(&routing);
            let comment = app::comments::add(tx, &actor, id, to, &text, request.now)?;
            Ok((comment, app::tasks::get(tx, &actor, id)?))
        };
        let work = move |tx: &Transaction<'_>| request.once(tx, || add(tx));
        CommentPayload::write(desk, work).await
    }

    /// Adds files to the task as an internal note, which the customer never sees: pictures without
    /// the metadata of their cameras, PDF, recordings, films and office documents. They are sent by
    /// the GraphQL multipart request specification with `Authorization`. Open to all staff.
    async fn add_attachments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "1 to 10, at most 4 MiB each and 16 MiB together.")] files: Vec<Upload>,
        #[graphql(desc = "At most 3,000 characters.")] text: Option<String>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<CommentPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let text = text.filter(|text| !text.trim().is_empty());
        let (request, id, text, files) = (
            idempotency::request(ctx, idempotency_key),
            TaskId::parse("taskId", &task_id),
            text.map(|text| Message::parse("text", &text)).transpose(),
            input::files(ctx, "files", &files),
        )
            .together()?;
        let text = text.unwrap_or_else(Message::wordless);
        let add = move |tx: &Transaction<'_>| {
            let comment =
                app::comments::add_files(tx, &actor, id, None, (&text, &files), request.now)?;
            Ok((comment, app::tasks::get(tx, &actor, id)?))
        };
        let work = move |tx: &Transaction<'_>| request.once(tx, || add(tx));
        CommentPayload::write(desk, work).await
    }

    /// Marks the open messages of the task's customer and a declined quote as needing no answer.
    /// Open to all staff.
    async fn settle_answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("taskId", &task_id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::comments::settle(tx, &actor, id, now);
        TaskPayload::write(desk, work).await
    }

    /// Sends a quote to the task's customer, who accepts or declines it by a button in Telegram or
    /// on the status page: the lines as they are now, or the price of a task without lines, which
    /// becomes its estimate. An open quote is withdrawn.
    /// BAD_USER_INPUT for a CLOSED task. Open to all staff.
    async fn ask_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "Needed by a task without lines; otherwise it is the sum of the lines.")]
        price: Option<MoneyValue>,
        #[graphql(desc = "Explanation, at most 3,000 characters.")] text: Option<String>,
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
        let text = text.filter(|text| !text.trim().is_empty());
        let (request, id, price, text) = (
            idempotency::request(ctx, idempotency_key),
            TaskId::parse("taskId", &task_id),
            price.map(|price| price.read("price")).transpose(),
            text.map(|text| Message::parse("text", &text)).transpose(),
        )
            .together()?;
        let new = NewApproval {
            price,
            text,
            expected_version,
        };
        let shop = desk.shop();
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || {
                app::approvals::ask(tx, &shop, &actor, id, &new, request.now)
            })
        };
        TaskPayload::write(desk, work).await
    }

    /// Withdraws the task's open quote. Open to all staff.
    async fn withdraw_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("taskId", &task_id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::approvals::take_back(tx, &actor, id, now);
        TaskPayload::write(desk, work).await
    }
}
