use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SelectionField};
use serde::Serialize;

use super::event::EventView;
use super::written::{Written, fields, wanted};
use super::{
    ApprovalView, CommentView, CustomerView, DeviceView, List, NoticeView, PaymentView, StageView,
    TaskLineView, UserView, stage, user,
};
use crate::app::paging;
use crate::domain::{
    Category, Comment, Day, Details, Line, Link, Result, Status, TaskEvent, TaskOrder,
};
use crate::graphql::RequestContext;
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::loader::Tasks;
use crate::graphql::scalars::{DayValue, InstantValue, MoneyValue};
use crate::store::tasks::{Listed, Wanted};

/// Progress of a task.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Status")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusEnum {
    /// The device is accepted, and the work has not begun.
    Accepted,
    /// The work is being done.
    InProgress,
    /// The work is done, and the customer can collect the device.
    Ready,
    /// The task is finished, usually by the hand-over of the device.
    Closed,
}

/// Kind of work.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Category")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CategoryEnum {
    /// Advice to the customer.
    Consulting,
    /// Search for the cause of a fault.
    Diagnosis,
    /// Repair of a device.
    Repair,
    /// Any other work.
    Other,
}

/// Sort order of tasks.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskOrder", remote = "TaskOrder")]
pub enum TaskOrderEnum {
    /// Latest creation first.
    Newest,
    /// Earliest creation first.
    Oldest,
    /// Latest change first.
    RecentlyUpdated,
    /// READY tasks only, longest waiting first.
    LongestReady,
    /// The order of commits: longest unchanged first, for readers who keep a copy.
    LeastRecentlyUpdated,
    /// Earliest promised day first, tasks without one last.
    EarliestDue,
    /// Largest `total` first, tasks without one last.
    LargestTotal,
    /// Only tasks with something left to pay, largest `toPay` first.
    LargestToPay,
}

pub type TaskView = Written<TaskFields>;

#[derive(Clone)]
pub struct TaskFields {
    pub row: Listed,
    /// The list that contains the task.
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
        /// Global id of the object, for `node`.
        "nodeId" node_id: ID = |task| node_id(NodeType::Task, task.row.id.get());

        /// Id of the task, unique among tasks; people know it as the number of the task.
        "id" id: ID = |task| task.row.id.get().into();

        /// Day of creation, `YYYY-MM-DD`, in the shop's time zone.
        "createdAt" created_at [created]: String =
            |task| Day::of(*created, &task.list.zone).to_string();

        /// Time of creation.
        "createdTime" created_time [created]: InstantValue = |task| InstantValue(*created);

        /// Time of becoming CLOSED; null in any other status.
        "closedTime" closed_time [closed]: Option<InstantValue> = |task| closed.map(InstantValue);

        /// Time of becoming READY; null in any other status.
        "readyTime" ready_time [ready]: Option<InstantValue> = |task| ready.map(InstantValue);

        /// Incremented by every change. Passed back as `expectedVersion`, it prevents lost updates.
        "version" version [version]: i64 = |task| *version;

        /// The customer; null once deleted.
        "customer" customer [customer]: Option<CustomerView> =
            |task| customer.map(|customer| task.list.customer(customer.clone()));

        /// The responsible employee.
        "employee" employee [employee]: Option<UserView> = |task| employee.cloned().map(user);

        /// Category of the work.
        "category" category [category]: CategoryEnum = |task| (*category).into();

        /// Progress of the task, in the same four steps for every shop.
        "status" status [status]: StatusEnum = |task| (*status).into();

        /// The step within the status.
        "stage" stage [stage]: StageView = |task| self::stage(stage.clone());

        /// Time of entering the stage.
        "stageSinceTime" stage_since_time [stage_since]: InstantValue =
            |task| InstantValue(*stage_since);

        /// Description of the request, at most 10,000 characters; may be empty.
        "description" description [description]: &str = |task| description.as_str();

        /// Promised day of completion.
        "dueOn" due_on [due]: Option<DayValue> = |task| due.map(Into::into);

