//! Drawers for cash, and their shifts. A drawer without any shift takes cash at any time; once it
//! has had one, only while a shift is open.

use jiff::Timestamp;

use crate::domain::{
    Actor, AuditAction, Closing, Conflict, Drawer, DrawerId, DrawerName, Error, MOST_DRAWERS,
    Method, Money, Owner, Problem, Result, Shift, ShiftId, ShiftReason,
};
use crate::store::{self, Connection, Transaction};

/// A drawer with its cash and its newest shift.
#[derive(Debug, Clone)]
pub struct DrawerState {
    pub drawer: Drawer,
    /// The cash that should be in it.
    pub balance: Money,
    pub last: Option<Shift>,
}

impl DrawerState {
    /// Returns the open shift.
    pub fn shift(&self) -> Option<&Shift> {
        self.last.as_ref().filter(|shift| shift.closed.is_none())
    }
}

/// Returns all drawers.
pub fn list(connection: &Connection, _: &Actor) -> Result<Vec<DrawerState>> {
    let all = store::drawers::all(connection)?.into_iter();
    all.map(|drawer| state(connection, drawer)).collect()
}

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: DrawerId) -> Result<DrawerState> {
    let drawer = store::drawers::get(connection, id)?.ok_or(Error::NotFound)?;
    state(connection, drawer)
}

fn state(connection: &Connection, drawer: Drawer) -> Result<DrawerState> {
    let last = store::drawers::last_shift(connection, drawer.id)?;
    let balance = match &last {
        None => store::payments::cash_of_drawer(connection, drawer.id)?,
        Some(shift) => match &shift.closed {
            Some(closing) => closing.counted,
            None => expected(connection, shift)?,
        },
    };
    Ok(DrawerState {
        drawer,
        balance,
        last,
    })
}

/// # Errors
/// [`Error::NotFound`].
pub fn shift(connection: &Connection, _: &Actor, id: ShiftId) -> Result<Shift> {
    store::drawers::shift(connection, id)?.ok_or(Error::NotFound)
}

/// Returns the cash that should be in the drawer at the end of a shift.
pub fn expected(connection: &Connection, shift: &Shift) -> Result<Money> {
    let moved = moved(connection, shift)?;
    Ok(shift.opening.and(moved))
}

/// Returns the cash that went through a shift's drawer, less what left it.
pub fn moved(connection: &Connection, shift: &Shift) -> Result<Money> {
    store::payments::cash_of_shift(connection, shift.drawer, shift.id)
}

/// Creates a drawer.
///
/// # Errors
/// [`Error::Conflict`] when the name is taken, and [`Error::Invalid`] for an empty name or too many
/// drawers.
pub fn create(
    tx: &Transaction,
    owner: &Owner,
    name: &DrawerName,
    now: Timestamp,
) -> Result<Drawer> {
    if store::drawers::all(tx)?.len() >= MOST_DRAWERS {
        return Err(Problem::TooManyDrawers { max: MOST_DRAWERS }
            .at("name")
            .into());
    }
    expect_free(tx, name, None)?;
    let (id, name) = (store::drawers::insert(tx, name)?, name.clone());
    let action = AuditAction::DrawerCreated;
    store::audit::insert(tx, owner.id(), action, name.as_str(), [None, None], now)?;
    Ok(Drawer { id, name })
}

/// # Errors
/// [`Error::NotFound`], and as for [`create`].
pub fn rename(
    tx: &Transaction,
    owner: &Owner,
    id: DrawerId,
    name: &DrawerName,
    now: Timestamp,
) -> Result<Drawer> {
    let before = store::drawers::get(tx, id)?.ok_or(Error::NotFound)?.name;
    expect_free(tx, name, Some(id))?;
    store::drawers::rename(tx, id, name)?;
    if before != *name {
        let names = [&before, name].map(|name| Some(name.as_str()));
        let action = AuditAction::DrawerRenamed;
        store::audit::insert(tx, owner.id(), action, name.as_str(), names, now)?;
    }
    let name = name.clone();
    Ok(Drawer { id, name })
}

