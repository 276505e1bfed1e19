//! The `tasks` table, always read together with the customer and the employee.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use rusqlite::types::ToSql;
use rusqlite::{OptionalExtension, Params, Row, Statement, named_params};

use super::columns::{self, Columns};
use super::types::{Millis, literal, numbers};
use super::{Connection, Transaction, customers, employees, outbox, stages, webhooks};
use crate::domain::{
    Customer, CustomerId, Days, Description, Employee, EmployeeId, HookEvent, Result, Search,
    Stage, StageId, Status, Task, TaskFilter, TaskId, TaskOrder, TelegramId, serial_key,
};

/// A task with its stage and those whom it concerns, in one statement for any number of them.
#[derive(Debug, Clone)]
pub struct TaskRow {
    pub task: Task,
    pub stage: Arc<Stage>,
    pub customer: Option<Arc<Customer>>,
    pub employee: Option<Arc<Employee>>,
}

/// What and whom the rows of one list concern.
#[derive(Default)]
struct Known {
    stages: HashMap<StageId, Arc<Stage>>,
    customers: HashMap<CustomerId, Arc<Customer>>,
    employees: HashMap<EmployeeId, Arc<Employee>>,
}

const COLUMNS: &str = "id, customer_id, employee_id, category, status, stage_id, stage_since, \
                       description, due_on, version, created_at, updated_at, closed_at, ready_at, \
                       remind";

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, {}, {}, {} FROM tasks AS t
         LEFT JOIN stages AS s ON s.id = t.stage_id
         LEFT JOIN customers AS c ON c.id = t.customer_id
         LEFT JOIN employees AS e ON e.id = t.employee_id",
        columns::of("t", COLUMNS),
        columns::of("s", stages::COLUMNS),
        columns::of("c", customers::COLUMNS),
        columns::of("e", employees::COLUMNS),
    )
});
static BY_ID: LazyLock<String> = LazyLock::new(|| format!("{} WHERE t.id = ?1", *SELECT));

fn read(row: &Row<'_>, known: &mut Known) -> rusqlite::Result<TaskRow> {
    let row = &mut Columns::of(row);
    let task = Task {
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
    };
    // The triggers see to it that there is one.
    let stage = row.joined(stages::COLUMNS, &mut known.stages, stages::read)?;
    Ok(TaskRow {
        task,
        stage: stage.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
        customer: row.joined(customers::COLUMNS, &mut known.customers, customers::read)?,
        employee: row.joined(employees::COLUMNS, &mut known.employees, employees::read)?,
    })
}

/// All that a statement finds.
fn read_all(statement: &mut Statement<'_>, params: impl Params) -> Result<Vec<TaskRow>> {
    let mut known = Known::default();
    let rows = statement.query_map(params, |row| read(row, &mut known))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: TaskId) -> Result<Option<TaskRow>> {
    let mut statement = connection.prepare_cached(&BY_ID)?;
    let mut known = Known::default();
    let found = statement.query_row([id], |row| read(row, &mut known));
    Ok(found.optional()?)
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
            TaskOrder::Newest | TaskOrder::Oldest => task.created,
            TaskOrder::RecentlyUpdated => task.updated,
            TaskOrder::LongestReady => task.ready.unwrap_or(Timestamp::MAX),
        };
        let key = key.as_millisecond();
        Self { key, id: task.id }
    }
}

/// All tasks that match, by number.
pub fn list(connection: &Connection, filter: &TaskFilter) -> Result<Vec<TaskRow>> {
    let conditions = Conditions::new(connection, filter)?;
    let sql = format!("{} {} ORDER BY t.id", *SELECT, conditions.clause(""));
    conditions.rows(connection, &sql)
}

