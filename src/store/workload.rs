//! How many tasks each employee has to look after.

use super::Connection;
use super::tasks::Conditions;
use crate::domain::{CustomersWaiting, EmployeeId, Result, StageId, Status, TaskFilter};

/// How many tasks each employee has in each status; those of `None` are nobody's.
pub fn by_status(connection: &Connection) -> Result<Vec<(Option<EmployeeId>, Status, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT nullif(employee_id, 0), status, sum(tasks) FROM task_counts GROUP BY 1, 2",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many tasks that aren't CLOSED each employee has in each stage; those of `None` are nobody's.
pub fn by_stage(connection: &Connection) -> Result<Vec<(Option<EmployeeId>, StageId, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT employee_id, stage_id, count(*) FROM tasks INDEXED BY tasks_open_stage
         WHERE status <> 'CLOSED' GROUP BY stage_id, employee_id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many of the tasks that match each employee has. The plus keeps SQLite from reading all of
/// everybody's tasks in the order of the employees.
pub fn count(
    connection: &Connection,
    filter: &TaskFilter,
) -> Result<Vec<(Option<EmployeeId>, i64)>> {
    let conditions = Conditions::new(connection, filter)?;
    let sql = format!(
        "SELECT t.employee_id, count(*) FROM tasks AS t {} GROUP BY +t.employee_id",
        conditions.clause("")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(&*conditions.params(), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The tasks of [`waiting`]. Both sets are read from partial indexes that hold nothing but what waits,
/// so the cost is that of the few rows found, not of the shop's age: every page counts them. A
/// condition on `tasks` (an employee, a status) would cost a look-up or a scan there; don't add one.
const WAITING: &str = "WITH
    said AS MATERIALIZED (SELECT DISTINCT task_id FROM comments INDEXED BY comments_open
        WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL),
    refused AS MATERIALIZED (SELECT DISTINCT task_id FROM approvals INDEXED BY approvals_unsettled
        WHERE unsettled = 1)
    SELECT (SELECT count(*) FROM said), (SELECT count(*) FROM refused),
        (SELECT count(*) FROM (SELECT task_id FROM said UNION SELECT task_id FROM refused))";

/// In how many tasks it is the shop's turn to say something to the customer.
pub fn waiting(connection: &Connection) -> Result<CustomersWaiting> {
    let mut statement = connection.prepare_cached(WAITING)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(CustomersWaiting {
            unanswered: row.get(0)?,
            declined: row.get(1)?,
            tasks: row.get(2)?,
        })
    };
    Ok(statement.query_row([], read)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_page_counts_is_read_from_the_indexes_of_what_waits() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::upkeep::migrate::run(&mut connection, &super::super::embedded_migrations())
            .unwrap();
        let plan = format!("EXPLAIN QUERY PLAN {WAITING}");
        let mut statement = connection.prepare(&plan).unwrap();
        let steps = statement
            .query_map([], |row| row.get::<_, String>(3))
            .unwrap();
        let tables: Vec<String> = steps
            .map(Result::unwrap)
            .filter(|step| {
                step.contains("comments") || step.contains("approvals") || step.contains("tasks")
            })
            .collect();
        for (step, index) in tables.iter().zip(["comments_open", "approvals_unsettled"]) {
            assert!(
                step.contains(&format!("USING COVERING INDEX {index}"))
                    || step.contains(&format!("USING INDEX {index}")),
                "{step}"
            );
        }
        assert_eq!(tables.len(), 2, "{tables:?}");
    }
}
