//! The demo shop that an owner loads to look around, and removes again. Everything but accounts, settings and what came
//! from outside goes with it, also what was entered meanwhile, so a backup is made before.

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{Desk, backups};
use crate::domain::{AuditAction, Chat, Employee, Error, Messenger, Owner, Problem, Result, Shop};
use crate::store::{self, Connection, Db, Transaction};

/// The word that notes the demo beside the steps of the first day.
const LOADED: &str = "DEMO";

/// The word that notes the data of `zayavka demo`, which isn't removed.
const INVENTED: &str = "INVENTED";

/// The highest id of an invented account at MAX. Nothing is sent to an account near it: unlike Telegram, MAX documents no
/// range of ids.
pub const LAST_AT_MAX: i64 = (1 << 53) - 1;

/// Returns whether an account at MAX is a demo's.
pub fn is_invented(chat: Chat) -> bool {
    chat.messenger == Messenger::Max && chat.id > LAST_AT_MAX - (1 << 40)
}

/// Fills an empty shop with invented data.
pub type Fill =
    dyn Fn(Db, Shop, Employee, Timestamp) -> BoxFuture<'static, Result<()>> + Send + Sync;

/// Returns whether the shop's data are a demo's.
pub fn is_loaded(connection: &Connection, _: &Owner) -> Result<bool> {
    store::first_day::is_done(connection, LOADED)
}

/// Returns whether the shop's customers are invented, so that nobody is to be called or written to.
pub fn is_there(connection: &Connection) -> Result<bool> {
    let is_done = |word| store::first_day::is_done(connection, word);
    Ok(is_done(LOADED)? || is_done(INVENTED)?)
}

/// Notes that the customers of a database are invented.
pub fn note_invented(tx: &Transaction, now: Timestamp) -> Result<()> {
    store::first_day::set_done(tx, INVENTED, now)
}

/// Returns whether a demo can be loaded: there are no repairs, customers and prices yet.
pub fn is_possible(connection: &Connection, _: &Owner) -> Result<bool> {
    Ok(store::archive::is_empty(connection)? && !store::first_day::is_done(connection, LOADED)?)
}

/// Loads the demo.
///
/// # Errors
/// [`Problem::NotEmpty`] at `demo` when there are data already.
pub async fn load(desk: &Desk, owner: Owner) -> Result<()> {
    let now = desk.clock.now();
    let begin = move |tx: &Transaction<'_>| {
        if !is_possible(tx, &owner)? {
            return Err(Problem::NotEmpty.at("demo").into());
        }
        // A demo that is cut off by a stop can be removed as well.
        store::first_day::set_done(tx, LOADED, now)?;
        record(tx, &owner, AuditAction::DemoLoaded, now)?;
        store::employees::get(tx, owner.id())?.ok_or(Error::Unauthenticated)
    };
    let me = desk.db.write(begin).await?;
    (desk.fill)(desk.db.clone(), desk.shop(), me, now).await
}

/// Counts the repairs entered since the demo was loaded.
pub fn count_own(connection: &Connection, _: &Owner) -> Result<i64> {
    store::demo_shop::count_own(connection, LOADED)
}

/// Removes the demo with everything that was entered since.
///
/// # Errors
/// [`Error::NotFound`] when there is none; [`Problem::BackupFailed`] at its key: nothing is removed then.
pub async fn remove(desk: &Desk, owner: Owner) -> Result<()> {
    let loaded = move |c: &_| is_loaded(c, &owner);
    if !desk.db.read(loaded).await? {
        return Err(Error::NotFound);
    }
    backups::make_now(desk, owner).await?;
    let now = desk.clock.now();
    let work = move |tx: &Transaction<'_>| {
        store::demo_shop::remove(tx)?;
        store::first_day::set_undone(tx, LOADED)?;
        record(tx, &owner, AuditAction::DemoRemoved, now)
    };
    desk.db.write(work).await
}

fn record(tx: &Transaction, owner: &Owner, action: AuditAction, now: Timestamp) -> Result<()> {
    store::audit::insert(tx, owner.id(), action, LOADED, [None, None], now)
}