/// At most `limit` of the tasks that match, behind `after`. What was searched for is found by
/// number where other lists go by the time of creation, since that is how the index finds it.
pub fn page(
    connection: &Connection,
    filter: &TaskFilter,
    order: TaskOrder,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let mut conditions = Conditions::new(connection, filter)?;
    let (behind, direction) = match order {
        TaskOrder::Newest if conditions.searched => ("t.id < :id", "t.id DESC"),
        TaskOrder::Oldest if conditions.searched => ("t.id > :id", "t.id"),
        TaskOrder::Newest => (
            "(t.created_at, t.id) < (:key, :id)",
            "t.created_at DESC, t.id DESC",
        ),
        TaskOrder::Oldest => ("(t.created_at, t.id) > (:key, :id)", "t.created_at, t.id"),
        TaskOrder::RecentlyUpdated => (
            "(t.updated_at, t.id) < (:key, :id)",
            "t.updated_at DESC, t.id DESC",
        ),
        TaskOrder::LongestReady => ("(t.ready_at, t.id) > (:key, :id)", "t.ready_at, t.id"),
    };
    if let Some(After { key, id }) = after {
        conditions.texts.push(behind.to_owned());
        conditions.bind(":id", id);
        if behind.contains(":key") {
            conditions.bind(":key", key);
        }
    }
    conditions.bind(":limit", limit);
    let order = format!("ORDER BY {direction} LIMIT :limit");
    let sql = format!("{} {} {order}", *SELECT, conditions.clause(&order));
    conditions.rows(connection, &sql)
}

pub fn count(connection: &Connection, filter: &TaskFilter) -> Result<i64> {
    let counts = count_by_status(connection, filter, None, i64::MAX)?;
    Ok(counts.map_or(0, |counts| counts.total()))
}

/// How many tasks there are in each status, and how many of these are a certain employee's.
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

