//! The `offsite_attempts` table: attempts to make an encrypted copy on another machine.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{OffsiteAttempt, OffsiteCopy, OffsiteFault, Result, TimeZone, is_late};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "id, began_at, ended_at, place, name, bytes, fault, detail";

/// Number of attempts that are kept.
const KEPT: i64 = 100;

/// What is known of the attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    pub last: Option<OffsiteAttempt>,
    /// The last that succeeded.
    pub good: Option<OffsiteAttempt>,
    /// The number of those that failed since.
    pub failures: u32,
    /// When the first of all began.
    pub since: Option<Timestamp>,
}

impl Attempts {
    /// Returns whether two nights have brought no copy.
    pub fn is_late(&self, now: Timestamp, timezone: &TimeZone) -> bool {
        let made = self.good.as_ref().map(|good| good.ended);
        let since = made.or(self.since);
        since.is_some_and(|since| is_late(since, now, timezone))
    }
}

/// Records an attempt. Older ones are forgotten but for the first of all, since which copies are to be made, and the last
/// that succeeded.
pub fn insert(tx: &Transaction, attempt: &OffsiteAttempt) -> Result<()> {
    let (copy, trouble) = match &attempt.outcome {
        Ok(copy) => (Some(copy), None),
        Err(trouble) => (None, Some(trouble)),
    };
    tx.execute(
        "INSERT INTO offsite_attempts (began_at, ended_at, place, name, bytes, fault, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            Millis(attempt.began),
            Millis(attempt.ended),
            &attempt.place,
            copy.map(|copy| &*copy.name),
            copy.map(|copy| copy.bytes),
            trouble.map(|trouble| trouble.fault),
            trouble.map_or("", |trouble| &trouble.detail),
        ),
    )?;
    tx.execute(
        "DELETE FROM offsite_attempts
         WHERE id <= (SELECT max(id) FROM offsite_attempts) - ?1
           AND id <> (SELECT min(id) FROM offsite_attempts)
           AND id IS NOT (SELECT id FROM offsite_attempts WHERE fault IS NULL ORDER BY ended_at DESC LIMIT 1)",
        [KEPT],
    )?;
    Ok(())
}

/// Returns what is known of the attempts. Those dated after now were made while the clock was wrong, and don't count.
pub fn attempts(connection: &Connection, now: Timestamp) -> Result<Attempts> {
    let one = |condition: &str| {
        let sql = format!(
            "SELECT {COLUMNS} FROM offsite_attempts WHERE ended_at <= ?1 {condition}
             ORDER BY ended_at DESC, id DESC LIMIT 1"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        statement
            .query_row([Millis(now)], from_row)
            .optional()
            .map_err(crate::domain::Error::from)
    };
    let good = one("AND fault IS NULL")?;
    let after = good.as_ref().map_or(Timestamp::MIN, |good| good.ended);
    let sql = "SELECT count(*) FROM offsite_attempts WHERE ended_at > ?1 AND ended_at <= ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let failures = statement.query_row([Millis(after), Millis(now)], |row| row.get(0))?;
    let sql = "SELECT min(began_at) FROM offsite_attempts";
    let mut statement = connection.prepare_cached(sql)?;
    let since: Option<Millis> = statement.query_row([], |row| row.get(0))?;
    Ok(Attempts {
        last: one("")?,
        good,
        failures,
        since: since.map(|since| since.0),
    })
}

/// Returns when owners were told last that there is no new copy.
pub fn told(connection: &Connection) -> Result<Option<Timestamp>> {
    let mut statement = connection.prepare_cached("SELECT told_at FROM offsite_alarm")?;
    let told: Option<Millis> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(told.map(|told| told.0))
}

/// Records that owners are told now.
pub fn set_told(tx: &Transaction, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO offsite_alarm (id, told_at) VALUES (1, ?1)
         ON CONFLICT (id) DO UPDATE SET told_at = excluded.told_at";
    tx.execute(sql, [Millis(now)])?;
    Ok(())
}

/// Returns the last attempts, newest first.
pub fn list(connection: &Connection, most: u32) -> Result<Vec<OffsiteAttempt>> {
    let sql = format!("SELECT {COLUMNS} FROM offsite_attempts ORDER BY id DESC LIMIT ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([most], from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<OffsiteAttempt> {
    let row = &mut Columns::of("offsite_attempts", row);
    let _: i64 = row.take("id")?;
    let (began, ended): (Millis, Millis) = (row.take("began_at")?, row.take("ended_at")?);
    let place = row.take("place")?;
    let (name, bytes): (Option<String>, Option<u64>) = (row.take("name")?, row.take("bytes")?);
    let (fault, detail): (Option<OffsiteFault>, String) = (row.take("fault")?, row.take("detail")?);
    Ok(OffsiteAttempt {
        began: began.0,
        ended: ended.0,
        place,
        outcome: match fault {
            Some(fault) => Err(fault.with(detail)),
            None => Ok(OffsiteCopy {
                name: name.unwrap_or_default(),
                bytes: bytes.unwrap_or_default(),
            }),
        },
    })
}
