//! All the SQL. Reads take a `&Connection`, writes a `&Transaction`; [`Db`] hands those out.
//!
//! There is one writer and a pool of readers. A write is a closure: it is committed when it
//! returns `Ok` and rolled back otherwise, and what it changed is announced after the commit.

mod check;
mod files;
mod lock;
mod migrate;
mod types;

pub mod backup;
pub mod bulk;
pub mod customers;
pub mod employees;
pub mod health;
pub mod history;
pub mod invites;
pub mod outbox;
pub mod restore;
pub mod rotation;
pub mod secrets;
pub mod tasks;
pub mod updates;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::hooks::Action;
use rusqlite::{OpenFlags, TransactionBehavior};
use tokio::sync::{Semaphore, broadcast, watch};

pub use check::Flaw;
pub use files::beside;
pub use lock::{Lock, serve};
pub use migrate::{OpenError, embedded_migrations};
pub use refinery::Migration;
pub use rusqlite::{Connection, Transaction};

use crate::clock::Stopwatch;
use crate::domain::{Error, Result, TaskId};
use crate::metrics::Metrics;

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many changes a subscriber may lag behind before it is told to look again.
const CHANGES: usize = 1024;

type Pool = r2d2::Pool<SqliteConnectionManager>;

/// The database file.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    path: PathBuf,
    created: bool,
    _in_use: Lock,
    reads: Pool,
    writes: Pool,
    reader: Semaphore,
    writer: Semaphore,
    pending: Pending,
    changes: broadcast::Sender<TaskChanged>,
    outbox: watch::Sender<()>,
    metrics: Metrics,
}

/// A committed change of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskChanged {
    pub task: TaskId,
    pub what: Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Created,
    Updated,
    Deleted,
}

/// What the running write has changed so far; SQLite's update hook fills it.
#[derive(Clone, Default)]
struct Pending(Arc<Mutex<Touched>>);

#[derive(Default)]
struct Touched {
    tasks: Vec<TaskChanged>,
    outbox: bool,
}

impl Db {
    /// Opens the file, creates it if there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file can't be used, was written by a newer program, or can't be migrated.
    pub fn open(path: &Path, now: Timestamp) -> std::result::Result<Self, OpenError> {
        Self::open_with(path, &embedded_migrations(), now)
    }

    /// [`Db::open`] with another set of migrations than the program's own.
    ///
    /// # Errors
    /// As for [`Db::open`].
    pub fn open_with(
        path: &Path,
        migrations: &[Migration],
        now: Timestamp,
    ) -> std::result::Result<Self, OpenError> {
        let path = std::path::absolute(path).map_err(|error| OpenError::file(path, error))?;
        let in_use = lock::share(&path)?;
        let created = migrate::prepare(&path, migrations, now)?;
        let pending = Pending::default();
        let hook = pending.clone();
        let writes = pool(&path, 1, move |connection| {
            let touched = hook.clone();
            connection.update_hook(Some(move |action, _: &str, table: &str, row| {
                touched.note(action, table, row);
            }))
        })?;
        let reads = pool(&path, READERS, |connection| {
            connection.pragma_update(None, "query_only", true)
        })?;
        Ok(Self(Arc::new(Inner {
            path,
            created,
            _in_use: in_use,
            reads,
            writes,
            reader: Semaphore::new(READERS as usize),
            writer: Semaphore::new(1),
            pending,
            changes: broadcast::Sender::new(CHANGES),
            outbox: watch::Sender::new(()),
            metrics: Metrics::default(),
        })))
    }

    /// The absolute path of the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Whether this start made the file.
    pub fn is_new(&self) -> bool {
        self.0.created
    }