/// How many of the tasks that match are in each status, and how many of these are `own`'s; `None`
/// for more than `most`, where they have to be counted one by one.
pub fn count_by_status(
    connection: &Connection,
    filter: &TaskFilter,
    own: Option<EmployeeId>,
    most: i64,
) -> Result<Option<Counts>> {
    let mut conditions = Conditions::new(connection, filter)?;
    conditions.bind(":own", own);
    let kept = filter.customer_phone.is_none()
        && filter.serial.is_none()
        && !filter.unassigned
        && filter.overdue.is_none()
        && filter.stage.is_none()
        && filter.stuck.is_none()
        && filter.ready_before.is_none()
        && !filter.unanswered
        && !filter.undelivered
        && filter.created == Days::default()
        && filter.search.is_none();
    let sql = if kept {
        let clause = conditions.clause("");
        format!(
            "SELECT t.status, sum(t.tasks), sum(iif(t.employee_id = :own, t.tasks, 0))
             FROM task_counts AS t {clause} GROUP BY t.status"
        )
    } else {
        conditions.bind(":limit", most.saturating_add(1));
        let clause = conditions.clause("LIMIT :limit");
        format!(
            "SELECT status, count(*), count(*) FILTER (WHERE employee_id = :own)
             FROM (SELECT t.status, t.employee_id FROM tasks AS t {clause} LIMIT :limit)
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

/// What has been in its stage for as many days as make it stuck there. Few stages lead to few tasks.
const STUCK: &str = "SELECT o.id FROM stages AS g CROSS JOIN tasks AS o ON o.stage_id = g.id
    WHERE o.status <> 'CLOSED' AND o.stage_since <= :now - g.stuck_days * 86400000";

/// Phones that are looked up one by one; each has some tasks.
const MANY: usize = 2_000;

/// The WHERE clause of a filter. Texts come from here and values are bound, never pasted.
#[derive(Default)]
pub(super) struct Conditions {
    texts: Vec<String>,
    values: Vec<(Cow<'static, str>, Box<dyn ToSql>)>,
    /// Whether a search leads to the tasks, by their numbers.
    searched: bool,
    /// What the search index is asked for, as `:match`.
    phrases: Vec<String>,
    /// Whether there is a column already whose index leads to the tasks.
    led: bool,
}

impl Conditions {
    /// From what leads to few tasks to what leads to many: the first that is given is looked up
    /// in its index, the others are checked on what that finds.
    pub(super) fn new(connection: &Connection, filter: &TaskFilter) -> Result<Self> {
        let mut all = Self::default();
        if let Some(phone) = &filter.customer_phone {
            let id = "(SELECT id FROM customers WHERE phone_e164 = :phone)";
            all.equal("t.customer_id", id);
            all.bind(":phone", phone.e164().to_owned());
        }
        if let Some(serial) = &filter.serial {
            let same = "SELECT task_id FROM task_details
                WHERE serial_key = :serial AND serial_key <> ''";
            all.lead(format!("t.id IN ({same})"));
            all.bind(":serial", serial.clone());
        }
        all.of_concern(filter);
        if let Some(stage) = filter.stage {
            all.equal("t.stage_id", ":stage");
            all.bind(":stage", stage);
        }
        if let [status] = *filter.statuses {
            all.equal("t.status", &format!("'{}'", status.word()));
        } else if !filter.statuses.is_empty() {
            let words = one_of(&filter.statuses);
            all.texts.push(format!("+t.status {words}"));
        }
        if let Some(employee) = filter.employee {
            all.equal("t.employee_id", ":employee");
            all.bind(":employee", employee);
        }
        if filter.unassigned {
            let plus = all.plus();
            all.texts.push(format!("{plus}t.employee_id IS NULL"));
        }
        if let Some(category) = filter.category {
            all.equal("t.category", ":category");
            all.bind(":category", category);
        }
        if let Some(from) = filter.created.from {
            all.texts.push("t.created_at >= :from".to_owned());
            all.bind(":from", Millis(from));
        }
        if let Some(until) = filter.created.until {
            all.texts.push("t.created_at < :until".to_owned());
            all.bind(":until", Millis(until));
        }
        if let Some(search) = &filter.search {
            all.search(connection, search)?;
        }
        Ok(all)
    }

    /// What needs somebody is few of all tasks.
    fn of_concern(&mut self, filter: &TaskFilter) {
        if let Some(today) = filter.overdue {
            let undone = one_of(&Status::UNDONE);
            self.lead(format!("t.due_on < :today AND t.status {undone}"));
            self.bind(":today", today);
        }
        if let Some(now) = filter.stuck {
            self.lead(format!("t.id IN ({STUCK})"));
            self.bind(":now", Millis(now));
        }
        if let Some(before) = filter.ready_before {
            self.lead("t.ready_at < :ready_before".to_owned());
            self.bind(":ready_before", Millis(before));
        }
        if filter.unanswered {
            let open = "SELECT task_id FROM comments
                WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL";
            self.lead(format!("t.id IN ({open})"));
        }
        if filter.undelivered {
            let dead = format!("SELECT task_id FROM outbox WHERE {}", outbox::DEAD_NOTICE);
            self.lead(format!("t.id IN ({dead})"));
        }
    }

    /// A condition whose index leads to the tasks.
    fn lead(&mut self, text: String) {
        self.texts.push(text);
        self.led = true;
    }

    /// A plus before a column keeps SQLite from its index, once another one leads to the tasks.
    fn plus(&mut self) -> &'static str {
        if std::mem::replace(&mut self.led, true) {
            "+"
        } else {
            ""
        }
    }

    fn equal(&mut self, column: &str, value: &str) {
        let plus = self.plus();
        self.texts.push(format!("{plus}{column} = {value}"));
    }

    /// The index finds three letters in a row or more; what is shorter is looked for at the
    /// beginning of names and brands (LG, HP), and may be the task's number.
    fn search(&mut self, connection: &Connection, search: &Search) -> Result<()> {
        let words = search.words();
        let mut long = words
            .iter()
            .filter(|word| word.text.chars().count() >= 3)
            .peekable();
        let short = long.peek().is_none();
        for word in long {
            match &word.digits {
                Some(digits) if digits.len() >= 3 => {
                    self.digits(connection, &word.text, digits, search.number())?;
                }
                _ => self.phrases.push(spelled(&word.text)),
            }
        }
        if !self.phrases.is_empty() {
            self.searched = true;
            self.bind(":match", self.phrases.join(" AND "));
        }
        if short {
            let word = words.first().map_or("", |word| &word.text);
            let named = "SELECT id FROM customers WHERE name_key LIKE :prefix ESCAPE '\\'";
            let made = "SELECT task_id FROM task_details
                WHERE brand <> '' AND brand LIKE :prefix ESCAPE '\\'";
            self.texts.push(format!(
                "(t.customer_id IN ({named}) OR t.id IN ({made}) OR t.id = :number)"
            ));
            self.bind(":number", search.number());
            self.bind(":prefix", format!("{}%", literal(word)));
        }
        Ok(())
    }

    /// What is written with digits may be a part of a phone, of a text, or be the task's number.
    /// Where it is in many phones, there are tasks to find wherever one begins to look.
    fn digits(
        &mut self,
        connection: &Connection,
        text: &str,
        digits: &str,
        number: Option<i64>,
    ) -> Result<()> {
        const ENDS: &str = "FROM phone_ends AS p WHERE p.digits >= ?1 AND p.digits < ?2";
        // The colon follows the nine.
        let (first, behind) = (digits.to_owned(), format!("{digits}:"));
        let more = format!("SELECT EXISTS (SELECT 1 {ENDS} LIMIT 1 OFFSET {MANY})");
        let many: bool = connection
            .prepare_cached(&more)?
            .query_row((&first, &behind), |row| row.get(0))?;

        let nth = self.values.len();
        let texts = format!("SELECT rowid FROM task_search WHERE task_search MATCH :phrase{nth}");
        if many {
            self.texts.push(format!(
                "(instr((SELECT phone_e164 FROM customers WHERE id = t.customer_id), :digits{nth})
                     OR t.id IN ({texts} UNION SELECT :number{nth}))"
            ));
        } else {
            let ends = ENDS.replace("?1", &format!(":digits{nth}"));
            let ends = ends.replace("?2", &format!(":behind{nth}"));
            self.searched = true;
            self.texts.push(format!(
                "t.id IN (
                     {texts}
                     UNION SELECT id FROM tasks WHERE customer_id IN (SELECT p.customer_id {ends})
                     UNION SELECT :number{nth})"
            ));
            self.bind(format!(":behind{nth}"), behind);
        }
        self.bind(format!(":phrase{nth}"), phrase(text));
        self.bind(format!(":digits{nth}"), first);
        self.bind(format!(":number{nth}"), number);
        Ok(())
    }

    fn bind(&mut self, name: impl Into<Cow<'static, str>>, value: impl ToSql + 'static) {
        self.values.push((name.into(), Box::new(value)));
    }

    /// The clause, for a statement that ends in `order`. A search finds no more than that many
    /// in its index, which gives them by number without looking at all that it has.
    pub(super) fn clause(&self, order: &str) -> String {
        let conditions = |and: &str| match self.texts.is_empty() {
            true => String::new(),
            false => format!("{and} {}", self.texts.join(" AND ")),
        };
        if self.phrases.is_empty() {
            return conditions("WHERE");
        }
        let and = conditions("AND");
        let order = order.replace("t.id", "task_search.rowid");
        format!(
            "WHERE t.id IN (
                 SELECT t.id FROM task_search
                 CROSS JOIN tasks AS t ON t.id = task_search.rowid
                 WHERE task_search MATCH :match {and} {order})"
        )
    }

    pub(super) fn params(&self) -> Vec<(&str, &dyn ToSql)> {
        self.values
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect()
    }

    fn rows(&self, connection: &Connection, sql: &str) -> Result<Vec<TaskRow>> {
        let mut statement = connection.prepare_cached(sql)?;
        read_all(&mut statement, &*self.params())
    }
}

