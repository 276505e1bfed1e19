//! The older part of the demo's data. It is written like an import: each task once in its final
//! state, with its history.

use super::Setting;
use super::life::{ACCEPTED, Life, Seen};
use crate::domain::{Author, Details, EventKind, Method, Money, NewPayment, Result, Task, TaskId};
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
        let change = life.change(shop, minute, name);
        details = change.apply(details);
        changes.push(change);
        was = stage;
    }
    let id = store::tasks::insert_imported(tx, &task)?;
    if details != Details::default() {
        store::details::put(tx, id, &details)?;
    }
    let mut paid = Money::ZERO;
    let rest = task
        .closed
        .and(details.price)
        .map(|price| price.minus(deposit.unwrap_or_default()));
    for (sum, at) in [(deposit, created), (rest, task.updated)] {
        if let Some(sum) = sum.filter(|sum| *sum > Money::ZERO) {
            let new = NewPayment::plain(Method::Card, sum);
            store::payments::append(tx, &new.entry(id, employee), at)?;
            paid = paid.plus(sum).unwrap_or(paid);
        }
    }
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