fn expect_free(tx: &Transaction, name: &DrawerName, id: Option<DrawerId>) -> Result<()> {
    let key = Drawer::key_of(name);
    if key.is_empty() {
        return Err(Problem::Required.at("name").into());
    }
    match store::drawers::by_key(tx, &key)? {
        Some(other) if Some(other.id) != id => Err(Conflict::DrawerNameTaken.into()),
        _ => Ok(()),
    }
}

/// Where a payment goes: its drawer, and the drawer's open shift.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub drawer: Option<DrawerId>,
    pub shift: Option<ShiftId>,
}

/// Returns where a payment goes; cash goes into the only drawer unless one is named.
///
/// # Errors
/// [`Error::Invalid`] for an unknown drawer, for cash without one, and when its shift is closed.
pub(super) fn place(tx: &Transaction, method: Method, drawer: Option<DrawerId>) -> Result<Place> {
    let drawer = match (drawer, method) {
        (Some(id), _) => {
            let found = store::drawers::get(tx, id)?;
            Some(
                found
                    .ok_or_else(|| Problem::NoSuchDrawer.at("drawerId"))?
                    .id,
            )
        }
        (None, Method::Cash) => match &*store::drawers::all(tx)? {
            [only] => Some(only.id),
            _ => return Err(Problem::DrawerNeeded.at("drawerId").into()),
        },
        (None, _) => None,
    };
    let Some(id) = drawer.filter(|_| method == Method::Cash) else {
        let shift = None;
        return Ok(Place { drawer, shift });
    };
    match store::drawers::last_shift(tx, id)? {
        Some(shift) if shift.closed.is_some() => Err(Problem::ShiftClosed.at("drawerId").into()),
        shift => {
            let shift = shift.map(|shift| shift.id);
            Ok(Place { drawer, shift })
        }
    }
}

/// Opens a shift with the counted cash.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Conflict`] when a shift is open.
pub fn open_shift(
    tx: &Transaction,
    actor: &Actor,
    drawer: DrawerId,
    counted: Money,
    now: Timestamp,
) -> Result<Shift> {
    if get(tx, actor, drawer)?.shift().is_some() {
        return Err(Conflict::ShiftOpen.into());
    }
    let id = store::drawers::open_shift(tx, drawer, counted, actor.id(), now)?;
    store::drawers::shift(tx, id)?.ok_or(Error::NotFound)
}

/// Returns whether the actor may close a shift: their own, or any as an owner.
pub fn may_close(actor: &Actor, shift: &Shift) -> bool {
    shift.opened_by == Some(actor.id()) || actor.require_owner().is_ok()
}

/// The cash that was counted at the end of a shift.
#[derive(Debug, Clone)]
pub struct Count {
    pub counted: Money,
    pub reason: ShiftReason,
    /// What should be there as far as the employee knew; another sum is a conflict.
    pub expected: Option<Money>,
}

/// Closes a shift with the counted cash. A difference needs a reason, and another employee's shift
/// an owner.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Conflict`] for a closed shift and when cash
/// went through the drawer meanwhile, and [`Error::Invalid`] for a difference without a reason.
pub fn close_shift(
    tx: &Transaction,
    actor: &Actor,
    id: ShiftId,
    count: Count,
    now: Timestamp,
) -> Result<Shift> {
    let shift = store::drawers::shift(tx, id)?.ok_or(Error::NotFound)?;
    if !may_close(actor, &shift) {
        return Err(Error::Forbidden);
    }
    if shift.closed.is_some() {
        return Err(Conflict::ShiftOver.into());
    }
    let expected = expected(tx, &shift)?;
    if count.expected.is_some_and(|known| known != expected) {
        return Err(Conflict::CashMoved.into());
    }
    if count.counted != expected && count.reason.as_str().is_empty() {
        return Err(Problem::ReasonNeeded.at("reason").into());
    }
    let closing = Closing {
        // The wall clock may have been set back.
        at: now.max(shift.opened),
        by: Some(actor.id()),
        counted: count.counted,
        reason: count.reason,
    };
    store::drawers::close_shift(tx, id, &closing)?;
    store::drawers::shift(tx, id)?.ok_or(Error::NotFound)
}