/// That a status is one of these.
fn one_of(statuses: &[Status]) -> String {
    let words = statuses.iter().map(|s| format!("'{}'", s.word()));
    format!("IN ({})", words.collect::<Vec<_>>().join(", "))
}

/// A word, or the serial number that it may be in another spelling.
fn spelled(word: &str) -> String {
    let (typed, key) = (phrase(word), serial_key(word));
    match key.chars().count() >= 3 {
        true => format!("({typed} OR {})", phrase(&key)),
        false => typed,
    }
}

/// A word as the search index takes it, whatever is in it.
fn phrase(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
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
    let sql = format!(
        "{} WHERE {PROVEN} ORDER BY t.id DESC LIMIT ?2 OFFSET ?3",
        *SELECT
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(&mut statement, (who, limit, skip))
}

/// The tasks of a Telegram account that aren't closed, the one first that something happened to
/// last.
pub fn open_of_telegram(
    connection: &Connection,
    who: TelegramId,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let sql = format!(
        "{} WHERE {PROVEN} AND t.status <> 'CLOSED' ORDER BY t.updated_at DESC, t.id DESC LIMIT ?2",
        *SELECT
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(&mut statement, (who, limit))
}

/// The task of a Telegram account that was closed last.
pub fn last_closed_of_telegram(
    connection: &Connection,
    who: TelegramId,
) -> Result<Option<TaskRow>> {
    let sql = format!(
        "{} WHERE {PROVEN} AND t.status = 'CLOSED' ORDER BY t.closed_at DESC, t.id DESC LIMIT 1",
        *SELECT
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(read_all(&mut statement, [who])?.pop())
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

// Whoever makes, changes or removes a task comes through one of these, so none of them is forgotten
// when other programs are told.

/// Writes a new task; its number is given here.
pub fn insert(tx: &Transaction, task: &Task) -> Result<TaskId> {
    tx.prepare_cached(
        "INSERT INTO tasks (customer_id, employee_id, category, status, stage_id, stage_since,
             description, due_on, version, created_at, updated_at, closed_at, ready_at, remind)
         VALUES (:customer, :employee, :category, :status, :stage, :since, :description, :due,
             :version, :created, :updated, :closed, :ready, :remind)",
    )?
    .execute(named_params! {
        ":customer": task.customer, ":employee": task.employee, ":category": task.category,
        ":status": task.status, ":stage": task.stage, ":since": Millis(task.stage_since),
        ":description": task.description.as_str(),
        ":due": task.due, ":version": task.version, ":created": Millis(task.created),
        ":updated": Millis(task.updated), ":closed": task.closed.map(Millis),
        ":ready": task.ready.map(Millis), ":remind": task.remind,
    })?;
    let id = TaskId::from_row(tx.last_insert_rowid());
    let subject = (id, task.status, task.version);
    webhooks::tell_task(tx, HookEvent::TaskCreated, subject, task.created)?;
    Ok(id)
}

/// Writes a changed task as its next version. What is as `before` is not written: its indexes, and
/// the triggers on it, have nothing to do then. With another status reminders begin anew.
pub fn update(tx: &Transaction, before: &Task, task: &mut Task, now: Timestamp) -> Result<()> {
    task.version = before.version + 1;
    task.updated = now;
    webhooks::tell_change(tx, before, task, now)?;
    let mut columns = vec!["updated_at = :now", "version = :version"];
    let (now, since) = (Millis(now), Millis(task.stage_since));
    let (closed, ready) = (task.closed.map(Millis), task.ready.map(Millis));
    let description = task.description.as_str();
    let mut values =
        named_params! { ":id": task.id, ":now": now, ":version": task.version }.to_vec();
    if task.employee != before.employee {
        columns.push("employee_id = :employee");
        values.push((":employee", &task.employee));
    }
    if task.category != before.category {
        columns.push("category = :category");
        values.push((":category", &task.category));
    }
    if task.status != before.status {
        columns.push("status = :status, closed_at = :closed, ready_at = :ready, reminded = NULL");
        values.extend(named_params! { ":status": task.status, ":closed": closed, ":ready": ready });
    }
    if task.remind != before.remind {
        columns.push("remind = :remind");
        values.push((":remind", &task.remind));
    }
    if task.stage != before.stage {
        columns.push("stage_id = :stage, stage_since = :since");
        values.extend(named_params! { ":stage": task.stage, ":since": since });
    }
    if task.description != before.description {
        columns.push("description = :description");
        values.push((":description", &description));
    }
    if task.due != before.due {
        columns.push("due_on = :due");
        values.push((":due", &task.due));
    }
    let sql = format!("UPDATE tasks SET {} WHERE id = :id", columns.join(", "));
    tx.prepare_cached(&sql)?.execute(&*values)?;
    Ok(())
}

/// Empties the descriptions of a customer's tasks.
pub fn forget_texts_of(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE tasks SET description = '' WHERE customer_id = ?1";
    tx.execute(sql, [customer])?;
    Ok(())
}

/// Tells those who watch a task that something happened beside it. Its version stays: nobody who is
/// changing it was overtaken.
pub fn touch(tx: &Transaction, id: TaskId, now: Timestamp) -> Result<()> {
    tx.prepare_cached("UPDATE tasks SET updated_at = ?2 WHERE id = ?1")?
        .execute((id, Millis(now)))?;
    Ok(())
}

/// Marks the tasks of a customer as changed, before they lose the customer.
pub fn touch_of_customer(tx: &Transaction, customer: CustomerId, now: Timestamp) -> Result<()> {
    let mut touch = tx.prepare_cached(
        "UPDATE tasks SET updated_at = ?2, version = version + 1 WHERE customer_id = ?1
         RETURNING id, status, version",
    )?;
    let touched = touch.query_map((customer, Millis(now)), |row| {
        Ok((row.get("id")?, row.get("status")?, row.get("version")?))
    })?;
    let touched: Vec<_> = touched.collect::<Result<_, _>>()?;
    let tell = |subject| webhooks::tell_task(tx, HookEvent::TaskUpdated, subject, now);
    touched.into_iter().try_for_each(tell)
}

/// Removes a task, whose last state is `task`.
pub fn delete(tx: &Transaction, task: &Task, now: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM tasks WHERE id = ?1", [task.id])?;
    let subject = (task.id, task.status, task.version);
    webhooks::tell_task(tx, HookEvent::TaskDeleted, subject, now)
}
