//! Pages of tasks sorted by a value: the promised day, the price, what is left to pay, and the place in the order of changes.

use std::collections::HashMap;

use super::conditions::DUE;
use super::{After, Conditions, Shape, read_all};
use crate::domain::{Result, Span, TaskFilter, TaskId, TaskOrder};
use crate::store::Connection;
use crate::store::engine::types::{Millis, direction, numbers};

/// A value by which tasks are sorted. Its key in cursors is a number: a sum, or a day as `YYYYMMDD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sorted {
    Due,
    Total,
    Owed,
    Changed,
}

impl Sorted {
    pub fn of(order: TaskOrder) -> Option<Self> {
        match order {
            TaskOrder::EarliestDue => Some(Self::Due),
            TaskOrder::LargestTotal => Some(Self::Total),
            TaskOrder::LargestToPay => Some(Self::Owed),
            TaskOrder::LeastRecentlyUpdated => Some(Self::Changed),
            _ => None,
        }
    }

    /// Returns the expression that an index is on, and whether the largest value comes first.
    fn parts(self) -> (&'static str, bool) {
        match self {
            Self::Due => (DUE, false),
            Self::Total => ("s.total", true),
            Self::Owed => ("s.owed", true),
            Self::Changed => ("g.seq", false),
        }
    }

    /// Returns the column with the id of a task, and the tables: the first one is read first, which is the one with the
    /// order, unless few tasks match.
    fn tables(self, few: bool) -> (&'static str, &'static str) {
        match (self, few) {
            (Self::Due, _) => ("t.id", "tasks AS t"),
            (Self::Changed, false) => (
                "g.subject_id",
                "changes AS g CROSS JOIN tasks AS t ON t.id = g.subject_id",
            ),
            (Self::Changed, true) => (
                "g.subject_id",
                "tasks AS t CROSS JOIN changes AS g ON g.subject_id = t.id",
            ),
            (_, false) => (
                "s.task_id",
                "task_sums AS s CROSS JOIN tasks AS t ON t.id = s.task_id",
            ),
            (_, true) => (
                "s.task_id",
                "tasks AS t CROSS JOIN task_sums AS s ON s.task_id = t.id",
            ),
        }
    }
}

/// Returns a page of the matching tasks in the order of a value, except that one. The keys are read first, from the index
/// of the order, and then the rows.
pub(super) fn page<S: Shape>(
    connection: &Connection,
    shape: S,
    filter: &TaskFilter,
    sorted: Sorted,
    but: Option<TaskId>,
    span: Span<After>,
) -> Result<Vec<S::Row>> {
    let (conditions, sql) = keys(connection, filter, sorted, but, span)?;
    let mut statement = connection.prepare_cached(&sql)?;
    let keys = statement.query_map(&*conditions.params(), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let keys: Vec<(TaskId, i64)> = keys.collect::<rusqlite::Result<_>>()?;
    let mut rows: HashMap<TaskId, S::Row> = rows(connection, shape, &keys)?
        .into_iter()
        .map(|row| (S::id(&row), row))
        .collect();
    let row = |(id, key): &(TaskId, i64)| {
        let mut row = rows.remove(id)?;
        S::set_sorted(&mut row, *key);
        Some(row)
    };
    Ok(keys.iter().filter_map(row).collect())
}

/// Returns the statement that lists the ids and keys of a page, with its conditions.
fn keys(
    connection: &Connection,
    filter: &TaskFilter,
    sorted: Sorted,
    but: Option<TaskId>,
    span: Span<After>,
) -> Result<(Conditions, String)> {
    let besides = TaskFilter {
        owing: filter.owing && sorted != Sorted::Owed,
        updated_since: filter.updated_since.filter(|_| sorted != Sorted::Changed),
        ..filter.clone()
    };
    let mut conditions = Conditions::new(connection, &besides)?;
    let (value, descending) = sorted.parts();
    let few = conditions.few || conditions.is_search();
    let (id, tables) = sorted.tables(few);
    if sorted == Sorted::Owed {
        conditions.add("s.owed > 0".to_owned());
    }
    if sorted == Sorted::Changed {
        conditions.add("g.kind = 'TASK'".to_owned());
    }
    if let (Some(since), Sorted::Changed) = (filter.updated_since, sorted) {
        // No place is before its time.
        conditions.add("g.seq >= :updated_since AND g.at >= :updated_since".to_owned());
        conditions.bind(":updated_since", Millis(since));
    }
    if matches!(sorted, Sorted::Total | Sorted::Owed) && conditions.open {
        conditions.add("s.is_open = 1".to_owned());
    }
    if let Some(but) = but {
        conditions.add("t.id <> :but".to_owned());
        conditions.bind(":but", but);
    }
    for (place, is_after, [key_name, id_name]) in [
        (span.after, true, [":key", ":id"]),
        (span.before, false, [":key_before", ":id_before"]),
    ] {
        let Some(After { key, id: of }) = place else {
            continue;
        };
        let than = if is_after == descending { "<" } else { ">" };
        conditions.add(format!("({value}, {id}) {than} ({key_name}, {id_name})"));
        conditions.bind(id_name, of);
        match sorted {
            Sorted::Due => conditions.bind(key_name, written(key)),
            Sorted::Total | Sorted::Owed | Sorted::Changed => conditions.bind(key_name, key),
        }
    }
    let key = match sorted {
        Sorted::Due => format!("CAST(replace({value}, '-', '') AS INTEGER)"),
        Sorted::Total | Sorted::Owed | Sorted::Changed => value.to_owned(),
    };
    // The unary plus keeps SQLite from walking through the order where few tasks match.
    let plus = if few { "+" } else { "" };
    let clause = conditions.flat_clause();
    let (direction, limit) = (direction(descending != span.from_end), span.limit);
    let sql = format!(
        "SELECT t.id, {key} FROM {tables} {clause} ORDER BY {plus}{value} {direction}, {id} {direction} LIMIT {limit}"
    );
    Ok((conditions, sql))
}

/// Returns the day of a key as it is stored.
fn written(key: i64) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        key / 10_000,
        key / 100 % 100,
        key % 100
    )
}

