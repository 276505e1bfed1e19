//! The `tasks` table, always read together with the customer and the employee.

mod conditions;
mod count;
mod page;
mod telegram;
mod write;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use rusqlite::{OptionalExtension, Params, Row, Statement};

pub(super) use conditions::Conditions;
pub use count::{Counts, count, count_by_status};
pub use page::{After, first, list, next_ids, page};
pub use telegram::{count_of_telegram, last_closed_of_telegram, of_telegram, open_of_telegram};
pub use write::{
    delete, erase_of_customer, insert, insert_imported, move_to_stage, touch, touch_of_customer,
    update,
};

use super::{Connection, customers, employees, stages};
use crate::domain::{
    Customer, CustomerId, Description, Employee, EmployeeId, Result, Stage, StageId, Task, TaskId,
};
use crate::store::engine::columns::{self, Columns};
use crate::store::engine::types::{Millis, numbers};

/// A task with its stage and those whom it concerns, in one statement for any number of them.
#[derive(Debug, Clone)]
pub struct TaskRow {
    pub task: Task,
    pub stage: Arc<Stage>,
    pub customer: Option<Arc<Customer>>,
    pub employee: Option<Arc<Employee>>,
    /// `None` in lists that need no cursors: it is two columns of every row.
    pub place: Option<Place>,
}

/// Where a task stands in lists: instants that never go back, whatever the wall clock does, and that people
/// never read. `created_at` and `updated_at` say what the clock showed, and order nothing.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    listed: i64,
    touched: i64,
}

impl Place {
    fn by_days(task: &Task) -> Self {
        Self {
            listed: task.created.as_millisecond(),
            touched: task.updated.as_millisecond(),
        }
    }
}

/// What and whom the rows of one list concern.
#[derive(Default)]
struct Known {
    stages: HashMap<StageId, Arc<Stage>>,
    customers: HashMap<CustomerId, Arc<Customer>>,
    employees: HashMap<EmployeeId, Arc<Employee>>,
}

pub(super) const COLUMNS: &str = "id, customer_id, employee_id, category, status, stage_id, stage_since, \
                       description, due_on, version, created_at, updated_at, closed_at, ready_at, \
                       remind";
const PLACE: &str = "listed_at, touched_at";

static SELECT: LazyLock<String> = LazyLock::new(|| select(""));
/// The same with the places.
static SELECT_PLACED: LazyLock<String> =
    LazyLock::new(|| select(&format!(", {}", columns::of("t", PLACE))));
static BY_ID: LazyLock<String> = LazyLock::new(|| format!("{} WHERE t.id = ?1", *SELECT));

fn select(more: &str) -> String {
    format!(
        "SELECT {}, {}, {}, {}{more} FROM tasks AS t
         LEFT JOIN stages AS s ON s.id = t.stage_id
         LEFT JOIN customers AS c ON c.id = t.customer_id
         LEFT JOIN employees AS e ON e.id = t.employee_id",
        columns::of("t", COLUMNS),
        columns::of("s", stages::COLUMNS),
        columns::of("c", customers::COLUMNS),
        columns::of("e", employees::COLUMNS),
    )
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Task> {
    task(&mut Columns::of("tasks", row))
}

fn task(row: &mut Columns<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        id: row.take("id")?,
        customer: row.take("customer_id")?,
        employee: row.take("employee_id")?,
        category: row.take("category")?,
        status: row.take("status")?,
        stage: row.take("stage_id")?,
        stage_since: row.take::<Millis>("stage_since")?.0,
        description: Description::from_row(row.take("description")?),
        due: row.take("due_on")?,
        version: row.take("version")?,
        created: row.take::<Millis>("created_at")?.0,
        updated: row.take::<Millis>("updated_at")?.0,
        closed: row.take::<Option<Millis>>("closed_at")?.map(|at| at.0),
        ready: row.take::<Option<Millis>>("ready_at")?.map(|at| at.0),
        remind: row.take("remind")?,
    })
}

/// The place of a task, where the statement asks for it.
fn place(row: &mut Columns<'_>) -> rusqlite::Result<Option<Place>> {
    if row.is_over() {
        return Ok(None);
    }
    Ok(Some(Place {
        listed: row.take("listed_at")?,
        touched: row.take("touched_at")?,
    }))
}

fn read(row: &Row<'_>, known: &mut Known) -> rusqlite::Result<TaskRow> {
    let row = &mut Columns::of("tasks", row);
    let task = task(row)?;
    // The triggers see to it that there is one.
    let stage = row.joined("stages", stages::COLUMNS, &mut known.stages, stages::read)?;
    Ok(TaskRow {
        task,
        stage: stage.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
        customer: row.joined(
            "customers",
            customers::COLUMNS,
            &mut known.customers,
            customers::read,
        )?,
        employee: row.joined(
            "employees",
            employees::COLUMNS,
            &mut known.employees,
            employees::read,
        )?,
        place: place(row)?,
    })
}

/// All that a statement finds.
fn read_all(statement: &mut Statement<'_>, params: impl Params) -> Result<Vec<TaskRow>> {
    read_first(statement, params, usize::MAX)
}

/// What a statement finds first; the rest isn't looked for.
fn read_first(
    statement: &mut Statement<'_>,
    params: impl Params,
    most: usize,
) -> Result<Vec<TaskRow>> {
    let mut known = Known::default();
    let rows = statement.query_map(params, |row| read(row, &mut known))?;
    Ok(rows.take(most).collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: TaskId) -> Result<Option<TaskRow>> {
    let mut statement = connection.prepare_cached(&BY_ID)?;
    let mut known = Known::default();
    let found = statement.query_row([id], |row| read(row, &mut known));
    Ok(found.optional()?)
}

/// The tasks of several customers, oldest first.
pub fn of_customers(connection: &Connection, ids: &[CustomerId]) -> Result<Vec<TaskRow>> {
    among(connection, "t.customer_id", ids.iter().map(|id| id.get()))
}

pub fn by_ids(connection: &Connection, ids: &[TaskId]) -> Result<Vec<TaskRow>> {
    among(connection, "t.id", ids.iter().map(|id| id.get()))
}

fn among(
    connection: &Connection,
    column: &str,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<TaskRow>> {
    let sql = format!(
        "{} WHERE {column} IN (SELECT value FROM json_each(?1)) ORDER BY t.id",
        *SELECT
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(&mut statement, [numbers(ids)])
}
