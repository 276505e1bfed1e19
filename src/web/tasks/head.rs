//! The head of a task's sheet: device, customer, stage with the next step, and what is due.

use super::TaskListItem;
use crate::domain::{Details, Stage, Status, Task};
use crate::store::tasks::TaskRow;
use crate::web::text::Texts;

/// The head of the sheet.
pub struct Head {
    /// Name of the device, or the number of the task.
    pub title: String,
    /// All stages, in order, and when the task entered its own.
    pub stages: Vec<Stage>,
    pub since: String,
    pub created: String,
    /// What is left to pay, once the price is known.
    pub to_pay: Option<String>,
    pub next: Option<NextStep>,
    /// Whether it may come back under its warranty.
    pub handed_over: bool,
}

/// The next step of a task: its button moves it on, or leads to a page that does.
pub struct NextStep {
    pub name: String,
    /// The status that the button sets; `None` for a link.
    pub status: Option<Status>,
    pub address: String,
}

impl Head {
    pub fn new(
        (row, details): &(TaskRow, Details),
        item: &TaskListItem,
        stages: Vec<Stage>,
        texts: &Texts,
    ) -> Self {
        let task = &row.task;
        let number = || texts.number("task-title", &item.id);
        Self {
            title: Some(item.device.clone())
                .filter(|device| !device.is_empty())
                .unwrap_or_else(number),
            since: texts.exact(&task.stage_since),
            created: texts.exact(&task.created),
            to_pay: details.to_pay().map(|sum| texts.money(sum)),
            next: next(task, details, item.next, &stages, texts),
            handed_over: task.status == Status::Closed || details.warranty_until.is_some(),
            stages,
        }
    }
}

/// Returns the next step: into the next status, or to the hand-over where something is due.
fn next(
    task: &Task,
    details: &Details,
    status: Option<Status>,
    stages: &[Stage],
    texts: &Texts,
) -> Option<NextStep> {
    let owes = details.price().is_some() && details.balance() > crate::domain::Money::ZERO;
    let to = |name: &str, place: &str| NextStep {
        name: texts.s(name),
        status: None,
        address: format!("/tasks/{}/{place}", task.id),
    };
    match status {
        Some(Status::Closed) if owes => Some(to("sheet-hand-over", "checkout")),
        None if owes => Some(to("payment-take", "pay")),
        None => None,
        Some(status) => {
            let stage = stages.iter().find(|stage| stage.status == status)?;
            Some(NextStep {
                name: texts.stage(stage),
                status: Some(status),
                address: format!("/tasks/{}/status", task.id),
            })
        }
    }
}