fn rows<S: Shape>(
    connection: &Connection,
    shape: S,
    keys: &[(TaskId, i64)],
) -> Result<Vec<S::Row>> {
    let sql = format!(
        "{} WHERE t.id IN (SELECT value FROM json_each(?1))",
        shape.select(true)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = numbers(keys.iter().map(|(id, _)| id.get()));
    read_all(connection, shape, &mut statement, [ids])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EmployeeId, Status};
    use crate::store::tasks::page::page_statement;

    fn plan(connection: &Connection, conditions: &Conditions, sql: &str) -> Vec<String> {
        let plan = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = connection.prepare(&plan).unwrap();
        let steps = statement.query_map(&*conditions.params(), |row| row.get::<_, String>(3));
        steps.unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn a_page_is_read_in_the_order_of_an_index_without_sorting() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::upkeep::migrate::run(&mut connection, &crate::store::embedded_migrations())
            .unwrap();
        let open = TaskFilter {
            statuses: Status::OPEN.to_vec(),
            ..TaskFilter::default()
        };
        let mine = TaskFilter {
            employee: Some(EmployeeId::from_row(1)),
            ..open.clone()
        };
        let ready = TaskFilter {
            statuses: vec![Status::Ready],
            ..TaskFilter::default()
        };
        let closed = TaskFilter {
            statuses: vec![Status::Closed],
            ..TaskFilter::default()
        };
        let all = TaskFilter::default();
        let id = TaskId::from_row(7);
        let key = 20_210_725;
        let spans = [
            Span::first(None, 51),
            Span::first(Some(After { key, id }), 51),
            Span {
                after: None,
                before: Some(After { key, id }),
                from_end: true,
                limit: 51,
            },
        ];
        for (order, of_open, of_all) in [
            (TaskOrder::Newest, "tasks_open_listed", "tasks_listed"),
            (TaskOrder::Oldest, "tasks_open_listed", "tasks_listed"),
            (
                TaskOrder::RecentlyUpdated,
                "tasks_open_touched",
                "tasks_touched",
            ),
            (TaskOrder::EarliestDue, "tasks_open_due", "tasks_due"),
            (
                TaskOrder::LargestTotal,
                "task_sums_total_open",
                "task_sums_total",
            ),
            (
                TaskOrder::LargestToPay,
                "task_sums_owed_open",
                "task_sums_owed",
            ),
        ] {
            for (filter, index) in [
                (&open, of_open),
                (&mine, of_open),
                (&ready, of_open),
                (&closed, of_all),
                (&all, of_all),
            ] {
                for span in spans {
                    let filter = filter.clone().in_order(order);
                    let (conditions, sql) = match Sorted::of(order) {
                        Some(sorted) => keys(&connection, &filter, sorted, None, span),
                        None => page_statement(
                            &connection,
                            super::super::Whole,
                            &filter,
                            order,
                            None,
                            span,
                        ),
                    }
                    .unwrap();
                    let steps = plan(&connection, &conditions, &sql);
                    let is_first = steps[0].ends_with(&format!("INDEX {index}"))
                        || steps[0].contains(&format!("INDEX {index} ("));
                    let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE"));
                    assert!(is_first && !sorts, "{order:?} {sql}: {steps:#?}");
                }
            }
        }
    }
}
