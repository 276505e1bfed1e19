use async_graphql::{Context, Enum, ID, Object};

use super::written::Entry;
use super::{UserView, user};
use crate::app;
use crate::domain::{Author, EventKind, Result, TaskEvent};
use crate::graphql::Asked;

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
    /// `from` and `to` are the whole device in a line.
    Device,
    /// `from` and `to` are days, empty for none; so for WARRANTY.
    Due,
    /// `from` and `to` are sums, empty for none; so for PRICE and PREPAYMENT.
    Estimate,
    Price,
    Prepayment,
    Warranty,
    /// Done under the warranty of another task; `from` and `to` are its ids, empty for none.
    WarrantyOf,
    /// Another stage; `from` and `to` are the names that they had. When a status leads to its first
    /// stage, STATUS says so alone.
    Stage,
    /// Staff said something; `to` is the comment's id.
    Comment,
    /// The customer said something; `to` is the comment's id.
    Answer,
    /// The customer changed what they had said; `from` and `to` are the texts. Null where a file was
    /// added to them, and once the customer was erased.
    Edited,
    /// What the customer had said went to another task; `to` is the comment's id.
    Moved,
    /// What the customer had said needs no answer.
    Settled,
    /// The customer was asked to agree to a price, which is `to`; so for the three below.
    Asked,
    Agreed,
    Declined,
    Withdrawn,
    /// Reminders were switched; `from` and `to` are ON and OFF.
    Reminders,
    /// The customer was reminded that it is READY; `to` is after how many days.
    Reminded,
    /// It came from a file; `from` is the number that it had there, `to` its status.
    Imported,
}

/// Who did it.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskEventAuthor")]
pub enum AuthorEnum {
    Staff,
    Customer,
    System,
}

impl From<Author> for AuthorEnum {
    fn from(author: Author) -> Self {
        match author {
            Author::Staff(_) => Self::Staff,
            Author::Customer(_) => Self::Customer,
            Author::System => Self::System,
        }
    }
}

pub struct EventView(TaskEvent);

impl From<TaskEvent> for EventView {
    fn from(event: TaskEvent) -> Self {
        Self(event)
    }
}

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
        self.0.author.into()
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
