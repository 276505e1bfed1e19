//! Filling an empty database with very many tasks (`zayavka demo`).

use std::path::Path;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{TransactionBehavior, params_from_iter};

use super::{Connection, Transaction, configure};
use crate::domain::{CustomerId, EmployeeId, EventKind, Result, Status, Task, TaskId};

/// Memory for pages, in KiB: the indexes, which are written in many places at once, have room.
const CACHE: i64 = 128 * 1024;
/// Rows of one statement, which opens the table and its indexes once for all of them.
const ROWS: usize = 100;

/// What the triggers on new tasks and customers would have written row by row. The index may
/// collect 64 MB before it sorts them into the file, where one megabyte is usual; that setting goes
/// again.
const DERIVED: &str = "
    INSERT INTO task_search (task_search, rank) VALUES ('hashsize', 67108864);
    INSERT INTO task_search (rowid, description, name)
    SELECT t.id, t.description, coalesce(c.name, '')
    FROM tasks AS t LEFT JOIN customers AS c ON c.id = t.customer_id
    ORDER BY t.id;
    INSERT INTO task_search (task_search) VALUES ('optimize');
    DELETE FROM task_search_config WHERE k = 'hashsize';
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones ORDER BY 1, 2;
    INSERT INTO task_counts (status, category, employee_id, tasks)
    SELECT status, category, coalesce(employee_id, 0), count(*) FROM tasks GROUP BY 1, 2, 3;
";

/// Runs `work`, which may insert and nothing else, on a database that has no tasks yet. It is one
/// transaction: whatever happens, the database is as empty as before or has everything.
///
/// The triggers, the indexes and the check of references, which look at each row for itself, rest
/// meanwhile. What the first two would have made is made at the end, at once; a test holds the
/// result against what they make.
///
/// # Errors
/// Those of `work`, and [`Error::Internal`](crate::domain::Error::Internal) when the database
/// fails; nothing is changed then.
pub fn fill(path: &Path, work: impl FnOnce(&Transaction) -> Result<()>) -> Result<()> {
    let mut connection = Connection::open(path)?;
    configure(&connection)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    // The indexes are sorted by as many threads as help.
    connection.pragma_update(None, "threads", 2)?;
    // Nothing is deleted here that would have to be overwritten.
    connection.pragma_update(None, "secure_delete", false)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let indexes = take_indexes(&transaction)?;
    work(&transaction)?;
    transaction.execute_batch(&indexes)?;
    transaction.execute_batch(DERIVED)?;
    transaction.commit()?;
    // The log is as long as the database now, and nobody needs it any more.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Removes the indexes of what is filled, and says how to make them again.
fn take_indexes(tx: &Transaction) -> Result<String> {
    let sql = "SELECT name, sql FROM sqlite_schema
        WHERE type = 'index' AND tbl_name IN ('tasks', 'task_events') AND sql IS NOT NULL";
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let indexes: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    for (name, _) in &indexes {
        tx.execute(&format!("DROP INDEX {name}"), [])?;
    }
    let again = indexes.into_iter().map(|(_, sql)| sql);
    Ok(again.collect::<Vec<_>>().join(";"))
}

/// A status that an employee gave a task; the first one comes from none.
pub struct Step {
    pub task: TaskId,
    pub by: EmployeeId,
    pub from: Option<Status>,
    pub to: Status,
    pub at: Timestamp,
}

/// Writes new tasks under the numbers that they have.
pub fn insert_tasks(tx: &Transaction, tasks: &[Task]) -> Result<()> {
    let into = "INSERT OR ROLLBACK INTO tasks (id, customer_id, employee_id, category, status, description,
                    version, created_at, updated_at, closed_at)";
    insert(tx, into, tasks, |task| {
        [
            task.id.get().into(),
            optional(task.customer.map(CustomerId::get)),
            optional(task.employee.map(EmployeeId::get)),
            task.category.word().into(),
            task.status.word().into(),
            task.description.as_str().into(),
            task.version.into(),
            task.created.as_millisecond().into(),
            task.updated.as_millisecond().into(),
            optional(task.closed.map(Timestamp::as_millisecond)),
        ]
    })
}

/// Appends to the history.
pub fn append_steps(tx: &Transaction, steps: &[Step]) -> Result<()> {
    let into = "INSERT OR ROLLBACK INTO task_events (task_id, kind, author, employee_id, from_value, to_value, at)";
    insert(tx, into, steps, |step| {
        let kind = match step.from {
            None => EventKind::Created,
            Some(_) => EventKind::Status,
        };
        [
            step.task.get().into(),
            kind.word().into(),
            "STAFF".into(),
            step.by.get().into(),
            step.from
                .map_or(ToSqlOutput::Owned(Value::Null), |from| from.word().into()),
            step.to.word().into(),
            step.at.as_millisecond().into(),
        ]
    })
}

fn insert<'a, R, const N: usize>(
    tx: &Transaction,
    into: &str,
    rows: &'a [R],
    values: impl Fn(&'a R) -> [ToSqlOutput<'a>; N],
) -> Result<()> {
    let row = format!("({})", ["?"; N].join(", "));
    for some in rows.chunks(ROWS) {
        let sql = format!("{into} VALUES {}", vec![&*row; some.len()].join(", "));
        let mut statement = tx.prepare_cached(&sql)?;
        statement.execute(params_from_iter(some.iter().flat_map(&values)))?;
    }
    Ok(())
}

fn optional(value: Option<i64>) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(value.map_or(Value::Null, Value::Integer))
}
