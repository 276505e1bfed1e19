//! Rows of tasks: complete ones, and ones with only the requested columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use rusqlite::{Params, Row, Statement};

use crate::domain::{
    Category, Customer, CustomerId, Day, Description, Employee, EmployeeId, Error, Result, Stage,
    StageId, Status, Task, TaskId, TaskOrder,
};
use crate::store::customers::CustomerParts;
use crate::store::engine::columns::{self, Columns};
use crate::store::engine::parts::{Request, missing, parts};
use crate::store::engine::types::Millis;
use crate::store::{Connection, customers, employees, stages};

parts! {
    "tasks" as "t", Task;
    /// The parts of a task that were read.
    TaskParts;
    /// The requested columns of a task.
    WantedColumns;
    id: TaskId = "id";
    customer: Option<CustomerId> = ["customer_id"], |row| row.take("customer_id")?;
    employee: Option<EmployeeId> = ["employee_id"], |row| row.take("employee_id")?;
    category: Category = ["category"], |row| row.take("category")?;
    status: Status = ["status"], |row| row.take("status")?;
    stage: StageId = ["stage_id"], |row| row.take("stage_id")?;
    stage_since: Timestamp = ["stage_since"], |row| row.take::<Millis>("stage_since")?.0;
    description: Description = ["description"], |row| Description::from_row(row.take("description")?);
    due: Option<Day> = ["due_on"], |row| row.take("due_on")?;
    version: i64 = ["version"], |row| row.take("version")?;
    created: Timestamp = ["created_at"], |row| row.take::<Millis>("created_at")?.0;
    updated: Timestamp = ["updated_at"], |row| row.take::<Millis>("updated_at")?.0;
    closed: Option<Timestamp> = ["closed_at"],
        |row| row.take::<Option<Millis>>("closed_at")?.map(|at| at.0);
    ready: Option<Timestamp> = ["ready_at"],
        |row| row.take::<Option<Millis>>("ready_at")?.map(|at| at.0);
    remind: bool = ["remind"], |row| row.take("remind")?;
}

/// The requested parts of a task. The stage and the employee are complete rows of their tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    own: WantedColumns,
    /// The requested parts of the customer, if it is requested.
    pub customer: Option<customers::Wanted>,
}

impl std::ops::Deref for Wanted {
    type Target = WantedColumns;

    fn deref(&self) -> &WantedColumns {
        &self.own
    }
}

impl std::ops::DerefMut for Wanted {
    fn deref_mut(&mut self) -> &mut WantedColumns {
        &mut self.own
    }
}

/// A task with its stage, customer and employee.
#[derive(Debug, Clone)]
pub struct TaskRow {
    pub task: Task,
    pub stage: Arc<Stage>,
    pub customer: Option<Arc<Customer>>,
    pub employee: Option<Arc<Employee>>,
    /// `None` in lists without cursors, which saves two columns of every row.
    pub place: Option<ListPosition>,
}

/// A task with only its requested parts.
#[derive(Debug, Clone)]
pub struct Listed {
    parts: TaskParts,
    stage: Option<Arc<Stage>>,
    customer: Option<Option<Arc<CustomerParts>>>,
    employee: Option<Option<Arc<Employee>>>,
    pub(super) place: Option<ListPosition>,
}

/// Position of a task in lists: instants that never decrease, even if the wall clock does, and are
/// never shown. `created_at` and `updated_at` are wall-clock times, and don't determine any order.
#[derive(Debug, Clone, Copy)]
pub struct ListPosition {
    pub(super) listed: i64,
    pub(super) touched: i64,
    /// Position in a list that is sorted by a value: see [`Sorted`](super::sorted::Sorted).
    pub(super) sorted: i64,
}

impl ListPosition {
    pub(super) fn by_days(task: &Task) -> Self {
        Self {
            listed: task.created.as_millisecond(),
            touched: task.updated.as_millisecond(),
            sorted: 0,
        }
    }
}

/// The form in which a list's rows are read.
pub trait Shape: Copy {
    type Row;

    /// Returns the statement up to `FROM`, including the places if the list needs cursors.
    fn select(self, placed: bool) -> Cow<'static, str>;

    /// Returns the shape extended by the columns that cursors of that order need, besides the
    /// places.
    #[must_use]
    fn for_cursors(self, order: TaskOrder) -> Self;

    /// Sets the position of a row in a sorted list.
    fn set_sorted(row: &mut Self::Row, key: i64);

    /// Returns the id of a row.
    fn id(row: &Self::Row) -> TaskId;

