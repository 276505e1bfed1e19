//! The list of what a new shop does on its first day, which owners see until it is done or dismissed.

use jiff::Timestamp;

use super::{Desk, backups, demo_shop};
use crate::domain::{DISMISSED, FirstDayStep, Owner, Result, SettingKey, TaskId};
use crate::store::{self, Connection, Transaction};

/// The steps, each with whether it is done.
#[derive(Debug, Clone)]
pub struct FirstDay {
    pub steps: Vec<(FirstDayStep, bool)>,
    pub demo: Demo,
}

/// What can be done about the demo shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    Possible,
    Loaded,
    /// The shop has data of its own.
    Impossible,
}

impl FirstDay {
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|(_, done)| *done).count()
    }
}

/// What the database tells of the steps.
struct Stored {
    demo: Demo,
    is_dismissed: bool,
    is_printed: bool,
    has_colleague: bool,
    has_task: bool,
}

/// Returns the list; `None` once it is done or dismissed.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, owner: Owner, now: Timestamp) -> Result<Option<FirstDay>> {
    let stored = desk.db.read(move |c: &_| read(c, &owner, now)).await?;
    if stored.is_dismissed {
        return Ok(None);
    }
    let has_backup = backups::state(desk, owner).await?.newest.is_some();
    let has_name = !desk.settings.now().value(SettingKey::ShopName).is_empty();
    let is_done = |step: FirstDayStep| match step {
        FirstDayStep::Shop => has_name,
        FirstDayStep::Repair => stored.has_task,
        FirstDayStep::Receipt => stored.is_printed,
        FirstDayStep::Colleague => stored.has_colleague,
        FirstDayStep::Bot => desk.has_bot(),
        FirstDayStep::Backup => has_backup,
        FirstDayStep::Address => !desk.public_url().is_local(),
    };
    let steps = FirstDayStep::ALL.iter().map(|step| (*step, is_done(*step)));
    let list = FirstDay {
        steps: steps.collect(),
        demo: stored.demo,
    };
    Ok(Some(list).filter(|list| list.done() < list.steps.len()))
}

/// Returns what can be done about the demo shop.
pub fn demo(connection: &Connection, owner: &Owner) -> Result<Demo> {
    let is_possible = demo_shop::is_possible(connection, owner)?;
    Ok(match demo_shop::is_loaded(connection, owner)? {
        true => Demo::Loaded,
        false if is_possible => Demo::Possible,
        false => Demo::Impossible,
    })
}

fn read(connection: &Connection, owner: &Owner, now: Timestamp) -> Result<Stored> {
    let is_done = |step| store::first_day::is_done(connection, step);
    let employees = store::employees::all(connection)?.len();
    let invites = store::invites::count_open(connection, now)?;
    Ok(Stored {
        demo: demo(connection, owner)?,
        is_dismissed: is_done(DISMISSED)?,
        is_printed: is_done(FirstDayStep::Receipt.word())?,
        has_colleague: employees > 1 || invites > 0,
        has_task: store::tasks::newest(connection)?.is_some(),
    })
}

/// Notes that the receipt of a task is being printed, and returns the newest task.
pub fn print(tx: &Transaction, _: &Owner, now: Timestamp) -> Result<Option<TaskId>> {
    store::first_day::set_done(tx, FirstDayStep::Receipt.word(), now)?;
    store::tasks::newest(tx)
}

/// Dismisses the list for good.
pub fn dismiss(tx: &Transaction, _: &Owner, now: Timestamp) -> Result<()> {
    store::first_day::set_done(tx, DISMISSED, now)
}
