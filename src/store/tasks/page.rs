//! Tasks that match a filter: all of them, or page by page.

use jiff::Timestamp;

use super::sorted::{self, Sorted};
use super::{Conditions, ListPosition, Listed, Shape, TaskRow, Whole};
use crate::domain::{Days, Result, Search, Span, TaskFilter, TaskId, TaskOrder};
use crate::store::Connection;
use crate::store::engine::parts::missing;
use crate::store::engine::types::{Millis, direction};

/// Place in an ordered list: that of the task with this sort key and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub key: i64,
    pub id: TaskId,
}

impl After {
    /// Returns the position of a task in an order. Without stored places, it is derived from the
    /// task's timestamps.
    pub fn of(TaskRow { task, place, .. }: &TaskRow, order: TaskOrder) -> Self {
        let place = place.unwrap_or_else(|| ListPosition::by_days(task));
        Self::at(task.id, place, task.ready, order)
    }

    /// Returns the position of a task that [`page`] has read for that order.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::domain::Error::Internal) for a task of another list.
    pub fn of_listed(row: &Listed, order: TaskOrder) -> Result<Self> {
        let place = row.place.ok_or_else(|| missing("tasks", "place"))?;
        let ready = match order {
            TaskOrder::LongestReady => *row.ready()?,
            _ => None,
        };
        Ok(Self::at(row.id, place, ready, order))
    }

    fn at(id: TaskId, place: ListPosition, ready: Option<Timestamp>, order: TaskOrder) -> Self {
        let key = match order {
            TaskOrder::Newest | TaskOrder::Oldest => place.listed,
            TaskOrder::RecentlyUpdated => place.touched,
            TaskOrder::LongestReady => ready.unwrap_or(Timestamp::MAX).as_millisecond(),
            TaskOrder::EarliestDue
            | TaskOrder::LargestTotal
            | TaskOrder::LargestToPay
            | TaskOrder::LeastRecentlyUpdated => place.sorted,
        };
        Self { key, id }
    }
}

/// Lists all matching tasks, by id.
pub fn list(connection: &Connection, filter: &TaskFilter) -> Result<Vec<TaskRow>> {
    let conditions = Conditions::new(connection, filter)?;
    let sql = format!(
        "{} {} ORDER BY t.id",
        Whole.select(false),
        conditions.clause("")
    );
    conditions.rows(connection, Whole, &sql)
}

/// Lists the first matching tasks, by id; at most that many.
pub fn first_as<S: Shape>(
    connection: &Connection,
    shape: S,
    filter: &TaskFilter,
    most: usize,
) -> Result<Vec<S::Row>> {
    let conditions = Conditions::new(connection, filter)?;
    // Without a LIMIT, with which SQLite would scan all tasks by id even if an index finds the few
    // that match. A span of days is found by time, so only the ids are sorted before anything else
    // is read.
    let mut clause = conditions.clause("");
    if filter.created != Days::default() {
        clause = format!("WHERE t.id IN (SELECT t.id FROM tasks AS t {clause})");
    }
    let sql = format!("{} {clause} ORDER BY t.id", shape.select(false));
    conditions.first_rows(connection, shape, &sql, most)
}

/// Returns the ids of the next matching tasks, after that one; at most that many.
pub fn next_ids(
    connection: &Connection,
    filter: &TaskFilter,
    after: TaskId,
    most: usize,
) -> Result<Vec<TaskId>> {
    let mut conditions = Conditions::new(connection, filter)?;
    conditions.add("t.id > :id".to_owned());
    conditions.bind(":id", after);
    let clause = conditions.clause("");
    let sql = format!("SELECT t.id FROM tasks AS t {clause} ORDER BY t.id LIMIT {most}");
    conditions.ids(connection, &sql)
}

/// Returns a span of the matching tasks. Search results are ordered by id instead of the time of creation, since the
/// index finds them in that order.
///
/// A task whose own number was searched for comes first, in any order. Its cursor is the start of
/// the remaining ones, which don't contain it.
pub fn page(
    connection: &Connection,
    filter: &TaskFilter,
    order: TaskOrder,
    span: Span<After>,
) -> Result<Vec<TaskRow>> {
    page_as(connection, Whole, filter, order, span)
}

/// Like [`page`], with rows of any shape.
pub fn page_as<S: Shape>(
    connection: &Connection,
    shape: S,
    filter: &TaskFilter,
    order: TaskOrder,
    span: Span<After>,
) -> Result<Vec<S::Row>> {
    let shape = shape.for_cursors(order);
    let number = filter.search.as_ref().and_then(Search::number);
    let first = number.map(TaskId::from_row);
    let is_first = |place: &After| Some(place.id) == first;
    if span.before.as_ref().is_some_and(is_first) {
        return Ok(Vec::new());
    }
    let mut rows = match first.filter(|_| span.after.is_none()) {
        Some(first) => by_number(connection, shape, filter, first)?,
        None => Vec::new(),
    };
    let rest = Span {
        after: span.after.filter(|after| !is_first(after)),
        ..span
    };
    let read = |limit| {
        let rest = rest.at_most(limit);
        others(connection, shape, filter, order, first, rest)
    };
    if !span.from_end {
        rows.extend(read(span.limit.saturating_sub(rows.len()))?);
        return Ok(rows);
    }
    let mut last = read(span.limit)?;
    let room = span.limit - last.len();
    last.extend(rows.into_iter().take(room));
    Ok(last)
}

