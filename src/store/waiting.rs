//! What waits for the shop, and what waits in the shop: read from partial indexes that hold the waiting rows alone, so
//! that the cost grows with what is found and not with the age of the shop.

use jiff::Timestamp;
use rusqlite::named_params;

use super::Connection;
use crate::domain::{CustomersWaiting, Day, EmployeeId, Money, Result, TaskId, WaitsFor};
use crate::store::engine::types::Millis;

/// The tasks of [`count`]. Every page counts them. A condition on `tasks` (an employee, a status) would add a look-up or
/// a scan: don't add one.
const COUNT: &str = "WITH
    said AS MATERIALIZED (SELECT DISTINCT task_id FROM comments INDEXED BY comments_open
        WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL),
    refused AS MATERIALIZED (SELECT DISTINCT task_id FROM approvals INDEXED BY approvals_unsettled
        WHERE unsettled = 1),
    agreed AS MATERIALIZED (SELECT DISTINCT task_id FROM approvals INDEXED BY approvals_unnoticed
        WHERE unnoticed = 1),
    lost AS MATERIALIZED (SELECT DISTINCT coalesce(task_id, answer_of) AS task_id FROM outbox INDEXED BY outbox_unnoticed
        WHERE unnoticed = 1 AND coalesce(task_id, answer_of) IS NOT NULL)
    SELECT (SELECT count(*) FROM said), (SELECT count(*) FROM refused), (SELECT count(*) FROM agreed),
        (SELECT count(*) FROM lost),
        (SELECT count(*) FROM (SELECT task_id FROM said UNION SELECT task_id FROM refused
            UNION SELECT task_id FROM agreed UNION SELECT task_id FROM lost))";

/// Counts the tasks in which the shop owes the customer an answer or a reaction.
pub fn count(connection: &Connection) -> Result<CustomersWaiting> {
    let mut statement = connection.prepare_cached(COUNT)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(CustomersWaiting {
            unanswered: row.get(0)?,
            declined: row.get(1)?,
            agreed: row.get(2)?,
            undelivered: row.get(3)?,
            tasks: row.get(4)?,
        })
    };
    Ok(statement.query_row([], read)?)
}

/// A task that waits for the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingRow {
    pub task: TaskId,
    pub employee: Option<EmployeeId>,
    pub waits_for: WaitsFor,
    pub since: Timestamp,
    /// Id of the newest message, the quote, or the notice.
    pub row: i64,
}

/// The reasons are numbered in the order of [`WaitsFor::ALL`]. The other columns are of the row with the first reason
/// (<https://sqlite.org/lang_select.html#bareagg>).
const LIST: &str = "WITH waiting (task_id, reason, since, row) AS (
        SELECT task_id, 0, decided_at, id FROM approvals INDEXED BY approvals_unsettled WHERE unsettled = 1
        UNION ALL
        SELECT task_id, 1, min(at), max(id) FROM comments INDEXED BY comments_open
        WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL GROUP BY task_id
        UNION ALL
        SELECT task_id, 2, decided_at, id FROM approvals INDEXED BY approvals_unnoticed WHERE unnoticed = 1
        UNION ALL
        SELECT coalesce(task_id, answer_of), 3, max(settled_at), id FROM outbox INDEXED BY outbox_unnoticed
        WHERE unnoticed = 1 AND coalesce(task_id, answer_of) IS NOT NULL GROUP BY coalesce(task_id, answer_of))
    SELECT w.task_id, min(w.reason), w.since, w.row, t.employee_id
    FROM waiting AS w CROSS JOIN tasks AS t ON t.id = w.task_id
    GROUP BY w.task_id ORDER BY 2, 3, 1 LIMIT ?1";

