//! The list of the first day, and what its buttons do.

use warp::reply::Response;

use crate::app::first_day::{self, Demo};
use crate::domain::{Error, FirstDayStep, Result};
use crate::store::Transaction;
use crate::web::visit::Visit;

/// The list as owners see it.
pub struct FirstDayList {
    pub done: usize,
    pub steps: Vec<StepRow>,
    pub demo: Demo,
}

/// A step: what it is, whether it is done, and what leads to it.
pub struct StepRow {
    pub name: &'static str,
    pub done: bool,
    /// Whether customers can't use what was printed until it is done.
    pub is_urgent: bool,
    pub act: &'static str,
    pub address: String,
    /// Whether the address is a form's.
    pub is_form: bool,
}

impl FirstDayList {
    /// Returns the list; `None` for employees, and once it is done or dismissed.
    pub async fn of(visit: &Visit) -> Result<Option<Self>> {
        let Ok(owner) = visit.owner() else {
            return Ok(None);
        };
        let list = first_day::list(&visit.desk, owner, visit.desk.clock.now()).await?;
        Ok(list.map(|list| Self {
            done: list.done(),
            demo: list.demo,
            steps: list
                .steps
                .iter()
                .map(|(step, done)| StepRow::new(*step, *done))
                .collect(),
        }))
    }
}

impl StepRow {
    fn new(step: FirstDayStep, done: bool) -> Self {
        let (name, act, address) = match step {
            FirstDayStep::Shop => ("first-day-shop", "first-day-fill", "/settings/shop"),
            FirstDayStep::Repair => ("first-day-repair", "tasks-create", "/new-task/"),
            FirstDayStep::Receipt => ("first-day-receipt", "paper-print", "/first-day/receipt"),
            FirstDayStep::Colleague => ("first-day-colleague", "staff-invite", "/staff"),
            FirstDayStep::Bot => ("first-day-bot", "first-day-token", "/settings/bot"),
            FirstDayStep::Backup => ("first-day-backup", "backups-now", "/settings/backups"),
            FirstDayStep::Address => ("first-day-address", "address-set", "/settings/address"),
        };
        Self {
            name,
            done,
            is_urgent: step == FirstDayStep::Address && !done,
            act,
            address: address.to_owned(),
            is_form: step == FirstDayStep::Receipt,
        }
    }
}

/// Leads to the receipt of the newest task, and notes that it was printed.
pub async fn print(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let work =
        move |tx: &Transaction<'_>| first_day::print(tx, &owner, now)?.ok_or(Error::NotFound);
    let task = visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/tasks/{task}/receipt?print=1")))
}

/// Dismisses the list.
pub async fn dismiss(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| first_day::dismiss(tx, &owner, now);
    visit.desk.db.write(work).await?;
    Ok(visit.go("/today"))
}
