//! What the bot has done in the invented shop. Its Telegram accounts are none that there are: the
//! demo may be tried with a real bot.

use jiff::{Timestamp, ToSpan};

use crate::domain::{
    Author, CustomerId, EmployeeId, EventKind, Language, Notice, NoticeId, Reason, Result, Status,
    Task, TaskId, TelegramId, TelegramLink, TimeOfDay,
};
use crate::store::{self, Transaction};

/// The highest number that Telegram may ever give (<https://core.telegram.org/bots/api#user>).
const LAST_ACCOUNT: i64 = (1 << 52) - 1;
/// The accounts of employees stand below those of the customers.
const LAST_OF_STAFF: i64 = LAST_ACCOUNT - (1 << 40);
/// After how many days customers were reminded.
const REMINDED: u16 = 3;

/// An employee has the bot, and the list of each morning.
pub(super) fn link_employee(tx: &Transaction, employee: EmployeeId) -> Result<()> {
    let account = TelegramId::from_wire(LAST_OF_STAFF - employee.get());
    store::employees::set_telegram(tx, employee, account)?;
    let time = TimeOfDay::parse("time", "09:00")?;
    store::employees::set_morning(tx, employee, Some(time))
}

/// The customer has blocked the bot, so a message did not arrive.
pub(super) fn not_reached(
    tx: &Transaction,
    task: TaskId,
    customer: CustomerId,
    at: Timestamp,
) -> Result<()> {
    let (from, to) = (Status::Accepted, Status::InProgress);
    let notice = Notice::StatusChanged {
        task,
        from,
        to,
        from_stage: None,
        to_stage: None,
    };
    let Some(notice) = push(tx, customer, notice, at)? else {
        return Ok(());
    };
    store::outbox::set_dead(tx, notice, Reason::Blocked, "", at)
}

/// The customer was reminded of what is READY, if it has been for long enough, and has blocked the
/// bot since.
pub(super) fn remind(tx: &Transaction, task: &Task, now: Timestamp) -> Result<()> {
    let due = |ready: Timestamp| {
        ready
            .saturating_add((i64::from(REMINDED) * 24).hours())
            .ok()
    };
    let at = task.ready.and_then(due).filter(|at| *at < now);
    let (Some(at), Some(customer)) = (at, task.customer) else {
        return Ok(());
    };
    let Some(notice) = push(tx, customer, Notice::Reminder { task: task.id }, at)? else {
        return Ok(());
    };
    store::outbox::set_delivered(tx, notice, at)?;
    store::reminders::set_reminded(tx, task.id, REMINDED)?;
    let (kind, to) = (EventKind::Reminded, REMINDED.to_string());
    store::history::append(tx, task.id, kind, Author::System, None, Some(&to), at)
}

/// A notice for an account that is the customer's from now on.
fn push(
    tx: &Transaction,
    customer: CustomerId,
    notice: Notice,
    at: Timestamp,
) -> Result<Option<NoticeId>> {
    let Some(id) = TelegramId::from_wire(LAST_ACCOUNT - customer.get()) else {
        return Ok(None);
    };
    let link = TelegramLink {
        id,
        verified: true,
        blocked: true,
        language: Language::Russian,
    };
    store::customers::set_telegram(tx, customer, Some(&link), at)?;
    store::outbox::push_notice(tx, id, customer, notice, at, at)?;
    Ok(Some(NoticeId::from_row(tx.last_insert_rowid())))
}
