//! The intake and the hand-overs in a span of days, from the tasks and their history.

use rusqlite::{Row, named_params};

use super::Connection;
use crate::domain::{Days, Milestone, Result, Stepped};
use crate::store::engine::types::Millis;

/// Selects every milestone of every task, unordered. A task is finished once: when it was READY for the first time. Each
/// part of the statement reads the span from an index of its own.
const STEPS: &str = "
    SELECT 'REGISTERED' AS step, created_at AS at, category, employee_id, 0 AS took
    FROM tasks WHERE created_at >= :from AND created_at < :until
    UNION ALL
    SELECT 'CLOSED', closed_at, category, employee_id, 0
    FROM tasks WHERE closed_at >= :from AND closed_at < :until
    UNION ALL
    SELECT 'FINISHED', e.at, t.category, t.employee_id, max(e.at - t.created_at, 0)
    FROM task_events AS e JOIN tasks AS t ON t.id = e.task_id
    WHERE e.kind IN ('CREATED', 'STATUS') AND e.to_value = 'READY'
        AND e.at >= :from AND e.at < :until
        AND NOT EXISTS (
            SELECT 1 FROM task_events AS earlier
            WHERE earlier.task_id = e.task_id AND earlier.id < e.id
                AND earlier.kind IN ('CREATED', 'STATUS') AND +earlier.to_value = 'READY')";

pub fn steps(connection: &Connection, days: Days) -> Result<Vec<Stepped>> {
    let (Some(from), Some(until)) = (days.from, days.until) else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(STEPS)?;
    let span = named_params! { ":from": Millis(from), ":until": Millis(until) };
    let rows = statement.query_map(span, stepped)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn stepped(row: &Row<'_>) -> rusqlite::Result<Stepped> {
    Ok(Stepped {
        step: match row.get_ref(0)?.as_str()? {
            "REGISTERED" => Milestone::Registered,
            "CLOSED" => Milestone::Closed,
            _ => Milestone::Finished { took: row.get(4)? },
        },
        at: row.get::<_, Millis>(1)?.0,
        category: row.get(2)?,
        employee: row.get(3)?,
    })
}
