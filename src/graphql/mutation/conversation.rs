//! What the shop and the customer of a task say to each other: notices, comments, and questions
//! about a price.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::tasks::TaskPayload;
use crate::app;
use crate::domain::{Message, NewApproval, NoticeId, Result, Sum, TaskId};
use crate::graphql::view::{CommentView, TaskView};
use crate::graphql::{Asked, loader};
use crate::store::Transaction;

#[derive(SimpleObject)]
pub struct CommentPayload {
    comment: CommentView,
    task: TaskView,
}

#[derive(Default)]
pub struct ConversationMutation;

#[Object]
impl ConversationMutation {
    /// Tries an undelivered notice again, with the status that the task has now.
    async fn retry_notification(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (NoticeId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::notices::retry(tx, &actor, id, now);
        TaskPayload::write(desk, work).await
    }

    /// Says something about a task: to colleagues, or to its customer, who is told of it, sees it on
    /// the page of the task, and whose own words are answered with it. All staff may.
    async fn add_comment(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(desc = "At most 3,000 characters.")] text: String,
        #[graphql(default)] to_customer: bool,
    ) -> Result<CommentPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let text = Message::parse("text", &text)?;
        let work = move |tx: &Transaction<'_>| {
            let comment = app::comments::add(tx, &actor, id, to_customer, &text, now)?;
            Ok((comment, app::tasks::get(tx, &actor, id)?))
        };
        let (comment, row) = desk.db.write(work).await?;
        Ok(CommentPayload {
            comment: comment.into(),
            task: loader::task(row, &desk.shop.timezone),
        })
    }

    /// Notes that what the customer of a task said, or the price that they declined, needs no answer. All
    /// staff may.
    async fn settle_answers(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::comments::settle(tx, &actor, id, now);
        TaskPayload::write(desk, work).await
    }

    /// Asks the customer of a task to agree to a price, which becomes its estimate, by a button in
    /// Telegram or on the page of the task. A question before it is withdrawn. BAD_USER_INPUT for a
    /// task that is CLOSED. All staff may.
    async fn ask_approval(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(desc = "In the smallest unit of the shop's currency.")] price: i64,
        #[graphql(desc = "What it is for, at most 3,000 characters.")] text: Option<String>,
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let text = text.filter(|text| !text.trim().is_empty());
        let new = NewApproval {
            price: Sum::new("price", price)?,
            text: text.map(|text| Message::parse("text", &text)).transpose()?,
            expected_version,
        };
        let work = move |tx: &Transaction<'_>| app::approvals::ask(tx, &actor, id, &new, now);
        TaskPayload::write(desk, work).await
    }

    /// Takes back the question about a task that its customer has not answered yet. All staff may.
    async fn withdraw_approval(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::approvals::take_back(tx, &actor, id, now);
        TaskPayload::write(desk, work).await
    }
}
