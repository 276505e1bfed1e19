use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::{CustomerView, List, UserView};
use crate::domain::{Author, Category, Day, EventKind, Result, Status, TaskEvent, TaskOrder};
use crate::graphql::Asked;
use crate::graphql::loader::{self, Tasks};
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
}

#[derive(Clone)]
pub struct TaskView {
    pub row: TaskRow,
    /// The list that the task stands in.
    pub list: Arc<Tasks>,
}

/// A customer's request.
#[Object(name = "Task", serial)]
impl TaskView {
    async fn id(&self) -> ID {
        self.row.task.id.get().into()
    }

    /// The day of creation, `YYYY-MM-DD`, in the shop's time zone.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(Day::of(self.row.task.created, &ctx.desk()?.shop.timezone).to_string())
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
        self.row.employee.clone().map(UserView)
    }

    async fn category(&self) -> CategoryEnum {
        self.row.task.category.into()
    }

    async fn status(&self) -> StatusEnum {
        self.row.task.status.into()
    }

    async fn description(&self) -> &str {
        self.row.task.description.as_str()
    }

    /// What happened to the task, oldest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn history(&self, ctx: &Context<'_>) -> Result<List<EventView>> {
        let events = self.list.history(ctx, self.row.task.id).await?;
        let events = events.into_iter().map(EventView);
        Ok(events.collect::<Vec<_>>().into())
    }
}

/// What a row of the history tells.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskEventKind", remote = "EventKind")]
pub enum EventKindEnum {
    Created,
    Status,
    Category,
    Description,
    /// Another employee became responsible; `from` and `to` are their ids.
    Employee,
    /// The customer's card was deleted; `from` is its id.
    Customer,
    Deleted,
}

/// Who did it.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskEventAuthor")]
pub enum AuthorEnum {
    Staff,
    Customer,
    System,
}

pub struct EventView(TaskEvent);

/// One thing that happened to a task.
#[Object(name = "TaskEvent", serial)]
impl EventView {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    async fn kind(&self) -> EventKindEnum {
        self.0.kind.into()
    }

    /// When it happened, RFC 3339 in UTC.
    async fn time(&self) -> String {
        self.0.at.to_string()
    }

    async fn author(&self) -> AuthorEnum {
        match self.0.author {
            Author::Staff(_) => AuthorEnum::Staff,
            Author::Customer(_) => AuthorEnum::Customer,
            Author::System => AuthorEnum::System,
        }
    }

    /// The employee who did it, where one did.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Author::Staff(id) = self.0.author else {
            return Ok(None);
        };
        Ok(loader::employee(ctx, id).await?.map(UserView))
    }

    async fn from(&self) -> Option<&str> {
        self.0.from.as_deref()
    }

    async fn to(&self) -> Option<&str> {
        self.0.to.as_deref()
    }
}
