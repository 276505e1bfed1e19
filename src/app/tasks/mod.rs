//! Staff operations on tasks.

mod watch;

pub use watch::watch;

use std::sync::Arc;

use jiff::Timestamp;

use super::{comments, customers, details, events, payments, questions, stages};
use crate::domain::{
    Actor, Addressee, Author, EmployeeId, Error, Event, EventId, EventKind, Message, NewTask,
    Notes, Phone, Problem, Purpose, Result, Search, Shop, Span, Stage, StageNews, Status, Task,
    TaskChange, TaskEvent, TaskFilter, TaskId, TaskOrder, Tracked,
};
use crate::store::tasks::{After, Counts, Listed, TaskRow, Wanted};
use crate::store::{self, Connection, Transaction};

/// Maximum number of tasks counted one by one.
pub const COUNTED: i64 = 3_000;

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: TaskId) -> Result<TaskRow> {
    store::tasks::get(connection, id)?.ok_or(Error::NotFound)
}

/// Returns a task with only the parts that the caller wants.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get_listed(
    connection: &Connection,
    _: &Actor,
    wanted: Wanted,
    id: TaskId,
) -> Result<Listed> {
    store::tasks::get_as(connection, wanted, id)?.ok_or(Error::NotFound)
}

/// Returns a page of tasks with only the parts that the caller wants.
pub fn page_listed(
    connection: &Connection,
    _: &Actor,
    wanted: Wanted,
    filter: &TaskFilter,
    order: TaskOrder,
    span: Span<After>,
) -> Result<Vec<Listed>> {
    store::tasks::page_as(connection, wanted, filter, order, span)
}

/// Returns a span of the tasks.
pub fn page(
    connection: &Connection,
    _: &Actor,
    filter: &TaskFilter,
    order: TaskOrder,
    span: Span<After>,
) -> Result<Vec<TaskRow>> {
    store::tasks::page(connection, filter, order, span)
}

/// Returns the filter as it was meant: with its search as the other keyboard layout would have typed it, if only that
/// finds anything. `None` when the search is fine as it is.
pub fn in_other_layout(
    connection: &Connection,
    _: &Actor,
    filter: &TaskFilter,
) -> Result<Option<TaskFilter>> {
    let other = filter.search.as_ref().and_then(Search::in_other_layout);
    if other.is_none() || store::tasks::any(connection, filter)? {
        return Ok(None);
    }
    let search = other;
    let filter = TaskFilter {
        search,
        ..filter.clone()
    };
    Ok(store::tasks::any(connection, &filter)?.then_some(filter))
}

/// Counts the matching tasks by status, and how many of them are the actor's; `None` when counting
/// would take longer than showing them.
pub fn count_by_status(
    connection: &Connection,
    actor: &Actor,
    filter: &TaskFilter,
) -> Result<Option<Counts>> {
    store::tasks::count_by_status(connection, filter, Some(actor.id()), COUNTED)
}

pub fn count(connection: &Connection, _: &Actor, filter: &TaskFilter) -> Result<i64> {
    store::tasks::count(connection, filter)
}

/// Returns the id of the newest history row; a different value means that something has changed.
pub fn newest_event(connection: &Connection, _: &Actor) -> Result<i64> {
    store::history::newest(connection)
}

/// Returns an entry of a task's history.
///
/// # Errors
/// [`Error::NotFound`].
pub fn event(connection: &Connection, _: &Actor, id: EventId) -> Result<TaskEvent> {
    store::history::get(connection, id)?.ok_or(Error::NotFound)
}

