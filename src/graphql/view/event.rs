use async_graphql::{Context, Enum, ID, Object};

use super::written::Entry;
use super::{UserView, known, user};
use crate::app;
use crate::domain::{Author, EventKind, Result, TaskEvent};
use crate::graphql::RequestContext;
use crate::graphql::scalars::InstantValue;

/// Kind of a history entry.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskEventKind", remote = "EventKind")]
pub enum EventKindEnum {
    Created,
    Status,
    Category,
    Description,
    /// The responsible employee changed; `from` and `to` are employee ids.
    Employee,
    /// The task became another customer's, or its customer was deleted; `from` and `to` are customer ids, null for
    /// none.
    Customer,
    Deleted,
    /// `from` and `to` describe the whole device on one line.
    Device,
    /// `from` and `to` are days, null for none; likewise for WARRANTY.
    Due,
    /// `from` and `to` are sums, null for none; likewise for PRICE and PREPAYMENT.
    Estimate,
    Price,
    Prepayment,
    /// A line was added, changed or removed; the values are JSON objects.
    Line,
    /// Discount of the whole task, as a sum.
    Discount,
    /// A payment was taken.
    Paid,
    Refunded,
    /// A row of the ledger was corrected by its opposite.
    Reversed,
    Warranty,
    /// The task under whose warranty this one is done; `from` and `to` are task ids, null
    /// for none.
    WarrantyOf,
    /// The stage changed; `from` and `to` are its names at that time. When a status change leads to
    /// the first stage, only STATUS is recorded.
    Stage,
    /// Staff commented; `to` is the comment's id.
    Comment,
    /// The customer wrote a message; `to` is the comment's id.
    Answer,
    /// The customer edited a message; `from` and `to` are the texts. Null when a file was added,
    /// and once the customer was erased.
    Edited,
    /// A customer's message was moved to another task; `to` is the comment's id.
    Moved,
    /// The customer's messages were marked as needing no answer.
    Settled,
    /// A quote was sent; `to` is its price. Likewise for the three below.
    Asked,
    Agreed,
    Declined,
    Withdrawn,
    /// Reminders were turned on or off; `from` and `to` are ON and OFF.
    Reminders,
    /// The customer was reminded to collect the device; `to` is the number of days.
    Reminded,
    /// The task was imported; `from` is its number in the file, `to` its status.
    Imported,
}

/// Author of a change.
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

/// An entry of a task's history.
#[Object(name = "TaskEvent", serial)]
impl EventView {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    async fn kind(&self) -> EventKindEnum {
        self.0.kind.into()
    }

    /// Time of the event.
    async fn time(&self) -> InstantValue {
        InstantValue(self.0.at)
    }

    async fn author(&self) -> AuthorEnum {
        self.0.author.into()
    }

    /// The author, if an employee.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Author::Staff(id) = self.0.author else {
            return Ok(None);
        };
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    /// The value before; null for none.
    async fn from(&self) -> Option<&str> {
        self.0.from.as_deref().and_then(known)
    }

    /// The value after; null for none.
    async fn to(&self) -> Option<&str> {
        self.0.to.as_deref().and_then(known)
    }
}
