//! Rows of the list, each on one line.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::CustomerLine;
use crate::domain::{Details, DeviceField, Money, Stage, Status, TaskId};
use crate::store::tasks::TaskRow;
use crate::web::accounts::Face;
use crate::web::text::Texts;

/// A task as the list shows it.
pub struct Row {
    pub id: i64,
    pub version: i64,
    /// Name of the device; empty when it isn't recorded.
    pub device: String,
    pub description: String,
    pub customer: CustomerLine,
    /// Promised day, while work remains.
    pub due: String,
    pub is_late: bool,
    pub stage: Arc<Stage>,
    /// The next status, if any.
    pub next: Option<Status>,
    /// What is unusual: reasons why the customer waits, time in the stage if it is stalled, time since which the task
    /// awaits pickup.
    pub notes: Vec<String>,
    pub place: String,
    /// The price, or the estimate.
    pub sum: String,
    pub is_estimate: bool,
    /// What is left to pay.
    pub owed: String,
    /// Whether it should have been paid at the hand-over.
    pub is_debt: bool,
    pub changed: String,
    pub face: Option<Face>,
    /// Whether its number was searched for: it has the focus, so that Enter opens it.
    pub is_exact: bool,
}

/// Message ids of reasons why customers wait, each with the tasks that it applies to.
pub type Waiting = [(&'static str, HashSet<TaskId>)];

impl Row {
    pub fn new((row, details): &(TaskRow, Details), waiting: &Waiting, texts: &Texts) -> Self {
        let task = &row.task;
        let due = task.due.filter(|_| Status::UNDONE.contains(&task.status));
        let days = || texts.days_since(&task.stage_since);
        let waits = waiting.iter().filter(|(_, of)| of.contains(&task.id));
        let stuck = row.stage.is_stuck(task.stage_since, texts.now());
        let stuck = stuck.then(|| texts.count("row-stuck", &days()));
        let ready = task.ready.map(|at| match texts.days_since(&at) {
            0 => texts.s("day-today"),
            days => texts.count("ready-days", &days),
        });
        let (price, estimate) = (details.price(), details.estimate);
        let owed = details.to_pay().filter(|sum| *sum > Money::ZERO);
        let money = |sum: Option<Money>| sum.map(|sum| texts.money(sum)).unwrap_or_default();
        Self {
            id: task.id.get(),
            version: task.version,
            device: details.device.title(),
            description: task.description.as_str().to_owned(),
            customer: CustomerLine::new(row.customer.as_deref(), texts),
            due: due.map_or_else(|| ready.unwrap_or_default(), |day| texts.near(&day)),
            is_late: task.is_overdue(texts.today()),
            stage: row.stage.clone(),
            next: task.status.next(),
            notes: waits.map(|(text, _)| texts.s(text)).chain(stuck).collect(),
            place: details.device.get(DeviceField::Place).to_owned(),
            sum: money(price.or(estimate)),
            is_estimate: price.is_none() && estimate.is_some(),
            owed: money(owed),
            is_debt: task.status == Status::Closed,
            changed: texts.ago(&task.updated),
            face: row.employee.as_deref().map(Face::of),
            is_exact: false,
        }
    }
}