/// Returns the history of these tasks, oldest first.
pub fn history(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<TaskEvent>> {
    store::history::of_tasks(connection, ids)
}

/// Registers a task for the customer with that phone, who is created if there is none. The actor
/// becomes responsible.
///
/// # Errors
/// [`Error::Invalid`] for an unknown stage or one of another status, for an unknown warranty task,
/// and for a deposit as for [`payments::take`].
pub fn create(tx: &Transaction, actor: &Actor, new: &NewTask, now: Timestamp) -> Result<TaskRow> {
    let author = Author::Staff(actor.id());
    let name = new.customer_name.as_ref();
    let customer = customers::find_or_create(tx, author, &new.customer_phone, name, now)?;
    let NewTask {
        category,
        stage,
        status,
        description,
        due,
        remind,
        ..
    } = new.clone();
    let status = status.or(Some(Status::Accepted).filter(|_| stage.is_none()));
    let stage = stages::meant(tx, stage, status)?.ok_or(Error::NotFound)?;
    let (customer, employee) = (Some(customer), Some(actor.id()));
    let mut task = Task::new(customer, employee, category, &stage, description, now);
    task.due = due;
    task.remind = remind;
    task.id = store::tasks::insert(tx, &task)?;
    let id = task.id;
    details::create(tx, id, &new.details)?;
    let (task, stage) = (&task, &stage);
    events::publish(tx, author, &Event::TaskCreated { task, stage }, now)?;
    if let Some(deposit) = &new.deposit {
        payments::take(tx, actor, id, deposit, now)?;
    }
    if task.status == Status::Closed {
        details::record_handover(tx, task)?;
    }
    let row = get(tx, actor, id)?;
    let card = row.customer.as_ref().map(|customer| &customer.phone);
    if let Some(text) = card.and_then(|card| beside(&new.customer_phone, card)) {
        comments::add(tx, actor, id, None, &text, now)?;
    }
    Ok(row)
}

/// Returns the phone as typed if it has an extension or a note that the stored phone lacks, so that
/// colleagues can read it.
pub(super) fn beside(typed: &Phone, card: &Phone) -> Option<Message> {
    let note = typed
        .note()
        .filter(|note| card.note().as_ref() != Some(note));
    note.map(|_| Message::from_row(typed.typed().to_owned()))
}

/// Changes a task, records the changes in the history, and notifies the customer of a new status or
/// stage.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// the phone of another customer, an unknown stage or one of another status, and an invalid
/// warranty task.
pub fn update(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: TaskId,
    change: &TaskChange,
    now: Timestamp,
) -> Result<TaskRow> {
    apply(tx, actor, id, change, Some(shop), now)
}

/// Does the same without notifying the customer.
///
/// # Errors
/// As for [`update`].
pub(super) fn update_silently(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    change: &TaskChange,
    now: Timestamp,
) -> Result<TaskRow> {
    apply(tx, actor, id, change, None, now)
}

/// Applies a change; `tells` is the shop whose customer is notified.
fn apply(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    change: &TaskChange,
    tells: Option<&Shop>,
    now: Timestamp,
) -> Result<TaskRow> {
    let TaskRow {
        mut task,
        stage: was,
        customer,
        employee,
        place,
    } = get(tx, actor, id)?;
    task.expect_version(change.expected_version)?;
    if let Some(phone) = &change.customer_phone {
        let own = customer
            .as_ref()
            .is_some_and(|c| c.phone.e164() == phone.e164());
        if !own {
            return Err(Problem::PhoneOfAnotherCustomer.at("customerPhone").into());
        }
    }
    let mut notes = Notes::default();
    let before = task.clone();
    let stage = match next_stage(tx, &was, change)? {
        Some(stage) => enter(tx, &mut task, &was, stage, &mut notes, now)?,
        None => was.clone(),
    };
    if let Some(category) = change.category {
        task.category = category;
        let (from, to) = (before.category.word(), category.word());
        notes.changed(EventKind::Category, from, to);
    }
    if let Some(description) = &change.description {
        task.description = description.clone();
        let (from, to) = (before.description.as_str(), description.as_str());
        notes.changed(EventKind::Description, from, to);
    }
    if let Some(due) = change.due {
        task.due = due;
        notes.changed_maybe(EventKind::Due, before.due, due);
    }
    if let Some(remind) = change.remind {
        task.remind = remind;
        let word = |on: bool| if on { "ON" } else { "OFF" };
        notes.changed(EventKind::Reminders, word(before.remind), word(remind));
    }
    let changed = (task.stage, task.category, task.due, task.remind)
        != (before.stage, before.category, before.due, before.remind)
        || task.description != before.description;
    if details::update(tx, id, &change.details, &mut notes, now)? || changed {
        store::tasks::update(tx, &before, &mut task, now)?;
        let tells = tells.filter(|_| task.stage != before.stage);
        let told = tells.and_then(|shop| {
            let purpose = Purpose::of_status(task.status);
            Some(StageNews {
                to: Addressee::of(customer.as_deref(), purpose, &shop.routing)?,
                before: &was,
                after: &stage,
                due: now.saturating_add(shop.notify_delay).unwrap_or(now),
            })
        });
        if task.status == Status::Closed || before.status == Status::Closed {
            details::record_handover(tx, &task)?;
        }
        let (before, after) = (&before, &task);
        let event = Event::TaskChanged {
            before,
            after,
            notes,
            told,
        };
        events::publish(tx, Author::Staff(actor.id()), &event, now)?;
    }
    if task.status != before.status || !task.remind {
        store::outbox::delete_reminders(tx, id)?;
    }
    Ok(TaskRow {
        task,
        stage,
        customer,
        employee,
        place,
    })
}

/// Returns the stage that a change leads to, if any: setting the current status again keeps the
/// stage.
fn next_stage(tx: &Transaction, was: &Stage, change: &TaskChange) -> Result<Option<Stage>> {
    match (change.stage, change.status) {
        (None, Some(status)) if status == was.status => Ok(None),
        (stage, status) => stages::meant(tx, stage, status),
    }
}

/// Moves a task to a stage. For the first stage of another status, the history names the status
/// only.
fn enter(
    tx: &Transaction,
    task: &mut Task,
    was: &Stage,
    stage: Stage,
    notes: &mut Notes,
    now: Timestamp,
) -> Result<Arc<Stage>> {
    task.enter(&stage, now);
    notes.changed(EventKind::Status, was.status.word(), stage.status.word());
    if stage.status == Status::Closed && was.status != Status::Closed {
        questions::withdraw(tx, task.id, notes, now)?;
    }
    store::approvals::notice_of_task(tx, task.id)?;
    store::outbox::notice_of_task(tx, task.id)?;
    if !Status::UNDONE.contains(&stage.status) {
        // The work is over, whatever price was agreed.
        store::approvals::settle_of_task(tx, task.id)?;
    }
    if stage.status == was.status || !stage.is_first() {
        notes.changed(EventKind::Stage, was.name.as_str(), stage.name.as_str());
    }
    Ok(Arc::new(stage))
}

/// Assigns a task to an employee, or to nobody. The employee is notified if a colleague did it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// a deactivated employee.
pub fn assign(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    employee: Option<EmployeeId>,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<TaskRow> {
    let before = get(tx, actor, id)?.task;
    before.expect_version(expected_version)?;
    if let Some(employee) = employee {
        let found = store::employees::get(tx, employee)?;
        if !found.is_some_and(|employee| employee.active) {
            return Err(Problem::EmployeeInactive.at("employeeId").into());
        }
    }
    if before.employee != employee {
        let mut task = before.clone();
        task.employee = employee;
        store::tasks::update(tx, &before, &mut task, now)?;
        let (before, after, by) = (&before, &task, actor.id());
        let event = Event::TaskAssigned { before, after, by };
        events::publish(tx, Author::Staff(by), &event, now)?;
    }
    get(tx, actor, id)
}

/// Deletes a task. Its history and its payments stay, without the texts about people.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete(tx: &Transaction, actor: &Actor, id: TaskId, now: Timestamp) -> Result<()> {
    let task = get(tx, actor, id)?.task;
    let (author, event) = (
        Author::Staff(actor.id()),
        Event::TaskDeleted { task: &task },
    );
    events::publish(tx, author, &event, now)?;
    // The ledger keeps the sums, but nothing that was written about the task.
    store::payments::erase_of_task(tx, id)?;
    // Once the task is gone, an erasure of its customer wouldn't find its texts.
    store::history::erase_of_task(tx, id)?;
    store::tasks::delete(tx, id)?;
    store::changes::deleted(tx, Tracked::Task(id), now)
}
