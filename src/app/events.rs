//! The fan-out of changes. A use case stores its change and passes the event to [`publish`], which
//! appends the history, the customer's notice, the notifications of staff and the deliveries of
//! outgoing webhooks, all in the caller's transaction. The store only has the writers of those
//! rows.

use jiff::Timestamp;

use super::{notices, staff_bot};
use crate::domain::{Author, CustomerNews, Event, Result};
use crate::store::{self, Transaction};

/// Appends everything that follows from an event.
pub(super) fn publish(
    tx: &Transaction,
    author: Author,
    event: &Event<'_>,
    now: Timestamp,
) -> Result<()> {
    for (task, note) in event.history() {
        let (from, to) = (note.from.as_deref(), note.to.as_deref());
        store::history::append(tx, task, note.kind, author, from, to, now)?;
    }
    if let Event::StageMerged { from, to } = event {
        store::history::append_for_stage(tx, from, to, author, now)?;
    }
    match event.customer_news() {
        Some(CustomerNews::Stage(task, news)) => notices::tell_stage(tx, task, &news, now)?,
        Some(CustomerNews::Notice(to, notice)) => {
            store::outbox::push_notice(tx, to, notice, now, now)?;
        }
        None => {}
    }
    if let Some((employee, news)) = event.staff_news() {
        staff_bot::notify(tx, employee, news, now)?;
    }
    for (hook, subject) in event.webhooks(author) {
        store::webhooks::deliveries::push(tx, hook, &subject, event.instant(now))?;
    }
    Ok(())
}