/// Returns the task with the searched number, if it matches the other conditions.
fn by_number<S: Shape>(
    connection: &Connection,
    shape: S,
    filter: &TaskFilter,
    id: TaskId,
) -> Result<Vec<S::Row>> {
    let besides = TaskFilter {
        search: None,
        ..filter.clone()
    };
    let mut conditions = Conditions::new(connection, &besides)?;
    conditions.add("t.id = :first".to_owned());
    conditions.bind(":first", id);
    let sql = format!("{} {}", shape.select(true), conditions.clause(""));
    conditions.rows(connection, shape, &sql)
}

/// Returns a span of the matching tasks, except that one.
fn others<S: Shape>(
    connection: &Connection,
    shape: S,
    filter: &TaskFilter,
    order: TaskOrder,
    but: Option<TaskId>,
    span: Span<After>,
) -> Result<Vec<S::Row>> {
    if let Some(sorted) = Sorted::of(order) {
        return sorted::page(connection, shape, filter, sorted, but, span);
    }
    let (conditions, sql) = page_statement(connection, shape, filter, order, but, span)?;
    conditions.rows(connection, shape, &sql)
}

/// Returns the statement of a page in an order of time, with its conditions.
pub(super) fn page_statement<S: Shape>(
    connection: &Connection,
    shape: S,
    filter: &TaskFilter,
    order: TaskOrder,
    but: Option<TaskId>,
    span: Span<After>,
) -> Result<(Conditions, String)> {
    let (mut conditions, listed) = match order {
        TaskOrder::Newest | TaskOrder::Oldest => by_place(connection, filter)?,
        _ => (Conditions::new(connection, filter)?, Days::default()),
    };
    if !conditions.searched {
        bound(connection, &mut conditions, listed)?;
    }
    if let Some(but) = but {
        conditions.add("t.id <> :but".to_owned());
        conditions.bind(":but", but);
    }
    let (key, descending) = match order {
        TaskOrder::Newest | TaskOrder::Oldest if conditions.searched => {
            (None, order == TaskOrder::Newest)
        }
        TaskOrder::Newest | TaskOrder::Oldest => (Some("t.listed_at"), order == TaskOrder::Newest),
        TaskOrder::RecentlyUpdated => (Some("t.touched_at"), true),
        _ => (Some("t.ready_at"), false),
    };
    for (place, is_after, [key_name, id_name]) in [
        (span.after, true, [":key", ":id"]),
        (span.before, false, [":key_before", ":id_before"]),
    ] {
        let Some(After { key: value, id }) = place else {
            continue;
        };
        let than = if is_after == descending { "<" } else { ">" };
        conditions.bind(id_name, id);
        match key {
            Some(key) => {
                conditions.add(format!("({key}, t.id) {than} ({key_name}, {id_name})"));
                conditions.bind(key_name, value);
            }
            None => conditions.add(format!("t.id {than} {id_name}")),
        }
    }
    let direction = direction(descending != span.from_end);
    let key = key.map_or_else(String::new, |key| format!("{key} {direction}, "));
    // A bound limit would make SQLite prepare the statement anew each time, which takes a third of a request for a page.
    let order = format!("ORDER BY {key}t.id {direction} LIMIT {}", span.limit);
    let select = shape.select(true);
    let sql = format!("{select} {} {order}", conditions.clause(&order));
    Ok((conditions, sql))
}

/// Returns the conditions of a list ordered by places, and its span of days. The unary plus keeps
/// SQLite from using the index of days instead of the one of places, which would require sorting.
fn by_place(connection: &Connection, filter: &TaskFilter) -> Result<(Conditions, Days)> {
    let besides = TaskFilter {
        created: Days::default(),
        ..filter.clone()
    };
    let mut conditions = Conditions::new(connection, &besides)?;
    let Days { from, until } = filter.created;
    if let Some(from) = from {
        conditions.add("+t.created_at >= :from".to_owned());
        conditions.bind(":from", Millis(from));
    }
    if let Some(until) = until {
        conditions.add("+t.created_at < :until".to_owned());
        conditions.bind(":until", Millis(until));
    }
    Ok((conditions, filter.created))
}

/// Restricts the places of tasks created in a span of days: a place is never before the day, and
/// after it by at most as much as the wall clock was ever set back.
fn bound(connection: &Connection, conditions: &mut Conditions, days: Days) -> Result<()> {
    if days.from.is_some() {
        conditions.add("t.listed_at >= :from".to_owned());
    }
    if let Some(until) = days.until {
        let late = "SELECT coalesce(max(listed_at - created_at), 0) FROM tasks
            INDEXED BY tasks_listed_late WHERE listed_at <> created_at";
        let mut statement = connection.prepare_cached(late)?;
        let late: i64 = statement.query_row([], |row| row.get(0))?;
        conditions.add("t.listed_at < :behind".to_owned());
        conditions.bind(":behind", until.as_millisecond().saturating_add(late));
    }
    Ok(())
}
