//! The pages of tasks. What several of them show is here.

mod change;
mod edit;
mod list;
mod new;
mod one;
mod toast;

pub use change::{ask_to_delete, assign, delete, retry_notice, set_status};
pub use edit::{edit, update};
pub use list::list;
pub use new::{Known, create, look_up, new};
pub use one::show;

use super::accounts::Face;
use super::text::{Texts, short_name};
use super::visit::Visit;
use crate::app;
use crate::domain::{
    Category, Customer, Employee, EmployeeId, Error, Result, Status, TaskFilter, TaskId,
};
use crate::store::tasks::TaskRow;

/// A task as lists show it.
pub struct Row {
    pub id: i64,
    pub version: i64,
    pub description: String,
    pub customer: CustomerLine,
    pub created: String,
    pub status: Status,
    pub category: Category,
    pub face: Option<Face>,
    /// The status that follows, if one does.
    pub next: Option<Status>,
}

/// Whom a task is for, in a line.
pub struct CustomerLine {
    pub id: Option<i64>,
    pub name: String,
    pub phone: String,
    /// For a link that dials.
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
            phone: customer.phone.typed().to_owned(),
            dial: customer.phone.e164().to_owned(),
        }
    }
}

impl Row {
    pub fn new(row: &TaskRow, texts: &Texts) -> Self {
        let task = &row.task;
        Self {
            id: task.id.get(),
            version: task.version,
            description: task.description.as_str().to_owned(),
            customer: CustomerLine::new(row.customer.as_deref(), texts),
            created: texts.when(&task.created),
            status: task.status,
            category: task.category,
            face: row.employee.as_deref().map(Face::of),
            next: next(task.status),
        }
    }
}

fn next(status: Status) -> Option<Status> {
    let at = Status::ALL.iter().position(|other| *other == status)?;
    Status::ALL.get(at + 1).copied()
}

/// An employee to choose.
struct Choice {
    id: i64,
    name: String,
    chosen: bool,
}

/// Those who are at work, and the one who is chosen in any case.
fn choices(employees: &[Employee], chosen: Option<EmployeeId>) -> Vec<Choice> {
    let choice = |employee: &Employee| Choice {
        id: employee.id.get(),
        name: short_name(employee.email.as_str()).to_owned(),
        chosen: chosen == Some(employee.id),
    };
    let all = employees
        .iter()
        .filter(|e| e.active || chosen == Some(e.id));
    all.map(choice).collect()
}

/// What a form about a task holds.
#[derive(Default, Clone)]
struct Draft {
    phone: String,
    name: String,
    description: String,
    status: Option<Status>,
    category: Option<Category>,
}

impl Draft {
    fn read(visit: &Visit) -> Self {
        Self {
            phone: visit.typed("phone").to_owned(),
            name: visit.typed("name").to_owned(),
            // Browsers send line breaks as CR LF.
            description: visit.typed("description").replace("\r\n", "\n"),
            status: Status::from_word(visit.typed("status")),
            category: Category::from_word(visit.typed("category")),
        }
    }
}

pub fn of_customer(customer: &Customer) -> TaskFilter {
    TaskFilter {
        customer_phone: Some(customer.phone.clone()),
        ..TaskFilter::default()
    }
}

/// What is no number of a task is a page that there isn't.
fn task_id(text: &str) -> Result<TaskId> {
    TaskId::parse("id", text).map_err(|_| Error::NotFound)
}

async fn get(visit: &Visit, id: TaskId) -> Result<TaskRow> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::tasks::get(c, &actor, id);
    visit.desk.db.read(read).await
}
