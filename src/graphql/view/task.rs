use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::{Context, Enum, ID, Object};

use super::written::{Entry, Plain, Written, id, json, maybe};
use super::{CustomerView, List, UserView, user};
use crate::app;
use crate::domain::{Author, Category, Day, EventKind, Result, Status, TaskEvent, TaskOrder};
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
}

pub type TaskView = Written<TaskFields>;

#[derive(Clone)]
pub struct TaskFields {
    pub row: TaskRow,
    /// The list that the task stands in.
    pub list: Arc<Tasks>,
}

impl TaskFields {
    fn day(&self) -> String {
        Day::of(self.row.task.created, &self.list.zone).to_string()
    }
}

impl Plain for TaskFields {
    const TYPE: &'static str = "Task";

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        let TaskRow {
            task,
            customer,
            employee,
        } = &self.row;
        match field.name.node.as_str() {
            "id" => id(task.id.get(), out),
            "createdAt" => json(&self.day(), out),
            "createdTime" => json(&task.created.to_string(), out),
            "updatedTime" => json(&task.updated.to_string(), out),
            "closedTime" => json(&task.closed.map(|at| at.to_string()), out),
            "version" => json(&task.version, out),
            "category" => json(task.category.word(), out),
            "status" => json(task.status.word(), out),
            "description" => json(task.description.as_str(), out),
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

    async fn description(&self) -> &str {
        self.row.task.description.as_str()
    }

    /// What happened to the task, oldest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn history(&self, ctx: &Context<'_>) -> Result<List<EventView>> {
        let events = self.list.history(ctx, self.row.task.id).await?;
        Ok(List::of(events.into_iter().map(EventView)))
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

impl Entry for EventView {}

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
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    async fn from(&self) -> Option<&str> {
        self.0.from.as_deref()
    }

    async fn to(&self) -> Option<&str> {
        self.0.to.as_deref()
    }
}
