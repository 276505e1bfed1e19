use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::{Context, Enum, ID, Object};

use super::event::EventView;
use super::written::{Plain, Written, id, json, maybe};
use super::{
    ApprovalView, CommentView, CustomerView, DeviceView, List, StageView, UserView, stage, user,
};
use crate::domain::{Category, Comment, Day, Details, Link, Result, Status, Sum, TaskOrder};
use crate::graphql::Asked;
use crate::graphql::loader::Tasks;
use crate::store::tasks::TaskRow;

/// How far a task is.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum StatusEnum {
    Accepted,
    InProgress,
    Ready,
    Closed,
}

/// What kind of work a task is.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Category")]
pub enum CategoryEnum {
    Consulting,
    Diagnosis,
    Repair,
    Other,
}

/// The order of a page of tasks.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskOrder", remote = "TaskOrder")]
pub enum TaskOrderEnum {
    Newest,
    Oldest,
    RecentlyUpdated,
    /// Only those that are READY.
    LongestReady,
}

pub type TaskView = Written<TaskFields>;

#[derive(Clone)]
pub struct TaskFields {
    pub row: TaskRow,
    /// The list that the task stands in.
    pub list: Arc<Tasks>,
}

impl TaskFields {
    async fn details(&self, ctx: &Context<'_>) -> Result<Details> {
        self.list.details(ctx, self.row.task.id).await
    }

    async fn linked(&self, ctx: &Context<'_>, link: Link) -> Result<List<TaskView>> {
        let others = self.list.linked(ctx, link, self.row.task.id).await?;
        Ok(List::of(others))
    }

    fn day(&self) -> String {
        Day::of(self.row.task.created, &self.list.zone).to_string()
    }
}

impl Plain for TaskFields {
    const TYPE: &'static str = "Task";

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        let TaskRow {
            task,
            stage,
            customer,
            employee,
            ..
        } = &self.row;
        match field.name.node.as_str() {
            "id" => id(task.id.get(), out),
            "createdAt" => json(&self.day(), out),
            "createdTime" => json(&task.created.to_string(), out),
            "updatedTime" => json(&task.updated.to_string(), out),
            "closedTime" => json(&task.closed.map(|at| at.to_string()), out),
            "readyTime" => json(&task.ready.map(|at| at.to_string()), out),
            "version" => json(&task.version, out),
            "category" => json(task.category.word(), out),
            "status" => json(task.status.word(), out),
            "stage" => maybe(Some(&**stage), field, out),
            "stageSince" => json(&task.stage_since.to_string(), out),
            "description" => json(task.description.as_str(), out),
            "remind" => json(&task.remind, out),
            "dueOn" => json(&task.due.map(|day| day.to_string()), out),
            "customer" => maybe(customer.as_deref(), field, out),
            "employee" => maybe(employee.as_deref(), field, out),
            _ => None,
        }
    }
}

/// A customer's request.
#[Object(name = "Task", serial)]
impl TaskFields {
    async fn id(&self) -> ID {
        self.row.task.id.get().into()
    }

    /// The day of creation, `YYYY-MM-DD`, in the shop's time zone.
    async fn created_at(&self) -> String {
        self.day()
    }

    /// The instant of creation, RFC 3339 in UTC.
    async fn created_time(&self) -> String {
        self.row.task.created.to_string()
    }

    /// The instant of the last change, RFC 3339 in UTC.
    async fn updated_time(&self) -> String {
        self.row.task.updated.to_string()
    }

    /// Since when the task is CLOSED, RFC 3339 in UTC; null in any other status.
    async fn closed_time(&self) -> Option<String> {
        self.row.task.closed.map(|at| at.to_string())
    }

    /// Since when the task is READY, RFC 3339 in UTC; null in any other status.
    async fn ready_time(&self) -> Option<String> {
        self.row.task.ready.map(|at| at.to_string())
    }

    /// Raised by every change. Passed back as `expectedVersion` it keeps two people from
    /// overwriting each other.
    async fn version(&self) -> i64 {
        self.row.task.version
    }

    /// Null once the customer's card was deleted.
    async fn customer(&self) -> Option<CustomerView> {
        let customer = self.row.customer.clone()?;
        Some(self.list.customer(customer))
    }

    /// Who is responsible.
    async fn employee(&self) -> Option<UserView> {
        self.row.employee.clone().map(user)
    }

    async fn category(&self) -> CategoryEnum {
        self.row.task.category.into()
    }

    async fn status(&self) -> StatusEnum {
        self.row.task.status.into()
    }

    /// The step inside the status.
    async fn stage(&self) -> StageView {
        stage(self.row.stage.clone())
    }

