//! Lines of a task: the works and parts that it consists of, and its discount. They are changed
//! until the task is closed.

use jiff::Timestamp;

use super::{details, events, questions};
use crate::domain::{
    Actor, Approval, Author, CatalogueItem, DetailsChange, Discount, EmployeeId, Error, Event,
    EventKind, ItemId, Line, LineChange, LineContent, LineId, LineNote, MOST_LINES, Notes, Problem,
    Result, Status, Task, TaskId, Totals,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Returns the lines of these tasks, each task's in their order.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Line>> {
    store::lines::of_tasks(connection, ids)
}

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: LineId) -> Result<Line> {
    store::lines::get(connection, id)?.ok_or(Error::NotFound)
}

/// Returns a line with the quotes of its task and the task.
///
/// # Errors
/// [`Error::NotFound`].
pub fn with_task(
    connection: &Connection,
    actor: &Actor,
    id: LineId,
) -> Result<(Line, Vec<Approval>, TaskRow)> {
    let line = get(connection, actor, id)?;
    let approvals = store::approvals::of_tasks(connection, &[line.task])?;
    let task = store::tasks::get(connection, line.task)?.ok_or(Error::NotFound)?;
    Ok((line, approvals, task))
}

/// Appends a line to a task, copied from the catalogue or of free text.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, [`Error::Forbidden`] for
/// an employee who sets a cost, and [`Error::Invalid`].
pub fn add(
    tx: &Transaction,
    actor: &Actor,
    task: TaskId,
    new: LineChange,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<(Line, TaskRow)> {
    let mut change = Change::begin(tx, actor, task, "taskId", expected_version)?;
    let lines = store::lines::of_tasks(tx, &[task])?;
    if lines.len() >= MOST_LINES {
        return Err(Problem::TooManyLines { max: MOST_LINES }
            .at("taskId")
            .into());
    }
    let item = match new.item {
        Some(id) => Some(offered(tx, id)?),
        None => None,
    };
    expect_permitted(tx, actor, &new)?;
    let content = new.into_new(item.map(CatalogueItem::line))?;
    content.check()?;
    if lines.is_empty() {
        // From now on the price is the sum of the lines.
        let no_price = DetailsChange {
            price: Some(None),
            ..DetailsChange::default()
        };
        details::update(tx, task, &no_price, &mut change.notes, now)?;
    }
    let (position, nothing) = (lines.len() + 1, String::new());
    change.note(nothing, content.note().to_string());
    let id = store::lines::insert(tx, task, position, &content)?;
    let row = change.finish(tx, actor, now)?;
    let line = Line {
        id,
        task,
        position,
        content,
    };
    Ok((line, row))
}

/// Changes a line. A change of what the customer was asked about withdraws the question.
///
/// # Errors
/// As for [`add`].
pub fn update(
    tx: &Transaction,
    actor: &Actor,
    id: LineId,
    by: LineChange,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<(Line, TaskRow)> {
    let line = get(tx, actor, id)?;
    let mut change = Change::begin(tx, actor, line.task, "id", expected_version)?;
    expect_permitted(tx, actor, &by)?;
    if by.item.is_some_and(|item| Some(item) != line.content.item) {
        return Err(Problem::NoSuchItem.at("itemId").into());
    }
    let content = by.apply(line.content.clone());
    content.check()?;
    if content == line.content {
        return Ok((line, change.row));
    }
    change.note(line.content.note().to_string(), content.note().to_string());
    change.withdraw_if_shown(tx, &line, Some(&content), now)?;
    store::lines::update(tx, id, &content)?;
    let row = change.finish(tx, actor, now)?;
    Ok((Line { content, ..line }, row))
}

/// Moves a line to another position in its task, counted from 1.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// a closed task.
pub fn reorder(
    tx: &Transaction,
    actor: &Actor,
    id: LineId,
    position: usize,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<TaskRow> {
    let line = get(tx, actor, id)?;
    let mut change = Change::begin(tx, actor, line.task, "id", expected_version)?;
    let lines = store::lines::of_tasks(tx, &[line.task])?;
    let before: Vec<LineId> = lines.iter().map(|line| line.id).collect();
    let mut order = before.clone();
    order.retain(|other| *other != id);
    order.insert(position.saturating_sub(1).min(order.len()), id);
    if order == before {
        return Ok(change.row);
    }
    store::lines::set_order(tx, &order)?;
    let place = |order: &[LineId]| {
        let at = order.iter().position(|other| *other == id);
        let position = at.map(|at| at + 1);
        let note = line.content.note();
        LineNote { position, ..note }.to_string()
    };
    change.note(place(&before), place(&order));
    change.finish(tx, actor, now)
}

/// Removes a line.
///
/// # Errors
/// As for [`reorder`].
pub fn remove(
    tx: &Transaction,
    actor: &Actor,
    id: LineId,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<TaskRow> {
    let line = get(tx, actor, id)?;
    let mut change = Change::begin(tx, actor, line.task, "id", expected_version)?;
    change.note(line.content.note().to_string(), String::new());
    change.withdraw_if_shown(tx, &line, None, now)?;
    store::lines::delete(tx, id)?;
    let lines = store::lines::of_tasks(tx, &[line.task])?;
    let order: Vec<LineId> = lines.iter().map(|line| line.id).collect();
    store::lines::set_order(tx, &order)?;
    change.finish(tx, actor, now)
}

/// Sets or removes the discount of a whole task.
///
/// # Errors
/// As for [`reorder`], and [`Error::Invalid`] for a discount of more than the lines.
pub fn set_discount(
    tx: &Transaction,
    actor: &Actor,
    task: TaskId,
    discount: Option<Discount>,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<TaskRow> {
    let mut change = Change::begin(tx, actor, task, "taskId", expected_version)?;
    let lines = store::lines::of_tasks(tx, &[task])?;
    let contents: Vec<LineContent> = lines.into_iter().map(|line| line.content).collect();
    let full = Totals::of(&contents, Discount::NONE)?.total;
    if discount.is_some_and(|discount| discount.of(full) > full) {
        return Err(Problem::DiscountTooLarge.at("discount").into());
    }
    let by = DetailsChange {
        discount: Some(discount),
        ..DetailsChange::default()
    };
    if !details::update(tx, task, &by, &mut change.notes, now)? {
        return Ok(change.row);
    }
    questions::overtake(tx, task, &mut change.notes, now)?;
    change.finish(tx, actor, now)
}

/// A change of a task's lines.
struct Change {
    row: TaskRow,
    notes: Notes,
}

impl Change {
    fn begin(
        tx: &Transaction,
        _: &Actor,
        task: TaskId,
        field: &'static str,
        expected_version: Option<i64>,
    ) -> Result<Self> {
        let row = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
        row.task.expect_version(expected_version)?;
        if row.task.status == Status::Closed {
            return Err(Problem::TaskClosed.at(field).into());
        }
        let notes = Notes::default();
        Ok(Self { row, notes })
    }

    fn note(&mut self, from: String, to: String) {
        self.notes.changed(EventKind::Line, &from, &to);
    }

    /// Withdraws the open quote if the customer was shown something else than the line is now.
    fn withdraw_if_shown(
        &mut self,
        tx: &Transaction,
        line: &Line,
        now_as: Option<&LineContent>,
        now: Timestamp,
    ) -> Result<()> {
        let asked = store::approvals::asked_of_task(tx, line.task)?;
        let lines = asked.iter().flat_map(|asked| &asked.lines);
        let mut shown = lines.filter(|shown| shown.line == line.id);
        let differs = shown.any(|shown| !now_as.is_some_and(|line| line.looks_like(shown)));
        if differs {
            questions::withdraw(tx, line.task, &mut self.notes, now)?;
        }
        Ok(())
    }

    /// Stores the next version of the task, and publishes the change.
    fn finish(self, tx: &Transaction, actor: &Actor, now: Timestamp) -> Result<TaskRow> {
        let before = &self.row.task;
        let mut task: Task = before.clone();
        // The sums are within the limits, or the change is refused.
        store::details::of_tasks(tx, &[task.id])?;
        store::tasks::update(tx, before, &mut task, now)?;
        let (after, notes) = (&task, self.notes);
        let event = Event::LinesChanged {
            before,
            after,
            notes,
        };
        events::publish(tx, Author::Staff(actor.id()), &event, now)?;
        Ok(TaskRow { task, ..self.row })
    }
}

/// Returns an item that may be added to a task.
fn offered(tx: &Transaction, id: ItemId) -> Result<CatalogueItem> {
    let item = store::catalogue::get(tx, id)?;
    let item = item.ok_or_else(|| Problem::NoSuchItem.at("itemId"))?;
    match item.content.archived {
        true => Err(Problem::ItemArchived.at("itemId").into()),
        false => Ok(item),
    }
}

/// Checks that the actor may set a cost, and that the employee who did the work is active.
fn expect_permitted(tx: &Transaction, actor: &Actor, change: &LineChange) -> Result<()> {
    if change.cost.is_some() {
        actor.require_owner()?;
    }
    match change.done_by.flatten() {
        Some(id) => expect_active(tx, id),
        None => Ok(()),
    }
}

fn expect_active(tx: &Transaction, id: EmployeeId) -> Result<()> {
    let found = store::employees::get(tx, id)?;
    match found.is_some_and(|employee| employee.active) {
        true => Ok(()),
        false => Err(Problem::NoSuchEmployee.at("doneById").into()),
    }
}
