//! The `tasks` table, always read together with the customer and the employee.

use jiff::Timestamp;
use rusqlite::types::ToSql;
use rusqlite::{OptionalExtension, Row, named_params};

use super::types::Millis;
use super::{Connection, Transaction, customers};
use crate::domain::{
    Customer, CustomerId, Description, Email, Employee, Result, Search, Status, Task, TaskFilter,
    TaskId, TaskOrder, TelegramId,
};

/// A task with those whom it concerns, in one statement for any number of them.
#[derive(Debug, Clone)]
pub struct TaskRow {
    pub task: Task,
    pub customer: Option<Customer>,
    pub employee: Option<Employee>,
}

const SELECT: &str = "SELECT t.id, t.customer_id, t.employee_id, t.category, t.status,
    t.description, t.version, t.created_at, t.updated_at, t.closed_at,
    c.id AS c_id, c.phone AS c_phone, c.phone_e164 AS c_phone_e164, c.name AS c_name,
    c.telegram_id AS c_telegram_id, c.telegram_verified AS c_telegram_verified,
    c.telegram_blocked AS c_telegram_blocked, c.telegram_language AS c_telegram_language,
    e.email AS e_email, e.role AS e_role, e.active AS e_active, e.language AS e_language,
    e.epoch AS e_epoch,
    e.created_at AS e_created_at
    FROM tasks AS t
    LEFT JOIN customers AS c ON c.id = t.customer_id
    LEFT JOIN employees AS e ON e.id = t.employee_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    let task = Task {
        id: row.get("id")?,
        customer: row.get("customer_id")?,
        employee: row.get("employee_id")?,
        category: row.get("category")?,
        status: row.get("status")?,
        description: Description::from_row(row.get("description")?),
        version: row.get("version")?,
        created: row.get::<_, Millis>("created_at")?.0,
        updated: row.get::<_, Millis>("updated_at")?.0,
        closed: row.get::<_, Option<Millis>>("closed_at")?.map(|at| at.0),
    };
    let customer = match task.customer {
        Some(_) => Some(customers::from_prefixed_row(row, "c_")?),
        None => None,
    };
    let employee = match task.employee {
        Some(id) => Some(Employee {
            id,
            email: Email::from_row(row.get("e_email")?),
            role: row.get("e_role")?,
            active: row.get("e_active")?,
            language: row.get("e_language")?,
            epoch: row.get("e_epoch")?,
            created: row.get::<_, Millis>("e_created_at")?.0,
        }),
        None => None,
    };
    Ok(TaskRow {
        task,
        customer,
        employee,
    })
}

pub fn get(connection: &Connection, id: TaskId) -> Result<Option<TaskRow>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE t.id = ?1"))?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Where a page begins: behind the task with this sort key and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub key: i64,
    pub id: TaskId,
}

impl After {
    /// The position of a task in an order.
    pub fn of(task: &Task, order: TaskOrder) -> Self {
        let key = match order {
            TaskOrder::Newest | TaskOrder::Oldest => task.id.get(),
            TaskOrder::RecentlyUpdated => task.updated.as_millisecond(),
        };
        Self { key, id: task.id }
    }
}

/// All tasks that match, oldest first.
pub fn list(connection: &Connection, filter: &TaskFilter) -> Result<Vec<TaskRow>> {
    select(connection, filter, TaskOrder::Oldest, None, None)
}

/// At most `limit` of the tasks that match, behind `after`.
pub fn page(
    connection: &Connection,
    filter: &TaskFilter,
    order: TaskOrder,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    select(connection, filter, order, after, Some(limit))
}

pub fn count(connection: &Connection, filter: &TaskFilter) -> Result<i64> {
    let conditions = Conditions::new(filter);
    let sql = format!("SELECT count(*) FROM tasks AS t {}", conditions.sql());
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row(&*conditions.params(), |row| row.get(0))?)
}

