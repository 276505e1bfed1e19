//! The counter: what waits for the shop today, what is due, what awaits pickup, the cash and the debts.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::details;
use super::drawers::{self, DrawerState};
use crate::domain::{
    Actor, Approval, ApprovalId, Comment, CommentId, Concern, Day, Details, Employee, EmployeeId,
    Money, NoticeId, Result, Span, Stage, Status, TakingsPart, TaskFilter, TaskId, TimeZone,
    Undelivered, WaitsFor,
};
use crate::store::handovers::Owed;
use crate::store::tasks::TaskRow;
use crate::store::waiting::{ReadySum, WaitingRow};
use crate::store::{self, Connection};

/// Maximum number of waiting tasks that are read.
pub const MOST_WAITING: usize = 500;

/// Maximum numbers of rows shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub waiting: usize,
    pub due: usize,
    pub ready: usize,
    pub debts: usize,
}

/// A task with its details.
pub type Whole = (TaskRow, Details);

/// A task that waits for the shop, and what the customer said or missed.
pub struct Waiting {
    pub task: Whole,
    pub since: Timestamp,
    pub what: Said,
}

/// What a waiting task is about.
pub enum Said {
    Declined(Approval),
    Asked(Comment),
    Agreed(Approval),
    Missed(Undelivered),
}

/// Open and overdue tasks of an employee, or unassigned ones.
pub struct Load {
    pub employee: Option<Employee>,
    pub open: i64,
    pub late: i64,
}

/// Everything that the counter shows.
pub struct Counter {
    pub waiting: Vec<Waiting>,
    /// Numbers of waiting tasks: of the whole shop, and of the actor.
    pub waits: usize,
    pub waits_for_me: usize,
    /// Undone tasks that were promised for today or earlier, and their number.
    pub due: Vec<Whole>,
    pub due_count: i64,
    /// Number of tasks that are stalled in their stage.
    pub stuck: i64,
    /// Tasks that await pickup, completed last first.
    pub ready: Vec<Whole>,
    pub ready_sum: ReadySum,
    pub drawers: Vec<DrawerState>,
    /// The money of the day, by method and drawer.
    pub takings: Vec<TakingsPart>,
    /// The longest debts, their number and sum.
    pub debts: Vec<(Whole, Owed)>,
    pub debt: (i64, Money),
    pub loads: Vec<Load>,
    /// The stage to which work leads.
    pub working: Option<Stage>,
}

/// Returns what the counter shows: what waits for the whole shop, or for the actor alone.
pub fn read(
    connection: &Connection,
    actor: &Actor,
    only_mine: bool,
    now: Timestamp,
    timezone: &TimeZone,
    shown: Shown,
) -> Result<Counter> {
    let today = Day::of(now, timezone);
    let mut waiting = store::waiting::list(connection, MOST_WAITING)?;
    let is_mine = |row: &WaitingRow| row.employee == Some(actor.id());
    let waits = waiting.len();
    let waits_for_me = waiting.iter().filter(|row| is_mine(row)).count();
    waiting.retain(|row| !only_mine || is_mine(row));
    waiting.truncate(shown.waiting);
    let (due, due_count) = store::waiting::due(connection, today, shown.due)?;
    let ready = store::waiting::ready(connection, shown.ready)?;
    let mut uncollected = TaskFilter::default();
    uncollected.only(Concern::Uncollected, now, timezone);
    let before = uncollected.ready_before.unwrap_or(Timestamp::MIN);
    let debts = store::handovers::debts(connection, Span::first(None, shown.debts))?;

    let ids = waiting.iter().map(|row| row.task);
    let ids = ids.chain(due.iter().copied()).chain(ready.iter().copied());
    let tasks = tasks(connection, ids.chain(debts.iter().map(|owed| owed.task)))?;
    let all = |ids: Vec<TaskId>| ids.iter().filter_map(|id| tasks.get(id).cloned()).collect();
    let with_task = |owed: Owed| Some((tasks.get(&owed.task)?.clone(), owed));
    Ok(Counter {
        waiting: said(connection, waiting, &tasks)?,
        waits,
        waits_for_me,
        due: all(due),
        due_count,
        stuck: count(connection, Concern::Stuck, now, timezone)?
            .iter()
            .map(|(_, tasks)| tasks)
            .sum(),
        ready: all(ready),
        ready_sum: store::waiting::ready_sum(connection, before)?,
        drawers: drawers::list(connection, actor)?,
        takings: store::takings::received(connection, today.whole(timezone))?,
        debts: debts.into_iter().filter_map(with_task).collect(),
        debt: store::handovers::debt(connection)?,
        loads: loads(connection, now, timezone)?,
        working: store::stages::first_of(connection, Status::InProgress)?,
    })
}