    /// Reads one row. Referenced rows are read once per list, in the same snapshot, since the
    /// list's statement is still open.
    fn read(
        self,
        connection: &Connection,
        row: &Row<'_>,
        known: &mut RelatedRows,
    ) -> Result<Self::Row>;
}

/// The complete row, as the rules need it.
#[derive(Debug, Clone, Copy)]
pub struct Whole;

impl Shape for Whole {
    type Row = TaskRow;

    fn select(self, placed: bool) -> Cow<'static, str> {
        static SELECT: LazyLock<[String; 2]> = LazyLock::new(|| {
            let customer = columns::of("c", customers::COLUMNS);
            [false, true].map(|placed| select(&columns::of("t", COLUMNS), placed, Some(&customer)))
        });
        Cow::Borrowed(&SELECT[usize::from(placed)])
    }

    fn for_cursors(self, _: TaskOrder) -> Self {
        self
    }

    fn set_sorted(row: &mut TaskRow, key: i64) {
        set_sorted(&mut row.place, key);
    }

    fn id(row: &TaskRow) -> TaskId {
        row.task.id
    }

    fn read(
        self,
        connection: &Connection,
        row: &Row<'_>,
        known: &mut RelatedRows,
    ) -> Result<TaskRow> {
        let row = &mut Columns::of("tasks", row);
        let task = whole(row)?;
        Ok(TaskRow {
            customer: known.customer(row)?,
            stage: known.stage(connection, task.stage)?,
            employee: known.employee(connection, task.employee)?,
            place: place(row)?,
            task,
        })
    }
}

impl Shape for Wanted {
    type Row = Listed;

    fn select(self, placed: bool) -> Cow<'static, str> {
        let customer = self.customer.map(customers::Wanted::columns);
        Cow::Owned(select(&self.own.columns(), placed, customer.as_deref()))
    }

    fn for_cursors(mut self, order: TaskOrder) -> Self {
        self.ready |= order == TaskOrder::LongestReady;
        self
    }

    fn set_sorted(row: &mut Listed, key: i64) {
        set_sorted(&mut row.place, key);
    }

    fn id(row: &Listed) -> TaskId {
        row.id
    }

    fn read(
        self,
        connection: &Connection,
        row: &Row<'_>,
        known: &mut RelatedRows,
    ) -> Result<Listed> {
        let row = &mut Columns::of("tasks", row);
        let parts = self.own.read(row)?;
        let customer = match self.customer {
            Some(wanted) => Some(row.joined_parts("customers", wanted)?.map(Arc::new)),
            None => None,
        };
        let (stage, employee) = (parts.stage, parts.employee);
        let stage = stage.map(|id| known.stage(connection, id)).transpose()?;
        let employee = employee.map(|id| known.employee(connection, id));
        Ok(Listed {
            parts,
            stage,
            customer,
            employee: employee.transpose()?,
            place: place(row)?,
        })
    }
}

fn set_sorted(place: &mut Option<ListPosition>, key: i64) {
    if let Some(place) = place {
        place.sorted = key;
    }
}

fn select(task: &str, placed: bool, customer: Option<&str>) -> String {
    let mut sql = String::with_capacity(512);
    sql.extend(["SELECT ", task]);
    if let Some(customer) = customer {
        sql.extend([", ", customer]);
    }
    if placed {
        sql += ", t.listed_at, t.touched_at";
    }
    sql += " FROM tasks AS t";
    if customer.is_some() {
        sql += " LEFT JOIN customers AS c ON c.id = t.customer_id";
    }
    sql
}

/// Rows that the rows of one list refer to. Stages and employees are few, so they are found sooner in an ordered map.
#[derive(Default)]
pub struct RelatedRows {
    stages: BTreeMap<StageId, Arc<Stage>>,
    customers: HashMap<CustomerId, Arc<Customer>>,
    employees: BTreeMap<EmployeeId, Arc<Employee>>,
}

impl RelatedRows {
    /// Returns the customer whose columns come next in a row.
    fn customer(&mut self, row: &mut Columns<'_>) -> Result<Option<Arc<Customer>>> {
        const COLUMNS: usize = columns::count(customers::COLUMNS);
        let known = &mut self.customers;
        Ok(row.joined("customers", COLUMNS, known, customers::read)?)
    }

