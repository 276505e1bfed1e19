use async_graphql::{Enum, ID, SimpleObject};

use super::{CustomerView, TaskView};
use crate::app::changes::Entry;
use crate::domain::{TimeZone, Tracked};
use crate::graphql::loader;
use crate::graphql::scalars::InstantValue;

/// Kind of an object that changes.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ChangeKind")]
pub enum ChangeKindEnum {
    /// A task, with its lines, payments, comments, attachments and quotes.
    Task,
    /// A customer, with what is on their card.
    Customer,
}

impl From<Tracked> for ChangeKindEnum {
    fn from(object: Tracked) -> Self {
        match object {
            Tracked::Task(_) => Self::Task,
            Tracked::Customer(_) => Self::Customer,
        }
    }
}

/// The last change of a task or a customer.
#[derive(SimpleObject)]
#[graphql(name = "Change")]
pub struct ChangeView {
    /// Kind of the object that changed.
    kind: ChangeKindEnum,
    /// Id of the task or the customer.
    id: ID,
    /// Whether it is deleted, merged into another one, or erased.
    deleted: bool,
    /// Time of the change: the `updatedTime` of the task or the customer.
    change_time: InstantValue,
    /// The task as it is now; null when it is deleted, and for a customer.
    task: Option<TaskView>,
    /// The customer as it is now; null when it is deleted, and for a task.
    customer: Option<CustomerView>,
}

/// Returns the views of a page. Its tasks are one list, and so are its customers.
pub fn changes(entries: Vec<Entry>, zone: &TimeZone) -> Vec<ChangeView> {
    let (mut tasks, mut customers) = (Vec::new(), Vec::new());
    for entry in &entries {
        tasks.extend(entry.task.clone());
        customers.extend(entry.customer.clone());
    }
    let mut tasks = loader::whole_tasks(tasks, zone);
    let mut customers = loader::customers(customers).into_iter();
    let view = |entry: Entry| ChangeView {
        kind: entry.change.object.into(),
        id: entry.change.object.number().into(),
        deleted: entry.change.deleted,
        change_time: InstantValue(entry.change.at),
        task: entry.task.and_then(|_| tasks.next()),
        customer: entry.customer.and_then(|_| customers.next()),
    };
    entries.into_iter().map(view).collect()
}
