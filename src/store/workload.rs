//! The number of tasks of each employee.

use super::Connection;
use super::tasks::Conditions;
use crate::domain::{CustomersWaiting, EmployeeId, Result, StageId, Status, TaskFilter};

/// Counts the tasks of each employee by status; `None` stands for unassigned ones.
pub fn by_status(connection: &Connection) -> Result<Vec<(Option<EmployeeId>, Status, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT nullif(employee_id, 0), status, sum(tasks) FROM task_counts GROUP BY 1, 2",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts the open tasks of each employee by stage; `None` stands for unassigned ones.
pub fn by_stage(connection: &Connection) -> Result<Vec<(Option<EmployeeId>, StageId, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT employee_id, stage_id, count(*) FROM tasks INDEXED BY tasks_open_stage
         WHERE status <> 'CLOSED' GROUP BY stage_id, employee_id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts the matching tasks of each employee. The unary plus keeps SQLite from scanning all tasks in the order of the
/// employees.
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

/// The tasks of [`waiting`]. Both sets are read from partial indexes that hold the waiting rows alone, so the cost grows
/// with the few rows found and not with the age of the shop; every page counts them. A condition on `tasks` (an
/// employee, a status) would add a look-up or a scan: don't add one.
const WAITING: &str = "WITH
    said AS MATERIALIZED (SELECT DISTINCT task_id FROM comments INDEXED BY comments_open
        WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL),
    refused AS MATERIALIZED (SELECT DISTINCT task_id FROM approvals INDEXED BY approvals_unsettled
        WHERE unsettled = 1)
    SELECT (SELECT count(*) FROM said), (SELECT count(*) FROM refused),
        (SELECT count(*) FROM (SELECT task_id FROM said UNION SELECT task_id FROM refused))";

/// Counts the tasks in which the shop owes the customer an answer or a reaction.
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