    /// Since when it is in that stage, RFC 3339 in UTC.
    async fn stage_since(&self) -> String {
        self.row.task.stage_since.to_string()
    }

    /// Whether it has been in that stage for as many days as make it stuck there, and isn't CLOSED.
    async fn stuck(&self, ctx: &Context<'_>) -> Result<bool> {
        let now = ctx.desk()?.clock.now();
        let since = self.row.task.stage_since;
        Ok(self.row.stage.is_stuck(since, now))
    }

    async fn description(&self) -> &str {
        self.row.task.description.as_str()
    }

    /// What the customer brought.
    async fn device(&self, ctx: &Context<'_>) -> Result<DeviceView> {
        Ok(self.details(ctx).await?.device.into())
    }

    /// Other tasks of the same serial number, the newest first, at most 20.
    #[graphql(complexity = "10 * child_complexity")]
    async fn tasks_of_device(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
        self.linked(ctx, Link::Device).await
    }

    /// The day by which it is promised, `YYYY-MM-DD`.
    async fn due_on(&self) -> Option<String> {
        self.row.task.due.map(|day| day.to_string())
    }

    /// Whether that day is over and the task neither READY nor CLOSED.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        let desk = ctx.desk()?;
        let today = Day::of(desk.clock.now(), &desk.shop.timezone);
        Ok(self.row.task.is_overdue(today))
    }

    /// Whether the customer is reminded while it is READY and not collected.
    async fn remind(&self) -> bool {
        self.row.task.remind
    }

    /// What the customer was told that it may cost, in the smallest unit of the shop's currency.
    async fn estimate(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(self.details(ctx).await?.estimate.map(Sum::minor))
    }

    /// What it came to, in the same unit.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(self.details(ctx).await?.price.map(Sum::minor))
    }

    /// What was paid before, in the same unit.
    async fn prepayment(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(self.details(ctx).await?.prepayment.map(Sum::minor))
    }

    /// The last day of the warranty for this work, `YYYY-MM-DD`.
    async fn warranty_until(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let until = self.details(ctx).await?.warranty_until;
        Ok(until.map(|day| day.to_string()))
    }

    /// The task whose warranty this one is done under.
    async fn warranty_of(&self, ctx: &Context<'_>) -> Result<Option<TaskView>> {
        let (id, link) = (self.row.task.id, Link::WarrantyOf);
        Ok(self.list.linked(ctx, link, id).await?.pop())
    }

    /// The tasks that are done under this one's warranty, the newest first, at most 20.
    #[graphql(complexity = "10 * child_complexity")]
    async fn warranty_tasks(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
        self.linked(ctx, Link::UnderWarranty).await
    }

    /// The page on which the customer sees how far it is, without signing in. Null until its link
    /// is made, by `renewStatusLink` or for the receipt, and when it has ended: some days
    /// (`shop.status_days`) after the task was closed.
    async fn status_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (task, desk) = (&self.row.task, ctx.desk()?);
        let generation = self.list.link(ctx, task.id).await?;
        let url = |generation| desk.links.url(task, generation, desk.clock.now());
        Ok(generation.and_then(url))
    }

    /// What was said about the task, oldest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn comments(&self, ctx: &Context<'_>) -> Result<List<CommentView>> {
        let comments = self.list.comments(ctx, self.row.task.id).await?;
        Ok(List::of(comments.into_iter().map(CommentView::from)))
    }

    /// Whether the customer waits for an answer.
    async fn unanswered(&self, ctx: &Context<'_>) -> Result<bool> {
        let comments = self.list.comments(ctx, self.row.task.id).await?;
        Ok(comments.iter().any(Comment::is_open))
    }

    /// Whether the customer has declined the price and nobody of the shop has reacted yet: with a message
    /// to the customer, another question, another estimate or `settleAnswers`, or by finishing the work.
    async fn declined(&self, ctx: &Context<'_>) -> Result<bool> {
        let approvals = self.list.approvals(ctx, self.row.task.id).await?;
        Ok(approvals.iter().any(|approval| approval.unsettled))
    }

    /// The prices that the customer was asked to agree to, oldest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn approvals(&self, ctx: &Context<'_>) -> Result<List<ApprovalView>> {
        let approvals = self.list.approvals(ctx, self.row.task.id).await?;
        Ok(List::of(approvals.into_iter().map(ApprovalView::from)))
    }

    /// What happened to the task, oldest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn history(&self, ctx: &Context<'_>) -> Result<List<EventView>> {
        let events = self.list.history(ctx, self.row.task.id).await?;
        Ok(List::of(events.into_iter().map(EventView::from)))
    }
}
