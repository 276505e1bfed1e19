//! Counting of the tasks that match a filter.

use super::Conditions;
use crate::domain::{EmployeeId, Result, Status, TaskFilter};
use crate::store::Connection;

pub fn count(connection: &Connection, filter: &TaskFilter) -> Result<i64> {
    let counts = count_by_status(connection, filter, None, i64::MAX)?;
    Ok(counts.map_or(0, |counts| counts.total()))
}

/// Returns whether any task matches.
pub fn any(connection: &Connection, filter: &TaskFilter) -> Result<bool> {
    let conditions = Conditions::new(connection, filter)?;
    let clause = conditions.clause("LIMIT 1");
    let sql = format!("SELECT t.id FROM tasks AS t {clause} LIMIT 1");
    Ok(!conditions.ids(connection, &sql)?.is_empty())
}

/// The number of tasks in each status, and how many of these are assigned to a given employee.
#[derive(Debug, Clone, Default)]
pub struct Counts(Vec<(Status, i64, i64)>);

impl Counts {
    pub fn of(&self, status: Status) -> i64 {
        let found = self.0.iter().find(|(of, ..)| *of == status);
        found.map_or(0, |(_, all, _)| *all)
    }

    pub fn own_of(&self, status: Status) -> i64 {
        let found = self.0.iter().find(|(of, ..)| *of == status);
        found.map_or(0, |(.., own)| *own)
    }

    pub fn total(&self) -> i64 {
        self.0.iter().map(|(_, all, _)| all).sum()
    }
}

/// Counts the matching tasks in each status, and how many of these are `own`'s; `None` for more
/// than `most` if they would have to be counted one by one.
pub fn count_by_status(
    connection: &Connection,
    filter: &TaskFilter,
    own: Option<EmployeeId>,
    most: i64,
) -> Result<Option<Counts>> {
    let mut conditions = Conditions::new(connection, filter)?;
    conditions.bind(":own", own);
    let kept = conditions.is_counted();
    let sql = if kept {
        let clause = conditions.clause("");
        format!(
            "SELECT t.status, sum(t.tasks), sum(iif(t.employee_id = :own, t.tasks, 0))
             FROM task_counts AS t {clause} GROUP BY t.status"
        )
    } else {
        let limit = format!("LIMIT {}", most.saturating_add(1));
        let clause = conditions.clause(&limit);
        format!(
            "SELECT status, count(*), count(*) FILTER (WHERE employee_id = :own)
             FROM (SELECT t.status, t.employee_id FROM tasks AS t {clause} {limit})
             GROUP BY status"
        )
    };
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(&*conditions.params(), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let counts = Counts(rows.collect::<rusqlite::Result<_>>()?);
    Ok((kept || counts.total() <= most).then_some(counts))
}