/// Reads tasks with their details.
fn tasks(
    connection: &Connection,
    ids: impl Iterator<Item = TaskId>,
) -> Result<HashMap<TaskId, Whole>> {
    let mut ids: Vec<TaskId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = details::with(connection, store::tasks::by_ids(connection, &ids)?)?;
    Ok(rows.into_iter().map(|row| (row.0.task.id, row)).collect())
}

/// Reads what the waiting tasks are about.
fn said(
    connection: &Connection,
    waiting: Vec<WaitingRow>,
    tasks: &HashMap<TaskId, Whole>,
) -> Result<Vec<Waiting>> {
    let of = |reasons: &'static [WaitsFor]| {
        let rows = waiting.iter();
        rows.filter(move |row| reasons.contains(&row.waits_for))
    };
    let messages: Vec<_> = of(&[WaitsFor::Answer])
        .map(|row| CommentId::from_row(row.row))
        .collect();
    let quoted: Vec<_> = of(&[WaitsFor::Decision, WaitsFor::Work])
        .map(|row| row.task)
        .collect();
    let missed: Vec<_> = of(&[WaitsFor::Call])
        .map(|row| NoticeId::from_row(row.row))
        .collect();
    let comments = store::comments::by_ids(connection, &messages)?;
    let quotes = store::approvals::of_tasks(connection, &quoted)?;
    let notices = store::outbox::undelivered_by_ids(connection, &missed)?;
    let quote = |id: i64| {
        let id = ApprovalId::from_row(id);
        quotes.iter().find(|quote| quote.id == id).cloned()
    };
    let what = |row: &WaitingRow| match row.waits_for {
        WaitsFor::Decision => quote(row.row).map(Said::Declined),
        WaitsFor::Work => quote(row.row).map(Said::Agreed),
        WaitsFor::Answer => {
            let mut found = comments.iter().filter(|said| said.id.get() == row.row);
            found.next().cloned().map(Said::Asked)
        }
        WaitsFor::Call => {
            let mut found = notices.iter().filter(|notice| notice.id.get() == row.row);
            found.next().cloned().map(Said::Missed)
        }
    };
    let with_task = |row: &WaitingRow| {
        Some(Waiting {
            task: tasks.get(&row.task)?.clone(),
            since: row.since,
            what: what(row)?,
        })
    };
    Ok(waiting.iter().filter_map(with_task).collect())
}

/// Counts the tasks that need attention for a reason, of each employee.
fn count(
    connection: &Connection,
    concern: Concern,
    now: Timestamp,
    timezone: &TimeZone,
) -> Result<Vec<(Option<EmployeeId>, i64)>> {
    let mut filter = TaskFilter::default();
    filter.only(concern, now, timezone);
    store::workload::count(connection, &filter)
}

/// Counts the open and the overdue tasks of each active employee, and of each other one who has any; unassigned ones
/// come last.
fn loads(connection: &Connection, now: Timestamp, timezone: &TimeZone) -> Result<Vec<Load>> {
    let mut counts: BTreeMap<Option<EmployeeId>, (i64, i64)> = BTreeMap::new();
    for (employee, status, tasks) in store::workload::by_status(connection)? {
        if status != Status::Closed {
            counts.entry(employee).or_default().0 += tasks;
        }
    }
    for (employee, tasks) in count(connection, Concern::Overdue, now, timezone)? {
        counts.entry(employee).or_default().1 += tasks;
    }
    let mut load = |employee: Option<Employee>| {
        let id = employee.as_ref().map(|employee| employee.id);
        let (open, late) = counts.remove(&id).unwrap_or_default();
        Load {
            employee,
            open,
            late,
        }
    };
    let employees = store::employees::all(connection)?.into_iter();
    let mut loads: Vec<Load> = employees.map(|employee| load(Some(employee))).collect();
    loads.push(load(None));
    let is_shown = |load: &Load| {
        let active = load.employee.as_ref().is_some_and(|of| of.active);
        active || load.open > 0
    };
    loads.retain(is_shown);
    Ok(loads)
}
