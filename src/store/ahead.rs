//! Repairs rows that were dated by a clock that ran ahead.
//!
//! Every queue waits for instants of the wall clock. When the clock was ahead for a while and is right again, the rows
//! queued meanwhile lie further in the future than any rule allows, and would wait for as long as the clock was wrong:
//! hours or years. Such instants are set to now. A new table with an instant that something waits for belongs in
//! `QUEUES`.

use jiff::{SignedDuration, Timestamp};
use rusqlite::named_params;

use super::{Connection, Transaction};
use crate::domain::{LONGEST_BACKOFF, LONGEST_WAIT, Result};
use crate::store::engine::types::Millis;

/// The tolerance within which an instant counts as now: callers read the time before their write runs, and clocks
/// are corrected by seconds now and then.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

struct Queue {
    table: &'static str,
    /// The rows that lie too far ahead: past instants beyond `:soon`, scheduled ones beyond `:late`.
    ahead: &'static str,
    pull: &'static str,
    /// The longest delay that a rule may schedule.
    longest: std::time::Duration,
}

const QUEUES: &[Queue] = &[
    Queue {
        table: "outbox",
        ahead: "state IN ('WAITING', 'SENDING') AND state = 'WAITING'
            AND (created_at > :soon OR reckoned_at > :soon OR passed_on_at > :soon OR max(due_at, try_at) > :late)",
        pull: "created_at = min(created_at, :now), reckoned_at = min(reckoned_at, :now),
            passed_on_at = min(passed_on_at, :now), due_at = min(due_at, :now), try_at = min(try_at, :now)",
        // As Telegram demands (`retry_after`).
        longest: LONGEST_WAIT,
    },
    Queue {
        table: "webhook_deliveries",
        ahead: "state IN ('WAITING', 'SENDING') AND state = 'WAITING'
            AND (queued_at > :soon OR try_at > :late)",
        pull: "queued_at = min(queued_at, :now), try_at = min(try_at, :now)",
        longest: LONGEST_BACKOFF,
    },
    Queue {
        table: "photos",
        ahead: "state = 'WAITING' AND (created_at > :soon OR try_at > :late)",
        pull: "created_at = min(created_at, :now), try_at = min(try_at, :now)",
        longest: LONGEST_BACKOFF,
    },
    // The customer is reminded counting from it, and staff see since when nobody collects the task.
    Queue {
        table: "tasks",
        ahead: "ready_at > min(:soon, :late)",
        pull: "ready_at = :now",
        longest: std::time::Duration::ZERO,
    },
];

/// Returns the last instant that counts as now.
pub(super) fn soon(now: Timestamp) -> Timestamp {
    now.saturating_add(SLACK).unwrap_or(now)
}

/// Counts the rows that lie too far ahead.
pub fn count(connection: &Connection, now: Timestamp) -> Result<i64> {
    let count = |queue: &Queue| {
        let sql = format!("SELECT count(*) FROM {} WHERE {}", queue.table, queue.ahead);
        let mut statement = connection.prepare_cached(&sql)?;
        let params = named_params! { ":soon": Millis(soon(now)), ":late": late(queue, now) };
        Ok(statement.query_row(params, |row| row.get::<_, i64>(0))?)
    };
    QUEUES.iter().map(count).sum()
}

/// Sets instants that lie too far ahead to now, and returns the number of rows changed.
pub fn pull(tx: &Transaction, now: Timestamp) -> Result<usize> {
    let pull = |queue: &Queue| {
        let (table, pull, ahead) = (queue.table, queue.pull, queue.ahead);
        let sql = format!("UPDATE {table} SET {pull} WHERE {ahead}");
        let mut statement = tx.prepare_cached(&sql)?;
        let params = named_params! {
            ":now": Millis(now), ":soon": Millis(soon(now)), ":late": late(queue, now),
        };
        Ok(statement.execute(params)?)
    };
    QUEUES.iter().map(pull).sum()
}

fn late(queue: &Queue, now: Timestamp) -> Millis {
    Millis(soon(now.saturating_add(queue.longest).unwrap_or(now)))
}
