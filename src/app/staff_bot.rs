//! The bot's services for employees: notifications about their tasks in their own account on a messenger, and a morning
//! list.

use jiff::{Timestamp, ToSpan};

use super::security::secrets;
use crate::domain::{
    Actor, Chat, Day, Employee, EmployeeId, Error, Messenger, Result, Shop, StaffCode, StaffNews,
    Status, TaskFilter, TimeOfDay,
};
use crate::store::{self, Connection, Transaction};

const CODE_MINUTES: i64 = 15;
/// Number of wrong codes from one account after which further codes are rejected for a while.
const TRIES: i64 = 5;

/// A single-use code that links an account on a messenger.
pub struct NewCode {
    pub code: StaffCode,
    pub expires: Timestamp,
}

impl NewCode {
    /// Returns the bot's start parameter.
    pub fn start(&self) -> String {
        format!("staff-{}", self.code.as_str())
    }
}

/// Outcome of a code sent by an account.
pub enum Linking {
    Linked(Employee),
    /// The code is unknown or has expired.
    Wrong,
    TooMany,
}

/// Creates a code that links an account on a messenger to the actor. Replaces the previous code.
pub fn create_code(tx: &Transaction, actor: &Actor, now: Timestamp) -> Result<NewCode> {
    let code = StaffCode::new(&secrets::random()?);
    let expires = in_a_while(now);
    let hash = secrets::fingerprint(code.as_str());
    store::staff_bot::put_code(tx, actor.id(), &hash, expires)?;
    Ok(NewCode { code, expires })
}

/// Links an account to the employee whose code it has sent. The link is exclusive on both sides.
pub fn link(
    tx: &Transaction,
    shop: &Shop,
    who: Chat,
    code: &StaffCode,
    now: Timestamp,
) -> Result<Linking> {
    if store::staff_bot::tries(tx, who, now, in_a_while(now))? >= TRIES {
        return Ok(Linking::TooMany);
    }
    let hash = secrets::fingerprint(code.as_str());
    let Some(id) = store::staff_bot::employee_of_code(tx, &hash, now)? else {
        store::staff_bot::count_try(tx, who, now, in_a_while(now))?;
        return Ok(Linking::Wrong);
    };
    unlink_chat(tx, who)?;
    forget(tx, id)?;
    store::employees::set_chat(tx, id, Some(who))?;
    let employee = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    begin_tomorrow(tx, shop, &employee, now)?;
    Ok(Linking::Linked(employee))
}

fn in_a_while(now: Timestamp) -> Timestamp {
    now.saturating_add(CODE_MINUTES.minutes())
        .unwrap_or(Timestamp::MAX)
}

/// Unlinks the actor's account, and deletes its queued messages.
pub fn unlink(tx: &Transaction, actor: &Actor) -> Result<Employee> {
    forget(tx, actor.id())?;
    me(tx, actor)
}

fn me(tx: &Transaction, actor: &Actor) -> Result<Employee> {
    store::employees::get(tx, actor.id())?.ok_or(Error::Unauthenticated)
}

/// Unlinks the employee of an account; returns `false` when there is none.
pub fn unlink_chat(tx: &Transaction, who: Chat) -> Result<bool> {
    match of_chat(tx, who)? {
        Some(employee) => forget(tx, employee.id).map(|()| true),
        None => Ok(false),
    }
}

/// Removes an employee's link, code and queued messages.
pub(super) fn forget(tx: &Transaction, id: EmployeeId) -> Result<()> {
    store::staff_bot::delete_code(tx, id)?;
    let employee = store::employees::get(tx, id)?;
    if let Some(chat) = employee.and_then(|employee| employee.chat) {
        store::outbox::delete_waiting_replies(tx, chat)?;
        store::employees::set_chat(tx, id, None)?;
    }
    Ok(())
}

/// Returns the employee linked to an account.
pub fn of_chat(connection: &Connection, who: Chat) -> Result<Option<Employee>> {
    store::employees::by_chat(connection, who)
}

/// Sets the time of the actor's morning list, or turns it off. A time already past today takes effect
/// tomorrow.
pub fn set_morning(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    time: Option<TimeOfDay>,
    now: Timestamp,
) -> Result<Employee> {
    store::employees::set_morning(tx, actor.id(), time)?;
    let employee = me(tx, actor)?;
    begin_tomorrow(tx, shop, &employee, now)?;
    Ok(employee)
}

fn begin_tomorrow(
    tx: &Transaction,
    shop: &Shop,
    employee: &Employee,
    now: Timestamp,
) -> Result<()> {
    let over = |time| time <= TimeOfDay::of(now, &shop.timezone);
    match employee.morning.is_some_and(over) {
        true => {
            let today = Day::of(now, &shop.timezone);
            store::staff_bot::note_morning(tx, employee.id, today, now)
        }
        false => Ok(()),
    }
}

/// Notifies an employee, if they have linked an account.
pub(super) fn notify(
    tx: &Transaction,
    employee: EmployeeId,
    news: StaffNews,
    now: Timestamp,
) -> Result<()> {
    let employee = store::employees::get(tx, employee)?;
    match employee.and_then(|employee| employee.chat) {
        Some(chat) => store::outbox::push_staff_news(tx, chat, news, now),
        None => Ok(()),
    }
}

/// Sends an employee their task list on request.
pub fn send_today(tx: &Transaction, who: Chat, now: Timestamp) -> Result<()> {
    store::outbox::push_staff_news(tx, who, StaffNews::Today, now)
}

/// Returns whether a morning list is due on a messenger, or a list is recorded as sent in the future by a clock that was
/// ahead.
pub fn is_morning(
    connection: &Connection,
    shop: &Shop,
    messenger: Messenger,
    now: Timestamp,
) -> Result<bool> {
    let was_ahead = store::staff_bot::was_ahead(connection, now)?;
    Ok(was_ahead || !due(connection, shop, messenger, now)?.is_empty())
}

/// Queues the morning lists that are due on a messenger: at most one a day per employee, and none without open
/// tasks. A list sent while the clock was ahead doesn't count.
pub fn send_mornings(
    tx: &Transaction,
    shop: &Shop,
    messenger: Messenger,
    now: Timestamp,
) -> Result<()> {
    store::staff_bot::forget_ahead(tx, now)?;
    let today = Day::of(now, &shop.timezone);
    for (employee, chat) in due(tx, shop, messenger, now)? {
        store::staff_bot::note_morning(tx, employee, today, now)?;
        let open = TaskFilter {
            employee: Some(employee),
            statuses: Status::OPEN.to_vec(),
            ..TaskFilter::default()
        };
        if store::tasks::count(tx, &open)? > 0 {
            store::outbox::push_staff_news(tx, chat, StaffNews::Morning, now)?;
        }
    }
    Ok(())
}

fn due(
    connection: &Connection,
    shop: &Shop,
    messenger: Messenger,
    now: Timestamp,
) -> Result<Vec<(EmployeeId, Chat)>> {
    let (today, time) = (
        Day::of(now, &shop.timezone),
        TimeOfDay::of(now, &shop.timezone),
    );
    store::staff_bot::mornings_due(connection, messenger, today, time)
}