/// How many of the tasks that match are in each status; statuses without any are left out.
pub fn count_by_status(connection: &Connection, filter: &TaskFilter) -> Result<Vec<(Status, i64)>> {
    let conditions = Conditions::new(filter);
    let sql = format!(
        "SELECT t.status, count(*) FROM tasks AS t {} GROUP BY t.status",
        conditions.sql()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(&*conditions.params(), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn select(
    connection: &Connection,
    filter: &TaskFilter,
    order: TaskOrder,
    after: Option<After>,
    limit: Option<usize>,
) -> Result<Vec<TaskRow>> {
    let mut conditions = Conditions::new(filter);
    if let Some(After { key, id }) = after {
        let behind = match order {
            TaskOrder::Newest => "t.id < :after_id",
            TaskOrder::Oldest => "t.id > :after_id",
            TaskOrder::RecentlyUpdated => "(t.updated_at, t.id) < (:after_key, :after_id)",
        };
        if order == TaskOrder::RecentlyUpdated {
            conditions.values.push((":after_key", Box::new(key)));
        }
        conditions.push(behind, Some((":after_id", Box::new(id))));
    }
    let direction = match order {
        TaskOrder::Newest => "t.id DESC",
        TaskOrder::Oldest => "t.id",
        TaskOrder::RecentlyUpdated => "t.updated_at DESC, t.id DESC",
    };
    let sql = format!(
        "{SELECT} {} ORDER BY {direction} LIMIT :limit",
        conditions.sql()
    );
    conditions
        .values
        .push((":limit", Box::new(limit.unwrap_or(i64::MAX as usize))));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(&*conditions.params(), from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The WHERE clause of a filter. Texts come from here and values are bound, never pasted.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<(&'static str, Box<dyn ToSql>)>,
}

impl Conditions {
    fn new(filter: &TaskFilter) -> Self {
        let mut all = Self::default();
        if let Some(phone) = &filter.customer_phone {
            all.push(
                "t.customer_id = (SELECT id FROM customers WHERE phone_e164 = :phone)",
                Some((":phone", Box::new(phone.e164().to_owned()))),
            );
        }
        if !filter.statuses.is_empty() {
            let words: Vec<_> = filter
                .statuses
                .iter()
                .map(|s| format!("'{}'", s.word()))
                .collect();
            all.push(&format!("t.status IN ({})", words.join(", ")), None);
        }
        if let Some(category) = filter.category {
            all.push(
                "t.category = :category",
                Some((":category", Box::new(category))),
            );
        }
        if let Some(employee) = filter.employee {
            all.push(
                "t.employee_id = :employee",
                Some((":employee", Box::new(employee))),
            );
        }
        if let Some(from) = filter.created.from {
            all.push(
                "t.created_at >= :from",
                Some((":from", Box::new(Millis(from)))),
            );
        }
        if let Some(until) = filter.created.until {
            all.push(
                "t.created_at < :until",
                Some((":until", Box::new(Millis(until)))),
            );
        }
        if let Some(search) = &filter.search {
            all.search(search);
        }
        all
    }

    /// The index finds three letters in a row or more; what is shorter is looked for at the
    /// beginning of names and numbers.
    fn search(&mut self, search: &Search) {
        let phrase = |word: &str| format!("\"{}\"", word.replace('"', "\"\""));
        let long = |word: &&str| word.chars().count() >= 3;
        let words: Vec<&str> = match search.digits() {
            Some(digits) => vec![digits],
            None => search.words().iter().map(String::as_str).collect(),
        };
        let matches: Vec<String> = words.iter().copied().filter(long).map(phrase).collect();
        let mut any = Vec::new();
        if !matches.is_empty() {
            any.push("t.id IN (SELECT rowid FROM task_search WHERE task_search MATCH :match)");
            self.values
                .push((":match", Box::new(matches.join(" AND "))));
        } else if let Some(word) = words.first() {
            any.push(
                "t.customer_id IN (SELECT id FROM customers WHERE name_key LIKE :prefix ESCAPE '\\')",
            );
            let escaped = word
                .replace('\\', r"\\")
                .replace('%', r"\%")
                .replace('_', r"\_");
            self.values
                .push((":prefix", Box::new(format!("{escaped}%"))));
        }
        if let Some(number) = search.number() {
            any.push("t.id = :number");
            self.values.push((":number", Box::new(number)));
        }
        self.texts.push(format!("({})", any.join(" OR ")));
    }

    fn push(&mut self, text: &str, value: Option<(&'static str, Box<dyn ToSql>)>) {
        self.texts.push(text.to_owned());
        self.values.extend(value);
    }

    fn sql(&self) -> String {
        match self.texts.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", self.texts.join(" AND ")),
        }
    }

    fn params(&self) -> Vec<(&str, &dyn ToSql)> {
        self.values
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect()
    }
}

/// The tasks of several customers, oldest first.
pub fn of_customers(connection: &Connection, ids: &[CustomerId]) -> Result<Vec<TaskRow>> {
    among(connection, "t.customer_id", ids.iter().map(|id| id.get()))
}

/// The cards that a Telegram account has proved to be its own.
const PROVEN: &str = "t.customer_id IN
    (SELECT id FROM customers WHERE telegram_id = ?1 AND telegram_verified = 1)";

pub fn count_of_telegram(connection: &Connection, who: TelegramId) -> Result<usize> {
    let sql = format!("SELECT count(*) FROM tasks AS t WHERE {PROVEN}");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([who], |row| row.get(0))?)
}

/// Tasks of the cards that a Telegram account has proved to be its own, newest first.
pub fn of_telegram(
    connection: &Connection,
    who: TelegramId,
    skip: usize,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let sql = format!("{SELECT} WHERE {PROVEN} ORDER BY t.id DESC LIMIT ?2 OFFSET ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((who, limit, skip), from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn by_ids(connection: &Connection, ids: &[TaskId]) -> Result<Vec<TaskRow>> {
    among(connection, "t.id", ids.iter().map(|id| id.get()))
}

fn among(
    connection: &Connection,
    column: &str,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<TaskRow>> {
    let sql = format!("{SELECT} WHERE {column} IN (SELECT value FROM json_each(?1)) ORDER BY t.id");
    let ids: Vec<i64> = ids.collect();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([serde_json::json!(ids).to_string()], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes a new task; its number is given here.
pub fn insert(tx: &Transaction, task: &Task) -> Result<TaskId> {
    tx.prepare_cached(
        "INSERT INTO tasks (customer_id, employee_id, category, status, description, version,
             created_at, updated_at, closed_at)
         VALUES (:customer, :employee, :category, :status, :description, :version, :created,
             :updated, :closed)",
    )?
    .execute(named_params! {
        ":customer": task.customer, ":employee": task.employee, ":category": task.category,
        ":status": task.status, ":description": task.description.as_str(),
        ":version": task.version, ":created": Millis(task.created),
        ":updated": Millis(task.updated), ":closed": task.closed.map(Millis),
    })?;
    Ok(TaskId::from_row(tx.last_insert_rowid()))
}

/// Writes a changed task as its next version.
pub fn update(tx: &Transaction, task: &Task, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE tasks SET employee_id = :employee, category = :category, status = :status,
             description = :description, closed_at = :closed, updated_at = :now,
             version = version + 1
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": task.id, ":employee": task.employee, ":category": task.category,
        ":status": task.status, ":description": task.description.as_str(),
        ":closed": task.closed.map(Millis), ":now": Millis(now),
    })?;
    Ok(())
}

/// Marks the tasks of a customer as changed, before they lose the customer.
pub fn touch_of_customer(tx: &Transaction, customer: CustomerId, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE tasks SET updated_at = ?2, version = version + 1 WHERE customer_id = ?1",
        (customer, Millis(now)),
    )?;
    Ok(())
}

pub fn delete(tx: &Transaction, id: TaskId) -> Result<()> {
    tx.execute("DELETE FROM tasks WHERE id = ?1", [id])?;
    Ok(())
}
