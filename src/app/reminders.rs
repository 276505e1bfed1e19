//! Pickup reminders, sent by the server itself.

use jiff::Timestamp;

use crate::domain::{Author, EventKind, Notice, Reminders, Result, TimeZone};
use crate::store::{self, Transaction};

/// Queues the reminders that are due and returns their number. Each is recorded with its task in
/// the same commit, so that it is sent once, whatever fails in between.
pub fn remind(
    tx: &Transaction,
    reminders: &Reminders,
    timezone: &TimeZone,
    now: Timestamp,
) -> Result<usize> {
    let Some((from, until, most)) = reminders.span(now, timezone) else {
        return Ok(0);
    };
    let mut queued = 0;
    for waiting in store::reminders::uncollected(tx, from, until, most)? {
        let due = reminders.due(waiting.ready, waiting.reminded, now, timezone);
        let Some(days) = due else {
            continue;
        };
        let task = waiting.task;
        let notice = Notice::Reminder { task };
        // An undelivered earlier reminder says the same as this one.
        store::outbox::delete_reminders(tx, task)?;
        store::outbox::push_notice(tx, waiting.chat, waiting.customer, notice, now, now)?;
        store::reminders::set_reminded(tx, task, days)?;
        let (kind, to) = (EventKind::Reminded, days.to_string());
        store::history::append(tx, task, kind, Author::System, None, Some(&to), now)?;
        queued += 1;
    }
    Ok(queued)
}
