//! The pages of tasks, and what they share.

mod change;
pub mod chat;
mod customer;
mod draft;
mod edit;
mod facts;
mod head;
mod history;
pub(super) mod link;
mod list;
pub mod money;
mod new;
mod one;
mod reach;
mod saved;
mod talk;
mod toast;

pub use change::{ask_to_delete, delete, retry_notice, set_remind, set_status};
pub use customer::{choose_customer, set_customer};
pub use draft::fields;
pub use edit::{edit, update};
pub use facts::{fill, save};
pub use link::{ask_for_link, give_link};
pub use list::{list, list_address};
pub use new::{PhoneLookup, create, known_device, look_up, new};
pub use one::show;
pub use talk::{
    FILES, MESSAGE, SentAttachment, TALK_FIELDS, add_photos, agree, ask, comment, files_too_large,
    settle, withdraw,
};
pub use toast::{Toast, look_again, toast};

use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;

use super::accounts::Face;
use super::text::Texts;
use super::visit::Visit;
use crate::app;
use crate::domain::{
    Category, Customer, Details, Employee, EmployeeId, Error, Phone, Result, Stage, Status,
    TaskFilter, TaskId,
};
use crate::store::tasks::TaskRow;

/// Time for which the papers of a new task are offered first.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// A task as lists show it.
pub struct TaskListItem {
    pub id: i64,
    pub version: i64,
    pub description: String,
    /// Name of the device; empty when it isn't recorded.
    pub device: String,
    pub customer: CustomerLine,
    pub created: String,
    /// Whether it was taken in a moment ago.
    pub fresh: bool,
    /// Promised day, while work remains.
    pub due: Option<String>,
    pub overdue: bool,
    /// Time since which it awaits pickup.
    pub ready: Option<String>,
    pub status: Status,
    pub stage: Arc<Stage>,
    /// Time in the stage, if it is stalled.
    pub stuck: Option<String>,
    /// Reasons why the customer awaits a reaction of the shop, where a list shows them.
    pub waits: Vec<String>,
    pub category: Category,
    pub face: Option<Face>,
    /// The next status, if any.
    pub next: Option<Status>,
}

/// A customer on one line.
pub struct CustomerLine {
    pub id: Option<i64>,
    pub name: String,
    pub phone: String,
    /// Phone for a `tel:` link.
    pub dial: String,
}

impl CustomerLine {
    pub fn new(customer: Option<&Customer>, texts: &Texts) -> Self {
        let Some(customer) = customer else {
            return Self {
                id: None,
                name: texts.s("customer-none"),
                phone: String::new(),
                dial: String::new(),
            };
        };
        let unnamed = || texts.s("customer-unnamed");
        Self {
            id: Some(customer.id.get()),
            name: customer
                .name
                .as_ref()
                .map_or_else(unnamed, |name| name.as_str().to_owned()),
            phone: customer.phone.formatted(),
            dial: customer.phone.e164().to_owned(),
        }
    }
}

impl CustomerLine {
    /// Returns whether the phone should be checked.
    pub fn is_unusual(&self) -> bool {
        let phone = || Phone::from_row(self.phone.clone(), self.dial.clone());
        self.id.is_some() && phone().is_unusual()
    }
}

impl TaskListItem {
    pub fn new((row, details): &(TaskRow, Details), texts: &Texts) -> Self {
        let task = &row.task;
        let overdue = task.is_overdue(texts.today());
        let due = task.due.filter(|_| Status::UNDONE.contains(&task.status));
        let stuck = row.stage.is_stuck(task.stage_since, texts.now());
        let days = || texts.now().duration_since(task.stage_since).as_hours() / 24;
        let due_text = if overdue { "row-overdue" } else { "row-due" };
        Self {
            id: task.id.get(),
            version: task.version,
            description: task.description.as_str().to_owned(),
            device: details.device.title(),
            customer: CustomerLine::new(row.customer.as_deref(), texts),
            created: texts.when(&task.created),
            fresh: task.status != Status::Closed
                && texts.now().duration_since(task.created) < FRESH,
            due: due.map(|day| texts.fill(due_text, "day", texts.date(&day))),
            overdue,
            ready: task
                .ready
                .map(|at| texts.fill("row-ready", "when", texts.date_of(&at))),
            status: task.status,
            stage: row.stage.clone(),
            stuck: stuck.then(|| texts.count("row-stuck", &days())),
            waits: Vec::new(),
            category: task.category,
            face: row.employee.as_deref().map(Face::of),
            next: task.status.next(),
        }
    }

    /// Builds the rows of a list.
    pub fn all(rows: &[(TaskRow, Details)], texts: &Texts) -> Vec<Self> {
        rows.iter().map(|row| Self::new(row, texts)).collect()
    }

    /// Builds the rows with the reasons why customers are waiting: message ids, each with the tasks
    /// it applies to.
    pub fn waiting(
        rows: &[(TaskRow, Details)],
        waiting: &[(&str, HashSet<TaskId>)],
        texts: &Texts,
    ) -> Vec<Self> {
        let of = |id| waiting.iter().filter(move |(_, tasks)| tasks.contains(&id));
        let line = |row: &(TaskRow, Details)| Self {
            waits: of(row.0.task.id).map(|(text, _)| texts.s(text)).collect(),
            ..Self::new(row, texts)
        };
        rows.iter().map(line).collect()
    }
}

/// An option of the employee selector.
struct EmployeeOption {
    id: i64,
    name: String,
    chosen: bool,
}

/// Returns the active employees, and the chosen one in any case.
fn choices(employees: &[Employee], chosen: Option<EmployeeId>) -> Vec<EmployeeOption> {
    let listed = employees.iter();
    let listed = listed.filter(|e| e.active || chosen == Some(e.id));
    let choice = |employee: &Employee| EmployeeOption {
        id: employee.id.get(),
        name: employee.distinct_name(listed.clone()),
        chosen: chosen == Some(employee.id),
    };
    listed.clone().map(choice).collect()
}

pub fn of_customer(customer: &Customer) -> TaskFilter {
    TaskFilter {
        customer_phone: Some(customer.phone.e164().to_owned()),
        ..TaskFilter::default()
    }
}

/// # Errors
/// [`Error::NotFound`] for an invalid id, so that the page doesn't exist.
pub(super) fn task_id(text: &str) -> Result<TaskId> {
    TaskId::parse("id", text).map_err(|_| Error::NotFound)
}

/// Reads a task with its details.
pub(super) async fn get_whole(visit: &Visit, id: TaskId) -> Result<(TaskRow, Details)> {
    let actor = visit.actor()?;
    let read = move |c: &_| {
        let row = app::tasks::get(c, &actor, id)?;
        app::details::join(c, &actor, vec![row])
    };
    let mut found = visit.desk.db.read(read).await?;
    found.pop().ok_or(Error::NotFound)
}
