use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SelectionField};
use serde::Serialize;

use super::event::EventView;
use super::written::{Written, fields, wanted};
use super::{
    ApprovalView, CommentView, CustomerView, DeviceView, List, StageView, UserView, stage, user,
};
use crate::domain::{Category, Comment, Day, Details, Link, Result, Status, Sum, TaskOrder};
use crate::graphql::Asked;
use crate::graphql::loader::Tasks;
use crate::store::tasks::{Listed, Wanted};

/// How far a task is.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Status")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusEnum {
    Accepted,
    InProgress,
    Ready,
    Closed,
}

/// What kind of work a task is.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Category")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
    pub row: Listed,
    /// The list that the task stands in.
    pub list: Arc<Tasks>,
}

impl TaskFields {
    async fn details(&self, ctx: &Context<'_>) -> Result<Details> {
        self.list.details(ctx, self.row.id).await
    }

    async fn linked(&self, ctx: &Context<'_>, link: Link) -> Result<List<TaskView>> {
        let others = self.list.linked(ctx, link, self.row.id).await?;
        Ok(List::of(others))
    }
}

/// Returns what is to be read of tasks, by the places in a document where these stand.
pub fn wanted_tasks<'a>(places: impl IntoIterator<Item = SelectionField<'a>>) -> Wanted {
    wanted::<TaskFields>(places)
}

fields! {
    #[Object(name = "Task", serial)]
    /// A customer's request.
    TaskFields, wants Wanted;

    held {
        "id" id: ID = |task| task.row.id.get().into();

        /// The day of creation, `YYYY-MM-DD`, in the shop's time zone.
        "createdAt" created_at [created]: String =
            |task| Day::of(*created, &task.list.zone).to_string();

        /// The instant of creation, RFC 3339 in UTC.
        "createdTime" created_time [created]: String = |task| created.to_string();

        /// The instant of the last change, RFC 3339 in UTC.
        "updatedTime" updated_time [updated]: String = |task| updated.to_string();

        /// Since when the task is CLOSED, RFC 3339 in UTC; null in any other status.
        "closedTime" closed_time [closed]: Option<String> = |task| closed.map(|at| at.to_string());

        /// Since when the task is READY, RFC 3339 in UTC; null in any other status.
        "readyTime" ready_time [ready]: Option<String> = |task| ready.map(|at| at.to_string());

        /// Raised by every change. Passed back as `expectedVersion` it keeps two people from
        /// overwriting each other.
        "version" version [version]: i64 = |task| *version;

        /// Null once the customer's card was deleted.
        "customer" customer [customer]: Option<CustomerView> =
            |task| customer.map(|customer| task.list.customer(customer.clone()));

        /// Who is responsible.
        "employee" employee [employee]: Option<UserView> = |task| employee.cloned().map(user);

        "category" category [category]: CategoryEnum = |task| (*category).into();

        "status" status [status]: StatusEnum = |task| (*status).into();

        /// The step inside the status.
        "stage" stage [stage]: StageView = |task| self::stage(stage.clone());

        /// Since when it is in that stage, RFC 3339 in UTC.
        "stageSince" stage_since [stage_since]: String = |task| stage_since.to_string();

        "description" description [description]: &str = |task| description.as_str();

        /// The day by which it is promised, `YYYY-MM-DD`.
        "dueOn" due_on [due]: Option<String> = |task| due.map(|day| day.to_string());

        /// Whether the customer is reminded while it is READY and not collected.
        "remind" remind [remind]: bool = |task| *remind;
    }

    needs "stuck" [stage, stage_since];
    needs "overdue" [due, status];
    needs "statusUrl" [closed];

    fetched {
        /// Whether it has been in that stage for as many days as make it stuck there, and isn't CLOSED.
        async fn stuck(&self, ctx: &Context<'_>) -> Result<bool> {
            let now = ctx.desk()?.clock.now();
            let since = *self.row.stage_since()?;
            Ok(self.row.stage()?.is_stuck(since, now))
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

        /// Whether that day is over and the task neither READY nor CLOSED.
        async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            let desk = ctx.desk()?;
            let today = Day::of(desk.clock.now(), &desk.shop.timezone);
            Ok(self.row.status()?.is_overdue(*self.row.due()?, today))
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
            let (id, link) = (self.row.id, Link::WarrantyOf);
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
            let (task, closed, desk) = (self.row.id, *self.row.closed()?, ctx.desk()?);
            let now = desk.clock.now();
            let generation = self.list.link(ctx, task).await?;
            let url = |generation| desk.links.url_of(task, closed, generation, now);
            Ok(generation.and_then(url))
        }

        /// What was said about the task, oldest first.
        #[graphql(complexity = "10 * child_complexity")]
        async fn comments(&self, ctx: &Context<'_>) -> Result<List<CommentView>> {
            let comments = self.list.comments(ctx, self.row.id).await?;
            Ok(List::of(comments.into_iter().map(CommentView::from)))
        }

        /// Whether the customer waits for an answer.
        async fn unanswered(&self, ctx: &Context<'_>) -> Result<bool> {
            let comments = self.list.comments(ctx, self.row.id).await?;
            Ok(comments.iter().any(Comment::is_open))
        }

        /// Whether the customer has declined the price and nobody of the shop has reacted yet: with a message
        /// to the customer, another question, another estimate or `settleAnswers`, or by finishing the work.
        async fn declined(&self, ctx: &Context<'_>) -> Result<bool> {
            let approvals = self.list.approvals(ctx, self.row.id).await?;
            Ok(approvals.iter().any(|approval| approval.unsettled))
        }

        /// The prices that the customer was asked to agree to, oldest first.
        #[graphql(complexity = "10 * child_complexity")]
        async fn approvals(&self, ctx: &Context<'_>) -> Result<List<ApprovalView>> {
            let approvals = self.list.approvals(ctx, self.row.id).await?;
            Ok(List::of(approvals.into_iter().map(ApprovalView::from)))
        }

        /// What happened to the task, oldest first.
        #[graphql(complexity = "10 * child_complexity")]
        async fn history(&self, ctx: &Context<'_>) -> Result<List<EventView>> {
            let events = self.list.history(ctx, self.row.id).await?;
            Ok(List::of(events.into_iter().map(EventView::from)))
        }
    }
}
