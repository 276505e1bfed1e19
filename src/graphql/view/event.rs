use async_graphql::{Context, Enum, ID, Object};

use super::written::Entry;
use super::{UserView, known, user};
use crate::app;
use crate::domain::{Author, EventKind, Result, TaskEvent};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::InstantValue;

/// Kind of a history entry.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "TaskEventKind", remote = "EventKind")]
pub enum EventKindEnum {
    /// The task was registered; `to` is its status.
    Created,
    /// The status changed; `from` and `to` are values of `StatusEnum`.
    Status,
    /// The category changed; `from` and `to` are values of `CategoryEnum`.
    Category,
    /// The description changed; `from` and `to` are the texts. Null for an empty one, and once the
    /// customer was erased.
    Description,
    /// The responsible employee changed; `from` and `to` are employee ids.
    Employee,
    /// The task became another customer's, or its customer was deleted; `from` and `to` are customer ids, null for
    /// none.
    Customer,
    /// The task was deleted; `from` is its last status.
    Deleted,
    /// `from` and `to` describe the whole device on one line.
    Device,
    /// `from` and `to` are days, null for none; likewise for WARRANTY.
    Due,
    /// `from` and `to` are sums, null for none; likewise for PRICE and PREPAYMENT.
    Estimate,
    /// The final price changed; `from` and `to` are sums, null for none.
    Price,
    /// The prepayment changed; `from` and `to` are sums, null for none. Recorded only by versions
    /// that had no ledger.
    Prepayment,
    /// A line was added, changed or removed; the values are JSON objects.
    Line,
    /// Discount of the whole task, as a sum.
    Discount,
    /// A payment was taken.
    Paid,
    /// A payment was refunded, in whole or in part; `to` is the sum.
    Refunded,
    /// A row of the ledger was corrected by its opposite.
    Reversed,
    /// The last day of the warranty on this work changed; `from` and `to` are days, null for none.
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
    /// The customer accepted a quote; `to` is its price.
    Agreed,
    /// The customer declined a quote; `to` is its price.
    Declined,
    /// A quote was withdrawn; `to` is its price.
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
    /// An employee.
    Staff,
    /// The customer, in Telegram or on the status page.
    Customer,
    /// The program itself.
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
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::TaskEvent, self.0.id.get())
    }

    /// Id of the entry, unique among history entries.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Kind of the change, which tells the meaning of `from` and `to`.
    async fn kind(&self) -> EventKindEnum {
        self.0.kind.into()
    }

    /// Time of the event.
    async fn time(&self) -> InstantValue {
        InstantValue(self.0.at)
    }

    /// Author of the change: an employee, the customer or the program.
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