/// Returns at most `limit` tasks that wait for the shop, by the reason and the longest waiting first; each once, with its
/// first reason.
pub fn list(connection: &Connection, limit: usize) -> Result<Vec<WaitingRow>> {
    let mut statement = connection.prepare_cached(LIST)?;
    let read = |row: &rusqlite::Row<'_>| {
        let reason: usize = row.get(1)?;
        Ok(WaitingRow {
            task: row.get(0)?,
            employee: row.get(4)?,
            waits_for: *WaitsFor::ALL
                .get(reason)
                .ok_or(rusqlite::Error::InvalidColumnIndex(reason))?,
            since: row.get::<_, Millis>(2)?.0,
            row: row.get(3)?,
        })
    };
    let rows = statement.query_map([limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const READY: &str = "SELECT id FROM tasks INDEXED BY tasks_ready WHERE ready_at IS NOT NULL
    ORDER BY ready_at DESC, id DESC LIMIT ?1";

/// Returns the tasks that were completed last and await pickup.
pub fn ready(connection: &Connection, limit: usize) -> Result<Vec<TaskId>> {
    let mut statement = connection.prepare_cached(READY)?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const READY_SUM: &str =
    "SELECT count(*), coalesce(sum(s.owed), 0), count(*) FILTER (WHERE t.ready_at < ?1)
    FROM tasks AS t INDEXED BY tasks_ready CROSS JOIN task_sums AS s ON s.task_id = t.id
    WHERE t.ready_at IS NOT NULL";

/// What awaits pickup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadySum {
    pub tasks: i64,
    /// What is left to pay for them.
    pub owed: Money,
    /// Those that were completed before the given instant.
    pub uncollected: i64,
}

/// Counts the tasks that await pickup.
pub fn ready_sum(connection: &Connection, uncollected_before: Timestamp) -> Result<ReadySum> {
    let mut statement = connection.prepare_cached(READY_SUM)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(ReadySum {
            tasks: row.get(0)?,
            owed: row.get(1)?,
            uncollected: row.get(2)?,
        })
    };
    Ok(statement.query_row([Millis(uncollected_before)], read)?)
}

const DUE: &str = "SELECT t.id, count(*) OVER () FROM tasks AS t INDEXED BY tasks_open_due
    WHERE coalesce(t.due_on, '9999-12-31') <= :day AND t.status <> 'CLOSED' AND t.status <> 'READY'
    ORDER BY coalesce(t.due_on, '9999-12-31'), t.id LIMIT :limit";

/// Returns at most `limit` undone tasks that were promised for a day or earlier, and how many there are.
pub fn due(connection: &Connection, day: Day, limit: usize) -> Result<(Vec<TaskId>, i64)> {
    let mut statement = connection.prepare_cached(DUE)?;
    let asked = named_params! { ":day": day, ":limit": limit };
    let rows = statement.query_map(asked, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(TaskId, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let count = rows.first().map_or(0, |(_, count)| *count);
    Ok((rows.into_iter().map(|(id, _)| id).collect(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_read_from_the_indexes_of_what_waits() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::upkeep::migrate::run(&mut connection, &super::super::embedded_migrations())
            .unwrap();
        let waiting: &[&str] = &[
            "comments_open",
            "approvals_unsettled",
            "approvals_unnoticed",
            "outbox_unnoticed",
        ];
        for (sql, indexes) in [
            (COUNT, waiting),
            (LIST, waiting),
            (READY, &["tasks_ready"]),
            (READY_SUM, &["tasks_ready"]),
            (DUE, &["tasks_open_due"]),
        ] {
            let plan = format!("EXPLAIN QUERY PLAN {sql}");
            let mut statement = connection.prepare(&plan).unwrap();
            let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
            let nothing = rusqlite::params_from_iter(nothing);
            let steps = statement.query_map(nothing, |row| row.get::<_, String>(3));
            let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
            // A table is read by one of the indexes, or by the number of a row.
            let tables = ["comments", "approvals", "outbox", "tasks", " t ", " s "];
            let reads = steps.iter().filter(|step| {
                let step = format!("{step} ");
                tables.iter().any(|table| step.contains(table))
            });
            for step in reads.clone() {
                let known = indexes
                    .iter()
                    .any(|index| step.ends_with(index) || step.contains(&format!("{index} (")));
                assert!(
                    known || step.contains("INTEGER PRIMARY KEY"),
                    "{sql}: {steps:#?}"
                );
            }
            assert!(reads.count() >= indexes.len(), "{steps:#?}");
        }
    }
}
