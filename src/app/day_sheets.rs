//! The day's sheet: what went through the shop's drawers and accounts on a day.

use std::collections::HashMap;

use futures_util::stream::{self, Stream};
use jiff::Timestamp;

use super::drawers::DrawerState;
use super::{Desk, drawers, reports};
use crate::domain::{Actor, Day, DayReport, EmployeeId, Money, PaymentId, Result, Shift, TimeZone};
use crate::store::payments::LedgerRow;
use crate::store::{self, Connection};

/// Maximum number of rows on a sheet; the file has all.
pub const MOST_ROWS: usize = 500;
/// Rows per chunk of the file.
const PART: usize = 250;

/// The sheet of a day.
pub struct DaySheet {
    pub report: DayReport,
    pub drawers: Vec<DrawerState>,
    /// Shifts that were open at some time of the day.
    pub shifts: Vec<ShiftRow>,
    /// Rows of the ledger, oldest first.
    pub rows: Vec<LedgerRow>,
    /// The names of the employees.
    pub names: HashMap<EmployeeId, String>,
    /// Whether there are more rows.
    pub more: bool,
}

/// A shift with what went through its drawer, and the names of those who opened and closed it.
pub struct ShiftRow {
    pub shift: Shift,
    pub expected: Money,
    pub difference: Option<Money>,
    pub opened_by: Option<String>,
    pub closed_by: Option<String>,
}

/// Returns the sheet of a day.
pub fn get(
    connection: &Connection,
    actor: &Actor,
    day: Day,
    timezone: &TimeZone,
) -> Result<DaySheet> {
    let whole = day.whole(timezone);
    let mut rows = store::payments::between(connection, whole, None, MOST_ROWS + 1)?;
    let more = rows.len() > MOST_ROWS;
    rows.truncate(MOST_ROWS);
    let employees = store::employees::all(connection)?.into_iter();
    let names = employees
        .map(|employee| (employee.id, employee.shown_name().to_owned()))
        .collect();
    Ok(DaySheet {
        report: reports::day(connection, actor, day, timezone)?,
        drawers: drawers::list(connection, actor)?,
        shifts: shifts(connection, &names, day, timezone)?,
        rows,
        names,
        more,
    })
}

fn shifts(
    connection: &Connection,
    names: &HashMap<EmployeeId, String>,
    day: Day,
    timezone: &TimeZone,
) -> Result<Vec<ShiftRow>> {
    let whole = day.whole(timezone);
    let (Some(from), Some(until)) = (whole.from, whole.until) else {
        return Ok(Vec::new());
    };
    let name = |id: Option<EmployeeId>| names.get(&id?).cloned();
    let row = |shift: Shift| {
        let moved = drawers::moved(connection, &shift)?;
        Ok(ShiftRow {
            expected: shift.opening.and(moved),
            difference: shift.difference(moved),
            opened_by: name(shift.opened_by),
            closed_by: name(shift.closed.as_ref().and_then(|closing| closing.by)),
            shift,
        })
    };
    let found = store::drawers::shifts_between(connection, from, until)?;
    found.into_iter().map(row).collect()
}

/// Streams all rows of a day, oldest first.
pub fn rows(
    desk: &Desk,
    _: &Actor,
    day: Day,
) -> impl Stream<Item = Result<Vec<LedgerRow>>> + Send + use<> {
    let (db, memory) = (desk.db.clone(), desk.memory.clone());
    let whole = day.whole(&desk.shop().timezone);
    // The row to continue after; `None` at the end.
    let start = Some(None::<(Timestamp, PaymentId)>);
    stream::try_unfold((db, memory, start), move |(db, memory, after)| async move {
        let Some(after) = after else {
            return Ok(None);
        };
        let _step = memory.step().await?;
        let read = move |c: &_| store::payments::between(c, whole, after, PART);
        let rows = db.read(read).await?;
        let last = rows.last().filter(|_| rows.len() == PART);
        let next = last.map(|row| Some((row.payment.at, row.payment.id)));
        Ok(Some((rows, (db, memory, next))))
    })
}
