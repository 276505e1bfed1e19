//! What employees have of the bot: news of their tasks in their own Telegram, and each morning
//! what they have to do.

use jiff::{Timestamp, ToSpan};

use super::security::secrets;
use crate::domain::{
    Actor, Day, Employee, EmployeeId, Error, Result, Shop, StaffCode, StaffNews, Status,
    TaskFilter, TelegramId, TimeOfDay,
};
use crate::store::{self, Connection, Transaction};

const CODE_MINUTES: i64 = 15;
/// Wrong codes of one account until all of them are forgotten.
const TRIES: i64 = 5;

/// A single-use code for a Telegram account.
pub struct NewCode {
    pub code: StaffCode,
    pub expires: Timestamp,
}

impl NewCode {
    /// What the bot is opened with.
    pub fn start(&self) -> String {
        format!("staff-{}", self.code.as_str())
    }
}

/// What became of a code that an account has sent.
pub enum Linking {
    Linked(Employee),
    /// It is nobody's, or no longer.
    Wrong,
    TooMany,
}

/// Makes a code by which a Telegram account becomes the actor's. The one before is dead.
pub fn create_code(tx: &Transaction, actor: &Actor, now: Timestamp) -> Result<NewCode> {
    let code = StaffCode::new(&secrets::random()?);
    let expires = in_a_while(now);
    let hash = secrets::fingerprint(code.as_str());
    store::staff_bot::put_code(tx, actor.id(), &hash, expires)?;
    Ok(NewCode { code, expires })
}

/// Links an account to the employee whose code it has sent. It is no other one's from then on,
/// and they have no other.
pub fn link(
    tx: &Transaction,
    shop: &Shop,
    who: TelegramId,
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
    store::employees::set_telegram(tx, id, Some(who))?;
    let employee = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    begin_tomorrow(tx, shop, &employee, now)?;
    Ok(Linking::Linked(employee))
}

fn in_a_while(now: Timestamp) -> Timestamp {
    now.saturating_add(CODE_MINUTES.minutes())
        .unwrap_or(Timestamp::MAX)
}

/// Takes the actor's Telegram account away, and what waits to be sent to it.
pub fn unlink(tx: &Transaction, actor: &Actor) -> Result<Employee> {
    forget(tx, actor.id())?;
    me(tx, actor)
}

fn me(tx: &Transaction, actor: &Actor) -> Result<Employee> {
    store::employees::get(tx, actor.id())?.ok_or(Error::Unauthenticated)
}

/// The same for whoever has the account; `false` when it is no employee's.
pub fn unlink_chat(tx: &Transaction, who: TelegramId) -> Result<bool> {
    match of_chat(tx, who)? {
        Some(employee) => forget(tx, employee.id).map(|()| true),
        None => Ok(false),
    }
}

/// Leaves an employee no account, no code, and nothing that waits.
pub(super) fn forget(tx: &Transaction, id: EmployeeId) -> Result<()> {
    store::staff_bot::delete_code(tx, id)?;
    let employee = store::employees::get(tx, id)?;
    if let Some(chat) = employee.and_then(|employee| employee.telegram) {
        store::outbox::delete_waiting_replies(tx, chat)?;
        store::employees::set_telegram(tx, id, None)?;
    }
    Ok(())
}

/// The employee to whom an account is linked.
pub fn of_chat(connection: &Connection, who: TelegramId) -> Result<Option<Employee>> {
    store::employees::by_telegram(connection, who)
}

/// Chooses when the actor has the morning's list, or that there is none. Today's time that is over
/// counts from tomorrow.
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

/// Tells an employee something, where they have linked their Telegram.
pub(super) fn tell(
    tx: &Transaction,
    employee: EmployeeId,
    news: StaffNews,
    now: Timestamp,
) -> Result<()> {
    let employee = store::employees::get(tx, employee)?;
    match employee.and_then(|employee| employee.telegram) {
        Some(chat) => store::outbox::push_staff_news(tx, chat, news, now),
        None => Ok(()),
    }
}

/// Sends an employee what they have to do, since they ask.
pub fn send_today(tx: &Transaction, who: TelegramId, now: Timestamp) -> Result<()> {
    store::outbox::push_staff_news(tx, who, StaffNews::Today, now)
}

/// Whether it is time for somebody's list, or the clock was ahead when one was sent.
pub fn is_morning(connection: &Connection, shop: &Shop, now: Timestamp) -> Result<bool> {
    Ok(store::staff_bot::was_ahead(connection, now)? || !due(connection, shop, now)?.is_empty())
}

/// Sends the morning's lists whose time has come: one a day to each, and none to those who have
/// nothing to do. A list that a clock sent which was ahead doesn't count for its day.
pub fn send_mornings(tx: &Transaction, shop: &Shop, now: Timestamp) -> Result<()> {
    store::staff_bot::forget_ahead(tx, now)?;
    let today = Day::of(now, &shop.timezone);
    for (employee, chat) in due(tx, shop, now)? {
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
    now: Timestamp,
) -> Result<Vec<(EmployeeId, TelegramId)>> {
    let (today, time) = (
        Day::of(now, &shop.timezone),
        TimeOfDay::of(now, &shop.timezone),
    );
    store::staff_bot::mornings_due(connection, today, time)
}