    fn stage(&mut self, connection: &Connection, id: StageId) -> Result<Arc<Stage>> {
        if let Some(known) = self.stages.get(&id) {
            return Ok(known.clone());
        }
        // Triggers guarantee that it exists.
        let stage = stages::get(connection, id)?;
        let stage = Arc::new(stage.ok_or_else(|| Error::internal(format!("no stage {id}")))?);
        self.stages.insert(id, stage.clone());
        Ok(stage)
    }

    fn employee(
        &mut self,
        connection: &Connection,
        id: Option<EmployeeId>,
    ) -> Result<Option<Arc<Employee>>> {
        let Some(id) = id else {
            return Ok(None);
        };
        if let Some(known) = self.employees.get(&id) {
            return Ok(Some(known.clone()));
        }
        let found = employees::get(connection, id)?.map(Arc::new);
        self.employees.extend(found.clone().map(|one| (id, one)));
        Ok(found)
    }
}

/// Reads the place of a task, if the statement selects it.
fn place(row: &mut Columns<'_>) -> Result<Option<ListPosition>> {
    if row.is_over() {
        return Ok(None);
    }
    Ok(Some(ListPosition {
        listed: row.take("listed_at")?,
        touched: row.take("touched_at")?,
        sorted: 0,
    }))
}

pub(in crate::store) fn from_row(row: &Row<'_>) -> rusqlite::Result<Task> {
    whole(&mut Columns::of("tasks", row))
}

/// Reads all rows of a statement.
pub(super) fn read_all<S: Shape>(
    connection: &Connection,
    shape: S,
    statement: &mut Statement<'_>,
    params: impl Params,
) -> Result<Vec<S::Row>> {
    read_first(connection, shape, statement, params, usize::MAX)
}

/// Reads the first row of a statement, without executing it further.
pub(super) fn read_first<S: Shape>(
    connection: &Connection,
    shape: S,
    statement: &mut Statement<'_>,
    params: impl Params,
    most: usize,
) -> Result<Vec<S::Row>> {
    let mut known = RelatedRows::default();
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while found.len() < most
        && let Some(row) = rows.next()?
    {
        found.push(shape.read(connection, row, &mut known)?);
    }
    Ok(found)
}

impl Listed {
    /// Returns the stage.
    ///
    /// # Errors
    /// [`Error::Internal`] if it was not read, as for the other parts.
    pub fn stage(&self) -> Result<&Arc<Stage>> {
        let stage = self.stage.as_ref();
        stage.ok_or_else(|| missing("tasks", "stage"))
    }

    /// Returns the customer.
    ///
    /// # Errors
    /// As for [`Listed::stage`].
    pub fn customer(&self) -> Result<Option<&Arc<CustomerParts>>> {
        let customer = self.customer.as_ref();
        Ok(customer
            .ok_or_else(|| missing("tasks", "customer"))?
            .as_ref())
    }

    /// Returns the employee.
    ///
    /// # Errors
    /// As for [`Listed::stage`].
    pub fn employee(&self) -> Result<Option<&Arc<Employee>>> {
        let employee = self.employee.as_ref();
        Ok(employee
            .ok_or_else(|| missing("tasks", "employee"))?
            .as_ref())
    }

    /// Returns the id of its customer, if that was read.
    pub fn customer_id(&self) -> Option<CustomerId> {
        let customer = self.customer.as_ref()?.as_ref();
        customer.map(|customer| customer.id)
    }
}

impl std::ops::Deref for Listed {
    type Target = TaskParts;

    fn deref(&self) -> &TaskParts {
        &self.parts
    }
}

impl From<TaskRow> for Listed {
    fn from(row: TaskRow) -> Self {
        Self {
            parts: row.task.into(),
            stage: Some(row.stage),
            customer: Some(row.customer.map(|customer| {
                let customer = Arc::unwrap_or_clone(customer);
                Arc::new(customer.into())
            })),
            employee: Some(row.employee),
            place: row.place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_is_an_error_and_never_a_value() {
        let connection = Connection::open_in_memory().unwrap();
        let read = |wanted: WantedColumns, sql: &str| {
            connection.query_row(sql, [], |row| wanted.read(&mut Columns::of("tasks", row)))
        };
        let wanted = WantedColumns {
            version: true,
            ..WantedColumns::default()
        };
        let parts = read(wanted, "SELECT 7 AS id, 3 AS version").unwrap();
        assert_eq!((parts.id.get(), *parts.version().unwrap()), (7, 3));
        for missing in [
            parts.description().map(drop),
            parts.due().map(drop),
            parts.customer().map(drop),
        ] {
            assert!(matches!(missing, Err(Error::Internal(_))), "{missing:?}");
        }
    }
}