        /// Whether the customer is reminded while the task is READY and awaits pickup.
        "remind" remind [remind]: bool = |task| *remind;
    }

    needs "stuck" [stage, stage_since];
    needs "overdue" [due, status];
    needs "statusUrl" [closed];

    fetched {
        /// Time of the last change of the task, its lines, payments, comments, attachments or quotes, in the order of
        /// commits: never before that of an earlier change, even if the clock goes back.
        async fn updated_time(&self, ctx: &Context<'_>) -> Result<InstantValue> {
            Ok(InstantValue(self.list.updated(ctx, self.row.id).await?))
        }

        /// Whether the task is stalled: it has been in its stage for the configured number of days
        /// and isn't CLOSED.
        async fn stuck(&self, ctx: &Context<'_>) -> Result<bool> {
            let now = ctx.desk()?.clock.now();
            let since = *self.row.stage_since()?;
            Ok(self.row.stage()?.is_stuck(since, now))
        }

        /// The device that the customer brought.
        async fn device(&self, ctx: &Context<'_>) -> Result<DeviceView> {
            Ok(self.details(ctx).await?.device.into())
        }

        /// Other tasks with the same serial number, newest first, at most 20.
        async fn tasks_of_device(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
            self.linked(ctx, Link::Device).await
        }

        /// Whether that day is over and the task is neither READY nor CLOSED.
        async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            let desk = ctx.desk()?;
            let today = Day::of(desk.clock.now(), &desk.shop().timezone);
            Ok(self.row.status()?.is_overdue(*self.row.due()?, today))
        }

        /// Estimated price told to the customer.
        async fn estimate(&self, ctx: &Context<'_>) -> Result<Option<MoneyValue>> {
            Ok(self.details(ctx).await?.estimate.map(Into::into))
        }

        /// Final price: the total of a task with lines, otherwise as typed.
        async fn price(&self, ctx: &Context<'_>) -> Result<Option<MoneyValue>> {
            Ok(self.details(ctx).await?.price().map(Into::into))
        }

        /// What was paid so far; null before the first payment.
        #[graphql(deprecation = "Use `paid`.")]
        async fn prepayment(&self, ctx: &Context<'_>) -> Result<Option<MoneyValue>> {
            Ok(self.details(ctx).await?.account.paid.map(Into::into))
        }

        /// Works and parts, in their order.
        async fn lines(&self, ctx: &Context<'_>) -> Result<List<TaskLineView>> {
            let lines = self.list.lines(ctx, self.row.id).await?;
            let approvals = self.list.approvals(ctx, self.row.id).await?;
            let view = |line: Line| TaskLineView::new(line, &approvals, self.list.clone());
            let lines: Vec<_> = lines.into_iter().map(view).collect();
            Ok(List::of(lines))
        }

        /// Rows of the ledger about the task, oldest first.
        async fn payments(&self, ctx: &Context<'_>) -> Result<List<PaymentView>> {
            let payments = self.list.payments(ctx, self.row.id).await?;
            Ok(List::of(payments.into_iter().map(PaymentView)))
        }

        /// Discount of the whole task, as a sum.
        async fn discount(&self, ctx: &Context<'_>) -> Result<MoneyValue> {
            Ok(self.details(ctx).await?.totals().discount.into())
        }

        /// Sum of the lines less the task's discount; of a task without lines its price.
        async fn total(&self, ctx: &Context<'_>) -> Result<MoneyValue> {
            Ok(self.details(ctx).await?.totals().total.into())
        }

        /// Payments less refunds.
        async fn paid(&self, ctx: &Context<'_>) -> Result<MoneyValue> {
            Ok(self.details(ctx).await?.paid().into())
        }

        /// `total` less `paid`; negative when the shop owes the customer.
        async fn to_pay(&self, ctx: &Context<'_>) -> Result<MoneyValue> {
            Ok(self.details(ctx).await?.balance().into())
        }

        /// Last day of the warranty on this work.
        async fn warranty_ends_on(&self, ctx: &Context<'_>) -> Result<Option<DayValue>> {
            let until = self.details(ctx).await?.warranty_until;
            Ok(until.map(Into::into))
        }

        /// The task under whose warranty this one is done.
        async fn warranty_of(&self, ctx: &Context<'_>) -> Result<Option<TaskView>> {
            let (id, link) = (self.row.id, Link::WarrantyOf);
            Ok(self.list.linked(ctx, link, id).await?.pop())
        }

        /// Tasks done under this one's warranty, newest first, at most 20.
        async fn warranty_tasks(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
            self.linked(ctx, Link::UnderWarranty).await
        }

        /// URL of the customer's status page, which needs no sign-in. Null until the link is
        /// created, by `renewStatusLink` or for the receipt, and after it has expired: some days
        /// (`shop.status_days`) after the task is closed.
        async fn status_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
            let (task, closed, desk) = (self.row.id, *self.row.closed()?, ctx.desk()?);
            let now = desk.clock.now();
            let generation = self.list.link(ctx, task).await?;
            let url = |generation| desk.links().url_of(task, closed, generation, now);
            Ok(generation.and_then(url))
        }

        /// Comments on the task, oldest first.
        async fn comments(&self, ctx: &Context<'_>) -> Result<List<CommentView>> {
            let comments = self.list.comments(ctx, self.row.id).await?;
            Ok(List::of(comments.into_iter().map(CommentView::from)))
        }

        /// Comments on the task, paginated, oldest first.
        async fn comments_connection(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
            first: Option<i32>,
            #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
            #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
            last: Option<i32>,
            #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
        ) -> Result<Page<CommentView>> {
            let span = Asked {
                first,
                after,
                last,
                before,
            }
            .read(paging::read_comment_cursor)?;
            let all = self.list.comments(ctx, self.row.id).await?;
            let (id, cursor) = (|comment: &Comment| comment.id, paging::comment_cursor);
            page::cut(all, &span, id, cursor, CommentView::from)
        }

        /// Whether the customer awaits a reply.
        async fn unanswered(&self, ctx: &Context<'_>) -> Result<bool> {
            let comments = self.list.comments(ctx, self.row.id).await?;
            Ok(comments.iter().any(Comment::is_open))
        }

        /// Whether a declined quote awaits a reaction of the shop: a message to the customer,
        /// another quote or estimate, `settleAnswers`, or the completion of the work.
        async fn declined(&self, ctx: &Context<'_>) -> Result<bool> {
            let approvals = self.list.approvals(ctx, self.row.id).await?;
            Ok(approvals.iter().any(|approval| approval.unsettled))
        }

        /// Quotes sent to the customer, oldest first.
        async fn approvals(&self, ctx: &Context<'_>) -> Result<List<ApprovalView>> {
            let approvals = self.list.approvals(ctx, self.row.id).await?;
            Ok(List::of(approvals.into_iter().map(ApprovalView::from)))
        }

        /// Messages to the customer about the task, newest first: by which channel each went, what it cost and whether it
        /// arrived. The bot's replies are among them when they could not be delivered.
        async fn notices(&self, ctx: &Context<'_>) -> Result<List<NoticeView>> {
            let notices = self.list.notices(ctx, self.row.id).await?;
            Ok(List::of(notices.into_iter().map(NoticeView)))
        }

        /// History of the task, oldest first.
        async fn history(&self, ctx: &Context<'_>) -> Result<List<EventView>> {
            let events = self.list.history(ctx, self.row.id).await?;
            Ok(List::of(events.into_iter().map(EventView::from)))
        }

        /// History of the task, paginated, oldest first.
        async fn history_connection(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
            first: Option<i32>,
            #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
            #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
            last: Option<i32>,
            #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
        ) -> Result<Page<EventView>> {
            let span = Asked {
                first,
                after,
                last,
                before,
            }
            .read(paging::read_event_cursor)?;
            let all = self.list.history(ctx, self.row.id).await?;
            let (id, cursor) = (|event: &TaskEvent| event.id, paging::event_cursor);
            page::cut(all, &span, id, cursor, EventView::from)
        }
    }
}
