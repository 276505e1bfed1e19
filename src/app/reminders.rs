//! Pickup reminders, sent by the server itself.

use jiff::Timestamp;

use super::events;
use crate::domain::{Addressee, Author, Event, Purpose, Reminders, Result, Shop};
use crate::store::{self, Transaction};

/// Queues the reminders that are due and returns their number. Each is recorded with its task in
/// the same commit, so that it is sent once, whatever fails in between.
pub fn remind(
    tx: &Transaction,
    reminders: &Reminders,
    shop: &Shop,
    now: Timestamp,
) -> Result<usize> {
    let timezone = &shop.timezone;
    let Some((from, until, most)) = reminders.span(now, timezone) else {
        return Ok(0);
    };
    let mut queued = 0;
    for waiting in store::reminders::uncollected(tx, from, until, most)? {
        let due = reminders.due(waiting.ready, waiting.reminded, now, timezone);
        let customer = store::customers::get(tx, waiting.customer)?;
        let to = Addressee::of(customer.as_ref(), Purpose::Reminder, &shop.routing);
        let (Some(days), Some(to)) = (due, to) else {
            continue;
        };
        let task = waiting.task;
        // An undelivered earlier reminder says the same as this one.
        store::outbox::delete_reminders(tx, task)?;
        store::reminders::set_reminded(tx, task, days)?;
        let event = Event::ReminderDue { task, days, to };
        events::publish(tx, Author::System, &event, now)?;
        queued += 1;
    }
    Ok(queued)
}
