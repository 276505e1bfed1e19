//! All the SQL. Reads take a `&Connection`, writes a `&Transaction`; [`Db`] hands those out.
//!
//! There is one writer and some readers. A write is a closure: it is committed when it
//! returns `Ok` and rolled back otherwise, and what it changed is announced after the commit.
//! Writes that wait at the same time share a commit.

mod answer;
mod check;
mod columns;
mod files;
mod identity;
mod leftovers;
mod lock;
mod migrate;
mod readers;
mod schema;
mod search;
mod source;
mod staff;
mod thread;
mod types;
mod values;
mod writer;
mod writes;

pub mod ahead;
pub mod approvals;
pub mod archive;
pub mod attachments;
pub mod backup;
pub mod bulk;
pub mod comments;
pub mod customers;
pub mod details;
pub mod digest;
pub mod employees;
pub mod form_posts;
pub mod health;
pub mod history;
pub mod imports;
pub mod incidents;
pub mod invites;
pub mod messages;
pub mod months;
pub mod outbox;
pub mod reminders;
pub mod restore;
pub mod rotation;
pub mod secrets;
pub mod sessions;
pub mod staff_bot;
pub mod stages;
pub mod status_links;
pub mod tasks;
pub mod updates;
pub mod webhooks;
pub mod workload;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use answer::Answer;
use identity::OpenFiles;
use jiff::Timestamp;
use r2d2_sqlite::SqliteConnectionManager;
use readers::Readers;
use rusqlite::OpenFlags;
use staff::Kept;
use tokio::sync::{broadcast, watch};
use writer::{Pending, Shared, Writer};
use writes::Writes;

pub use check::Flaw;
pub use files::beside;
pub use identity::{How, Loss};
pub use lock::{Lock, serve};
pub use migrate::{OpenError, embedded_migrations};
pub use refinery::Migration;
pub use rusqlite::{Connection, Transaction};
pub use schema::Differences;
pub use staff::Staff;
pub use values::Unreadable;
pub use writes::Trouble;

use crate::domain::{Error, Result, TaskId};
use crate::metrics::Metrics;

const READERS: u32 = 4;
/// Bytes that the write-ahead log keeps of the disk once it was emptied, however long it was before.
const LOG_KEPT: i64 = 16 * 1024 * 1024;
/// In KiB.
const WRITER_CACHE: i64 = 8 * 1024;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a question waits for a write of its own.
const TRY: Duration = Duration::from_secs(1);
/// How many changes a subscriber may lag behind before it is told to look again.
const CHANGES: usize = 1024;

/// After this long a server has noticed what another program wrote.
pub const NOTICED: Duration = Duration::from_millis(500);

type Pool = r2d2::Pool<SqliteConnectionManager>;

