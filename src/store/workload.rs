//! The number of tasks of each employee.

use super::Connection;
use super::tasks::Conditions;
use crate::domain::{EmployeeId, Result, StageId, Status, TaskFilter};

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
