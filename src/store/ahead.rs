//! Rows that a clock which was ahead has dated.
//!
//! Every queue here waits for instants of the wall clock. When that was ahead for a while and is right
//! again, what was queued meanwhile lies further ahead than any rule can have meant, and would wait for
//! as long as the clock was wrong: by hours or by years. Such instants are pulled to now. A new
//! table with an instant that something waits for belongs into `QUEUES`.

use jiff::{SignedDuration, Timestamp};
use rusqlite::named_params;

use super::{Connection, Transaction};
use crate::domain::{LONGEST_BACKOFF, LONGEST_WAIT, Result};
use crate::store::engine::types::Millis;

/// By so much instants may lie ahead and mean nothing: whoever writes asks for the time before the
/// write has its turn, and a clock is corrected by seconds every now and then.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

struct Queue {
    table: &'static str,
    /// What lies ahead: of what was, everything beyond `:soon`; of what is to come, everything
    /// beyond `:late`.
    ahead: &'static str,
    pull: &'static str,
    /// How far a rule may set an instant ahead.
    longest: std::time::Duration,
}

const QUEUES: &[Queue] = &[
    Queue {
        table: "outbox",
        ahead: "state IN ('WAITING', 'SENDING') AND state = 'WAITING'
            AND (created_at > :soon OR reckoned_at > :soon OR max(due_at, try_at) > :late)",
        pull: "created_at = min(created_at, :now), reckoned_at = min(reckoned_at, :now),
            due_at = min(due_at, :now), try_at = min(try_at, :now)",
        // By Telegram's own word (`retry_after`).
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
    // From then on its customer is reminded, and staff see that nobody collects it.
    Queue {
        table: "tasks",
        ahead: "ready_at > min(:soon, :late)",
        pull: "ready_at = :now",
        longest: std::time::Duration::ZERO,
    },
];

/// The last instant that is as good as now.
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

/// Pulls what lies too far ahead to now, and returns how many rows that were.
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
