//! Filling an empty database with very many tasks (`zayavka demo`).

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{ErrorCode, TransactionBehavior, params_from_iter};

use super::{Connection, Transaction, engine::connection::configure, engine::lock, engine::search};
use crate::domain::{
    CustomerId, Day, Details, EmployeeId, Error, EventKind, Result, Sum, Task, TaskId,
};

/// Memory for pages, in KiB: the indexes, which are written in many places at once, have room.
const CACHE: i64 = 128 * 1024;
/// Rows of one statement, which opens the table once for all of them.
const ROWS: usize = 100;

/// Chunks of texts that may wait for the search index: of a million tasks, that nobody waits for it.
const AHEAD: usize = 1_000;

/// What the triggers on new tasks, details and customers would have written row by row.
const DERIVED: &str = "
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones ORDER BY 1, 2;
    INSERT INTO task_counts (status, category, employee_id, tasks)
    SELECT status, category, coalesce(employee_id, 0), count(*) FROM tasks GROUP BY 1, 2, 3;
";

/// An empty database that is being filled.
pub struct Bulk<'a> {
    pub tx: Transaction<'a>,
    words: SyncSender<Vec<Words>>,
}

/// Runs `work`, which may insert and nothing else, on a database that has no tasks yet. It is one
/// transaction: whatever happens, the database is as empty as before or has everything.
///
/// The triggers, the indexes and the checks of values and references, which look at each row for
/// itself, rest meanwhile. What the first two would have made is made at the end, at once; a test
/// holds the result against what they make.
///
/// # Errors
/// Those of `work`, and [`Error::Internal`] when the database fails; nothing is changed then.
pub fn fill(path: &Path, work: impl FnOnce(&mut Bulk<'_>) -> Result<()>) -> Result<()> {
    let _in_use = lock::share(path).map_err(Error::internal)?;
    let mut connection = Connection::open(path)?;
    configure(&connection)?;
    let log = match leaves_log(&connection)? {
        // It begins anew.
        true => "PRAGMA main.journal_mode = WAL",
        // It is as long as the database at the end, and nobody needs it any more.
        false => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    connection.pragma_update(None, "cache_size", -CACHE)?;
    // The indexes are sorted by as many threads as help.
    connection.pragma_update(None, "threads", 2)?;
    // Nothing is deleted here that would have to be overwritten.
    connection.pragma_update(None, "secure_delete", false)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "ignore_check_constraints", true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    let (words, index) = SearchIndex::begin(&connection)?;
    // The first statement locks the file, and nothing the index that is being made.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let indexes = take_indexes(&tx)?;
    let mut bulk = Bulk { tx, words };
    work(&mut bulk)?;
    bulk.finish(&indexes, index)?;
    connection.query_row(log, [], |_| Ok(()))?;
    Ok(())
}

/// Whether the write-ahead log could be left: what is new is written once then, to its place. An
/// interrupted transaction is taken back as well, since the few pages of the empty database are
/// kept aside meanwhile. Where a server runs on the database, it stays with the log.
fn leaves_log(connection: &Connection) -> Result<bool> {
    match connection.pragma_update(None, "journal_mode", "DELETE") {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(false),
        other => Ok(other.map(|()| true)?),
    }
}

/// What the search looks through in a task.
struct Words {
    task: TaskId,
    description: String,
    name: String,
    device: String,
}

/// The search index, which another thread makes in memory while the tables are filled.
struct SearchIndex(JoinHandle<rusqlite::Result<Connection>>);

impl SearchIndex {
    /// A database in memory that connections of this process share by its name.
    const PLACE: &str = "file:/task_search?vfs=memdb";
    /// The tables that the index consists of, but for its settings.
    const TABLES: [&str; 4] = ["data", "idx", "content", "docsize"];
    /// It may collect 64 MB before it sorts them, where one megabyte is usual.
    const COLLECT: &str =
        "INSERT INTO task_search (task_search, rank) VALUES ('hashsize', 67108864)";

    fn begin(main: &Connection) -> Result<(SyncSender<Vec<Words>>, Self)> {
        let sql = "SELECT sql FROM sqlite_schema WHERE name = 'task_search'";
        let table: String = main.query_row(sql, [], |row| row.get(0))?;
        let memory = Connection::open(Self::PLACE)?;
        memory.execute_batch(&table)?;
        memory.execute(Self::COLLECT, [])?;
        main.execute("ATTACH ?1 AS memory", [Self::PLACE])?;
        let (sender, receiver) = sync_channel(AHEAD);
        let thread = thread::Builder::new().name("search index".to_owned());
        let thread = thread.spawn(move || Self::make(memory, &receiver));
        Ok((sender, Self(thread.map_err(Error::internal)?)))
    }

    /// Until nothing more can come.
    fn make(mut memory: Connection, words: &Receiver<Vec<Words>>) -> rusqlite::Result<Connection> {
        let tx = memory.transaction()?;
        let mut statement = tx.prepare(search::INSERT)?;
        let optimize = "INSERT INTO task_search (task_search) VALUES ('optimize')";
        let mut optimize = tx.prepare(optimize)?;
        // What is written later is merged from the lowest level up, and the whole index with it as
        // soon as it is its turn, at once. The last task comes behind the others, which puts all of
        // them two levels higher.
        let mut words = words.iter().flatten().peekable();
        while let Some(of) = words.next() {
            if words.peek().is_none() {
                optimize.execute([])?;
            }
            let entry = search::Entry::new([&of.description, &of.name, &of.device]);
            entry.write(&mut statement, of.task)?;
        }
        optimize.execute([])?;
        drop((statement, optimize));
        tx.commit()?;
        Ok(memory)
    }

    fn copy(self, tx: &Transaction) -> Result<()> {
        let made = self.0.join();
        let _memory = made.map_err(|_| Error::internal("the search index was not made"))??;
        for table in Self::TABLES {
            tx.execute_batch(&format!(
                "DELETE FROM main.task_search_{table};
                 INSERT INTO main.task_search_{table} SELECT * FROM memory.task_search_{table};"
            ))?;
        }
        Ok(())
    }
}

/// Removes the indexes of what is filled, and says how to make them again.
fn take_indexes(tx: &Transaction) -> Result<String> {
    let sql = "SELECT name, sql FROM sqlite_schema
        WHERE type = 'index' AND tbl_name IN ('tasks', 'task_details', 'task_events')
            AND sql IS NOT NULL";
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let indexes: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    for (name, _) in &indexes {
        tx.execute(&format!("DROP INDEX {name}"), [])?;
    }
    let again = indexes.into_iter().map(|(_, sql)| sql);
    Ok(again.collect::<Vec<_>>().join(";"))
}

/// Something that an employee did to a task: a row of its history.
pub struct Step<'a> {
    pub task: TaskId,
    pub by: EmployeeId,
    pub kind: EventKind,
    pub from: Option<&'a str>,
    pub to: &'a str,
    pub at: Timestamp,
}

impl Bulk<'_> {
    /// Makes what is derived from the rows, which are all there now.
    fn finish(self, indexes: &str, index: SearchIndex) -> Result<()> {
        let Self { tx, words } = self;
        drop(words);
        tx.execute_batch(indexes)?;
        tx.execute_batch(DERIVED)?;
        index.copy(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Writes new tasks under the numbers that they have, and what stands beside them. All their
    /// customers are there.
    pub fn insert_tasks(&self, tasks: &[Task], details: &[(TaskId, Details)]) -> Result<()> {
        let into = "INSERT OR ROLLBACK INTO tasks (id, customer_id, employee_id, category, status, description,
                    due_on, version, created_at, updated_at, closed_at, stage_id, stage_since, ready_at, listed_at,
                    touched_at)";
        insert(&self.tx, into, tasks, |task| {
            [
                task.id.get().into(),
                optional(task.customer.map(CustomerId::get)),
                optional(task.employee.map(EmployeeId::get)),
                task.category.word().into(),
                task.status.word().into(),
                task.description.as_str().into(),
                day(task.due),
                task.version.into(),
                task.created.as_millisecond().into(),
                task.updated.as_millisecond().into(),
                optional(task.closed.map(Timestamp::as_millisecond)),
                task.stage.get().into(),
                task.stage_since.as_millisecond().into(),
                optional(task.ready.map(Timestamp::as_millisecond)),
                task.created.as_millisecond().into(),
                task.updated.as_millisecond().into(),
            ]
        })?;
        self.insert_details(details)?;
        self.index(tasks)
    }

    fn insert_details(&self, details: &[(TaskId, Details)]) -> Result<()> {
        let into = "INSERT OR ROLLBACK INTO task_details (task_id, kind, brand, brand_key, model, serial, serial_key,
                    accessories, appearance, place, estimate, price, prepayment, warranty_until, warranty_of)";
        insert(&self.tx, into, details, |(task, details)| {
            let device = &details.device;
            [
                task.get().into(),
                device.kind.as_str().into(),
                device.brand.as_str().into(),
                device.brand_key().into(),
                device.model.as_str().into(),
                device.serial.as_str().into(),
                device.serial_key().into(),
                device.accessories.as_str().into(),
                device.appearance.as_str().into(),
                device.place.as_str().into(),
                optional(details.estimate.map(Sum::minor)),
                optional(details.price.map(Sum::minor)),
                optional(details.prepayment.map(Sum::minor)),
                day(details.warranty_until),
                optional(details.warranty_of.map(TaskId::get)),
            ]
        })
    }

    /// Hands what was written to the thread that makes the index.
    fn index(&self, tasks: &[Task]) -> Result<()> {
        let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else {
            return Ok(());
        };
        let sql = "SELECT id, description, name, device FROM texts_of_tasks
                   WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
        let mut statement = self.tx.prepare_cached(sql)?;
        let words = statement.query_map([first.id, last.id], |row| {
            Ok(Words {
                task: row.get(0)?,
                description: row.get(1)?,
                name: row.get(2)?,
                device: row.get(3)?,
            })
        })?;
        // Where nobody takes them, the thread has failed; it says why when it is asked for the index.
        let _ = self.words.send(words.collect::<Result<_, _>>()?);
        Ok(())
    }

    /// Appends to the history.
    pub fn append_steps(&self, steps: &[Step<'_>]) -> Result<()> {
        let into = "INSERT OR ROLLBACK INTO task_events (task_id, kind, author, employee_id, from_value, to_value, at)";
        insert(&self.tx, into, steps, |step| {
            [
                step.task.get().into(),
                step.kind.word().into(),
                "STAFF".into(),
                step.by.get().into(),
                step.from
                    .map_or(ToSqlOutput::Owned(Value::Null), Into::into),
                step.to.into(),
                step.at.as_millisecond().into(),
            ]
        })
    }
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

fn day(value: Option<Day>) -> ToSqlOutput<'static> {
    let text = value.map(|day| day.to_string());
    ToSqlOutput::Owned(text.map_or(Value::Null, Value::Text))
}
