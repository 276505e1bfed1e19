use async_graphql::{Enum, ID, SimpleObject};

use super::{CustomerView, TaskView};
use crate::app::changes::Entry;
use crate::domain::{Subject, TimeZone};
use crate::graphql::loader;
use crate::graphql::scalars::InstantValue;

/// Kind of an object that changes.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ChangeKind")]
pub enum ChangeKindEnum {
    /// A task, with its lines, payments, comments, attachments and quotes.
    Task,
    Customer,
}

impl From<Subject> for ChangeKindEnum {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Task(_) => Self::Task,
            Subject::Customer(_) => Self::Customer,
        }
    }
}

/// The last change of a task or a customer.
#[derive(SimpleObject)]
#[graphql(name = "Change")]
pub struct ChangeView {
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
        kind: entry.change.subject.into(),
        id: entry.change.subject.number().into(),
        deleted: entry.change.deleted,
        change_time: InstantValue(entry.change.at),
        task: entry.task.and_then(|_| tasks.next()),
        customer: entry.customer.and_then(|_| customers.next()),
    };
    entries.into_iter().map(view).collect()
}
