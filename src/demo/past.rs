//! The older part of the demo's data. It is written like an import: each task once in its final
//! state, with its history.

use super::life::{ACCEPTED, Life, READY, Seen};
use super::{Setting, money};
use crate::domain::{Author, Details, Discount, EventKind, Result, Task, TaskId, Totals};
use crate::store::{self, Transaction};

/// Writes a task with its history up to that minute.
pub fn write(
    tx: &Transaction,
    shop: &Setting,
    life: &mut Life,
    seen: &mut Seen,
    until: i64,
) -> Result<TaskId> {
    let (customer, employee) = (
        &shop.customers[life.customer],
        shop.staff[life.employee].id(),
    );
    let created = shop.hours.instant(life.arrived);
    let mut was = shop.stages.get(ACCEPTED)?;
    let (of, by) = (Some(customer.id), Some(employee));
    let mut task = Task::new(
        of,
        by,
        life.category,
        was,
        life.description.clone(),
        created,
    );
    task.due = life.due;
    let (mut details, deposit) = life.details(shop, seen);
    let mut history = vec![(EventKind::Created, None, was.status.word(), created)];
    let mut changes = Vec::new();
    let mut is_done = false;
    while let Some((minute, name)) = life.next_before(until) {
        let (stage, at) = (shop.stages.get(name)?, shop.hours.instant(minute));
        if stage.status != was.status {
            let (from, to) = (was.status.word(), stage.status.word());
            history.push((EventKind::Status, Some(from), to, at));
        }
        if stage.status == was.status || !stage.is_first() {
            let (from, to) = (was.name.as_str(), stage.name.as_str());
            history.push((EventKind::Stage, Some(from), to, at));
        }
        task.enter(stage, at);
        task.updated = at;
        task.version += 1;
        is_done |= name == READY;
        let change = life.change(shop, minute, name);
        details = change.apply(details);
        changes.push(change);
        was = stage;
    }
    let id = store::tasks::insert_imported(tx, &task)?;
    if details != Details::default() {
        store::details::put(tx, id, &details)?;
    }
    if is_done {
        let lines = money::write_lines(tx, shop, life, id)?;
        let totals = Totals::of(&lines, Discount::NONE)?;
        details.account.lines = Some(totals).filter(|_| !lines.is_empty());
    }
    let rest = task.closed.and(details.price());
    let rest = rest.map(|price| (price.minus(deposit.unwrap_or_default()), task.updated));
    let deposit = deposit.map(|sum| (sum, created));
    let paid = money::write_payments(tx, shop, life, id, deposit, rest)?;
    task.id = id;
    details.account.paid = Some(paid);
    store::handovers::record(tx, &task, &details)?;
    let author = Author::Staff(employee);
    for (kind, from, to, at) in history {
        store::history::append(tx, id, kind, author, from, Some(to), at)?;
    }
    for change in &changes {
        seen.note(life, id, change);
    }
    Ok(id)
}