    /// Runs `work` on one snapshot of the database.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Internal`] when the database fails.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let inner = self.0.clone();
        tracing::trace!("read");
        let waiting = Stopwatch::start();
        let _permit = self.0.reader.acquire().await.map_err(Error::internal)?;
        blocking(move || {
            let (waited, working) = (waiting.elapsed(), Stopwatch::start());
            let mut connection = inner.reads.get().map_err(Error::internal)?;
            let done = work(&*connection.transaction()?);
            inner.metrics.worked("read", waited, working.elapsed());
            done
        })
        .await
    }

    /// Runs `work` in a write transaction, and commits it when it returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Internal`] when the database fails; nothing is changed then.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction) -> Result<T> + Send + 'static,
    {
        let inner = self.0.clone();
        let waiting = Stopwatch::start();
        let _permit = self.0.writer.acquire().await.map_err(Error::internal)?;
        blocking(move || {
            let (waited, working) = (waiting.elapsed(), Stopwatch::start());
            let done = inner.write(work);
            inner.metrics.worked("write", waited, working.elapsed());
            done
        })
        .await
    }

    /// What this server counts of itself.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// How many listen to the changes of tasks.
    pub fn listeners(&self) -> usize {
        self.0.changes.receiver_count()
    }

    /// Every task that is changed from now on.
    pub fn changes(&self) -> broadcast::Receiver<TaskChanged> {
        self.0.changes.subscribe()
    }

    /// Becomes ready whenever the outbox was changed.
    pub fn outbox_changes(&self) -> watch::Receiver<()> {
        self.0.outbox.subscribe()
    }

    /// Leaves nothing of what was deleted in the write-ahead log. In the file itself SQLite writes
    /// zeros over it (`secure_delete`). Whoever copies the log at that moment keeps it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub async fn scrub(&self) -> Result<()> {
        if self.move_log("TRUNCATE").await? {
            tracing::warn!("somebody reads the write-ahead log: it still has what was deleted");
        }
        Ok(())
    }

    /// Moves everything from the write-ahead log into the file, for a clean stop.
    ///
    /// It waits for nobody. A program that copies the log (Litestream) keeps it, and moves the
    /// rest itself; without one, the last connection that closes removes the log.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub async fn checkpoint(&self) -> Result<()> {
        self.move_log("PASSIVE").await?;
        Ok(())
    }

    /// Moves the write-ahead log into the file, in one of SQLite's ways
    /// (<https://sqlite.org/pragma.html#pragma_wal_checkpoint>); whether somebody kept it from that.
    async fn move_log(&self, way: &'static str) -> Result<bool> {
        let inner = self.0.clone();
        let _permit = self.0.writer.acquire().await.map_err(Error::internal)?;
        blocking(move || {
            let connection = inner.writes.get().map_err(Error::internal)?;
            let sql = format!("PRAGMA wal_checkpoint({way})");
            Ok(connection.query_row(&sql, [], |row| row.get(0))?)
        })
        .await
    }
}

impl Inner {
    fn write<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let mut connection = self.writes.get().map_err(Error::internal)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.pending.take();
        let value = work(&transaction)?;
        transaction.commit()?;
        let touched = self.pending.take();
        for change in touched.tasks {
            // Nobody listening is fine.
            let _ = self.changes.send(change);
        }
        if touched.outbox {
            self.outbox.send_replace(());
        }
        Ok(value)
    }
}

impl Pending {
    fn note(&self, action: Action, table: &str, row: i64) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match table {
            "outbox" => touched.outbox = true,
            "tasks" => {
                let what = match action {
                    Action::SQLITE_INSERT => Change::Created,
                    Action::SQLITE_DELETE => Change::Deleted,
                    _ => Change::Updated,
                };
                let task = TaskId::from_row(row);
                touched.tasks.push(TaskChanged { task, what });
            }
            _ => {}
        }
    }

    fn take(&self) -> Touched {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs `work` where it may block. A panic in it is an error of this call, not of the process.
async fn blocking<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(Error::internal(panic)))
}

fn pool(
    path: &Path,
    size: u32,
    init: impl Fn(&Connection) -> rusqlite::Result<()> + Send + Sync + 'static,
) -> std::result::Result<Pool, OpenError> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .with_init(move |connection| {
            configure(connection)?;
            init(connection)
        });
    r2d2::Pool::builder()
        .max_size(size)
        .test_on_check_out(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .build(manager)
        .map_err(|error| OpenError::file(path, error))
}

/// The settings that every connection of ours has.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}