/// The database file.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    path: PathBuf,
    created: bool,
    readers: Readers,
    writer: Writer,
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
        restore::forget_unfinished(&path).map_err(|error| OpenError::file(&path, error))?;
        let created = migrate::prepare(&path, migrations, now)?;
        let before = OpenFiles::main(&path).map_err(|error| OpenError::file(&path, error))?;
        let pending = Pending::default();
        let hook = pending.clone();
        let writes = pool(&path, 1, move |connection| {
            // Every write of a group has a savepoint, which keeps the pages that it changes aside: in
            // memory, and not in a file of their own. With the usual 2 MB of pages at hand, most of
            // those that a write needs had to be read again.
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
            connection.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
            let touched = hook.clone();
            connection.update_hook(Some(move |action, _: &str, table: &str, row| {
                touched.note(action, table, row);
            }))
        })?;
        let (version, schema) =
            first_look(&writes).map_err(|error| OpenError::file(&path, error))?;
        let reads = pool(&path, READERS, |connection| {
            connection.pragma_update(None, "query_only", true)
        })?;
        // All connections have opened one file if the name led to the same one before the first and after the last.
        let files =
            OpenFiles::find(&path, schema).map_err(|error| OpenError::file(&path, error))?;
        if !files.is_main(before) {
            return Err(OpenError::file(
                &path,
                "it was exchanged while it was opened",
            ));
        }
        let metrics = Metrics::default();
        let shared = Shared {
            changes: broadcast::Sender::new(CHANGES),
            links: broadcast::Sender::new(CHANGES),
            outbox: watch::Sender::new(()),
            deliveries: watch::Sender::new(()),
            metrics,
            staff: Kept::default(),
            writes: Writes::new(&path),
            version: version.into(),
            files,
            _in_use: in_use,
        };
        let threads = Readers::start(&reads, &shared.metrics)
            .and_then(|readers| Ok((readers, Writer::start(&writes, pending, shared)?)));
        let (readers, writer) = threads.map_err(|error| OpenError::file(&path, error))?;
        Ok(Self(Arc::new(Inner {
            path,
            created,
            readers,
            writer,
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
    /// Those of `work`, and [`Internal`](crate::domain::Error::Internal) when the database fails.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.look_up(|connection| {
            let _snapshot = Snapshot::of(connection)?;
            work(connection)
        })
        .await
    }

    /// [`Db::read`] for one statement, which is a snapshot of its own.
    ///
    /// # Errors
    /// As for [`Db::read`].
    pub async fn look_up<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.is_there()?;
        let place = self.0.readers.place().await?;
        let (here, answer) = Answer::place();
        let work = move |connection: &Connection| {
            here.leave(work(connection)?);
            Ok(())
        };
        self.0.readers.read(place, Box::new(work)).await?;
        answer.take()
    }

    /// Returns the accounts and the sessions that were ended, read again after each change. A change
    /// by another program counts once a server has noticed it.
    ///
    /// # Errors
    /// [`Internal`](crate::domain::Error::Internal) when the database fails.
    pub async fn staff(&self) -> Result<Arc<Staff>> {
        self.is_there()?;
        let kept = &self.0.writer.shared.staff;
        match kept.get() {
            Ok(staff) => Ok(staff),
            Err(turn) => Ok(kept.keep(turn, self.read(Staff::read).await?)),
        }
    }

    /// Returns a receiver that becomes ready whenever an account or a session may have changed.
    pub fn staff_changes(&self) -> watch::Receiver<()> {
        self.0.writer.shared.staff.changes()
    }

    /// Returns a receiver of every task whose status link is replaced or withdrawn from now on.
    pub fn link_changes(&self) -> broadcast::Receiver<TaskId> {
        self.0.writer.shared.links.subscribe()
    }

    /// Looks whether another program has written. What is in memory is read again then, or when
    /// nobody can say, and the search reads what changed.
    ///
    /// # Errors
    /// [`Internal`](crate::domain::Error::Internal) when the database fails.
    pub async fn notice_others(&self) -> Result<()> {
        let shared = self.0.writer.shared.clone();
        let look = move |c: &mut Connection| {
            shared.look(c)?;
            let version = data_version(c)?;
            if shared.version.load(Ordering::Relaxed) != version {
                shared.staff.forget();
                search::catch_up(c)?;
                // Only now, so that what failed is done the next time.
                shared.version.store(version, Ordering::Relaxed);
            }
            Ok(())
        };
        let looked = self.0.writer.alone(look).await;
        if looked.is_err() {
            self.0.writer.shared.staff.forget();
        }
        looked
    }

    /// Runs `work` in a write transaction, and commits it when it returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`, and [`Internal`](crate::domain::Error::Internal) when the database fails; nothing is changed then.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction) -> Result<T> + Send + 'static,
    {
        let (here, answer) = Answer::place();
        let work = move |tx: &Transaction| {
            here.leave(work(tx)?);
            Ok(())
        };
        self.0.writer.write(Box::new(work)).await?;
        answer.take()
    }

    /// Why the last write was not stored; `None` while writes work. While they don't, a call makes one every few seconds
    /// of `monotonic` time, and waits for it a little.
    pub async fn trouble(&self, monotonic: Duration) -> Option<Trouble> {
        let writes = &self.0.writer.shared.writes;
        if writes.is_to_be_tried(monotonic) {
            // The writer notes how it ends; one that takes longer is the next question's.
            let _ = tokio::time::timeout(TRY, self.write(incidents::try_out)).await;
        }
        writes.trouble()
    }

    /// Looks, without reading anything, whether the database was lost: its file deleted or exchanged.
    ///
    /// # Errors
    /// [`DatabaseLost`](crate::domain::Error::DatabaseLost) from the moment on in which a write or [`Db::notice_others`]
    /// has noticed it.
    pub fn is_there(&self) -> Result<()> {
        self.0.writer.shared.is_there()
    }

    /// How the database was lost, if it was.
    pub fn loss(&self) -> Option<Loss> {
        self.0.writer.shared.files.loss().cloned()
    }

    /// Copies a lost database from the files that are still open to a new one beside where it was, and moves the
    /// write-ahead log into the file that it belongs to, so that the next program doesn't play it into another one.
    /// Returns the copy, and whether the log is empty.
    ///
    /// # Errors
    /// When the copy can't be made.
    pub async fn rescue(
        &self,
        now: Timestamp,
    ) -> std::result::Result<(PathBuf, bool), backup::BackupError> {
        let path = self.0.path.clone();
        let work = move |c: &mut Connection| Ok(backup::rescue(c, &path, now));
        let rescued = self.0.writer.alone(work).await;
        let path = rescued.map_err(|error| backup::BackupError::write(&self.0.path, error))??;
        let kept = self.move_log("TRUNCATE").await.unwrap_or(true);
        Ok((path, !kept))
    }

    /// What this server counts of itself.
    pub fn metrics(&self) -> &Metrics {
        &self.0.writer.shared.metrics
    }

    /// How many listen to the changes of tasks.
    pub fn listeners(&self) -> usize {
        self.0.writer.shared.changes.receiver_count()
    }

    /// Every task that is changed from now on.
    pub fn changes(&self) -> broadcast::Receiver<TaskChanged> {
        self.0.writer.shared.changes.subscribe()
    }

    /// Becomes ready whenever the outbox was changed.
    pub fn outbox_changes(&self) -> watch::Receiver<()> {
        self.0.writer.shared.outbox.subscribe()
    }

    /// Becomes ready whenever a webhook has something new to be told.
    pub fn delivery_changes(&self) -> watch::Receiver<()> {
        self.0.writer.shared.deliveries.subscribe()
    }

    /// Leaves nothing of what was deleted in the write-ahead log. In the file itself SQLite writes
    /// zeros over it (`secure_delete`). Whoever copies the log at that moment keeps it.
    ///
    /// # Errors
    /// [`Internal`](crate::domain::Error::Internal) when the database fails.
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
    /// [`Internal`](crate::domain::Error::Internal) when the database fails.
    pub async fn checkpoint(&self) -> Result<()> {
        self.move_log("PASSIVE").await?;
        Ok(())
    }

    /// Moves the write-ahead log into the file, in one of SQLite's ways
    /// (<https://sqlite.org/pragma.html#pragma_wal_checkpoint>); whether somebody kept it from that.
    async fn move_log(&self, way: &'static str) -> Result<bool> {
        let sql = format!("PRAGMA wal_checkpoint({way})");
        let work = move |c: &mut Connection| Ok(c.query_row(&sql, [], |row| row.get(0))?);
        self.0.writer.alone(work).await
    }
}

/// What changes whenever another connection than this one has written.
fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA data_version", [], |row| row.get(0))
}

/// From here on it is noticed what other programs write. Has the search read what they wrote before.
fn first_look(writes: &Pool) -> Result<(i64, i64)> {
    let mut connection = writes.get().map_err(Error::internal)?;
    let version = data_version(&connection)?;
    search::catch_up(&mut connection)?;
    Ok((version, schema_version(&connection)?))
}

/// What changes whenever the schema does, and with every `VACUUM`.
fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// A read transaction, whose statements are prepared once for all of them.
struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    fn of(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("ROLLBACK");
        if let Err(error) = ended.and_then(|mut rollback| rollback.execute([])) {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "a read can't be ended");
        }
    }
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
