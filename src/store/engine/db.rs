//! The database file: its readers and its writer, and the announcement of committed changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use refinery::Migration;
use rusqlite::{Connection, Transaction};
use tokio::sync::{broadcast, watch};

use super::answer::Answer;
use super::connection::{Pool, Snapshot, data_version, pool, schema_version};
use super::identity::{Loss, OpenFiles};
use super::readers::Readers;
use super::staff::{Staff, StaffCache};
use super::touched::Pending;
use super::writer::{Shared, Writer};
use super::writes::{Trouble, Writes};
use super::{lock, places, search, sums};
use crate::domain::{CustomerId, Error, Result, TaskId};
use crate::metrics::Metrics;
use crate::store::incidents;
use crate::store::upkeep::backup;
use crate::store::upkeep::migrate::{self, OpenError, embedded_migrations};

const READERS: u32 = 4;
/// Size to which the write-ahead log is truncated on disk when it was emptied, in bytes.
const LOG_KEPT: i64 = 16 * 1024 * 1024;
/// Cache size, in KiB.
const WRITER_CACHE: i64 = 8 * 1024;
/// How long the readiness check waits for its trial write.
const TRY: Duration = Duration::from_secs(1);
/// The number of changes by which a subscriber may lag before it is told to reload.
const CHANGES: usize = 1024;

/// The interval after which a server has noticed the writes of another program.
pub const NOTICED: Duration = Duration::from_millis(500);

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

/// A committed change of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomerChanged {
    pub customer: CustomerId,
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
        backup::forget_unfinished(&path).map_err(|error| OpenError::file(&path, error))?;
        let created = migrate::prepare(&path, migrations, now)?;
        let before = OpenFiles::main(&path).map_err(|error| OpenError::file(&path, error))?;
        let pending = Pending::default();
        let hook = pending.clone();
        let writes = pool(&path, 1, move |connection| {
            // Savepoints and statements keep copies of the pages that they change: in memory, not in a file. With the
            // default cache of 2 MB most pages of a write had to be read again.
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
        // All connections have opened the same file if its name led to one file before the first and after the last.
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
            customers: broadcast::Sender::new(CHANGES),
            links: broadcast::Sender::new(CHANGES),
            outbox: watch::Sender::new(()),
            deliveries: watch::Sender::new(()),
            metrics,
            staff: StaffCache::default(),
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

    /// Returns the absolute path of the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns whether this start created the file.
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

    /// Runs a single statement, which is a snapshot of its own.
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

    /// Returns the employees and the ended sessions from the cache, which is read again after each change. A change by
    /// another program counts once [`Db::notice_others`] has noticed it.
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

    /// Checks whether another program has written. If so, or if that is unknown, the caches are read again and the
    /// search index, the stored sums and the order of changes are brought up to date.
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
                sums::catch_up(c)?;
                places::catch_up(c)?;
                // Set last, so that a failed step is repeated the next time.
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

    /// Returns why the last write was not stored; `None` while writes work. While they fail, a call makes a trial write
    /// every few seconds of `monotonic` time, and waits for it briefly.
    pub async fn trouble(&self, monotonic: Duration) -> Option<Trouble> {
        let writes = &self.0.writer.shared.writes;
        if writes.is_to_be_tried(monotonic) {
            // The writer records the outcome; a slower trial is reported by the next call.
            let _ = tokio::time::timeout(TRY, self.write(incidents::try_out)).await;
        }
        writes.trouble()
    }

    /// Checks, without reading anything, whether the database was lost: its file deleted or replaced.
    ///
    /// # Errors
    /// [`DatabaseLost`](crate::domain::Error::DatabaseLost) once a write or [`Db::notice_others`] has noticed it.
    pub fn is_there(&self) -> Result<()> {
        self.0.writer.shared.is_there()
    }

    /// Returns how the database was lost, if it was.
    pub fn loss(&self) -> Option<Loss> {
        self.0.writer.shared.files.loss().cloned()
    }

    /// Copies a lost database from the files that are still open to a new file beside its former place, and moves the
    /// write-ahead log into the file that it belongs to, so that no other program applies it to another file. Returns the
    /// copy, and whether the log is empty.
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

    /// Returns the server's own counters.
    pub fn metrics(&self) -> &Metrics {
        &self.0.writer.shared.metrics
    }

    /// Returns the number of subscribers to the changes of tasks.
    pub fn listeners(&self) -> usize {
        self.0.writer.shared.changes.receiver_count()
    }

    /// Subscribes to the changes of tasks.
    pub fn changes(&self) -> broadcast::Receiver<TaskChanged> {
        self.0.writer.shared.changes.subscribe()
    }

    /// Subscribes to the changes of customers.
    pub fn customer_changes(&self) -> broadcast::Receiver<CustomerChanged> {
        self.0.writer.shared.customers.subscribe()
    }

    /// Subscribes to changes of the outbox.
    pub fn outbox_changes(&self) -> watch::Receiver<()> {
        self.0.writer.shared.outbox.subscribe()
    }

    /// Subscribes to changes of outgoing webhooks and their deliveries.
    pub fn delivery_changes(&self) -> watch::Receiver<()> {
        self.0.writer.shared.deliveries.subscribe()
    }

    /// Empties the write-ahead log of deleted data. In the file itself SQLite overwrites it with zeros (`secure_delete`).
    /// A program that copies the log at that moment keeps a copy.
    ///
    /// # Errors
    /// [`Internal`](crate::domain::Error::Internal) when the database fails.
    pub async fn scrub(&self) -> Result<()> {
        if self.move_log("TRUNCATE").await? {
            tracing::warn!(
                "failed to empty the write-ahead log, which another program reads; it still holds deleted data"
            );
        }
        Ok(())
    }

    /// Moves everything from the write-ahead log into the file, for a clean stop.
    ///
    /// It waits for nobody. A program that copies the log (Litestream) keeps it and checkpoints the rest itself; without
    /// one, the last connection that closes removes the log.
    ///
    /// # Errors
    /// [`Internal`](crate::domain::Error::Internal) when the database fails.
    pub async fn checkpoint(&self) -> Result<()> {
        self.move_log("PASSIVE").await?;
        Ok(())
    }

    /// Runs one kind of checkpoint (<https://sqlite.org/pragma.html#pragma_wal_checkpoint>), and returns whether another
    /// connection blocked it.
    async fn move_log(&self, way: &'static str) -> Result<bool> {
        let sql = format!("PRAGMA wal_checkpoint({way})");
        let work = move |c: &mut Connection| Ok(c.query_row(&sql, [], |row| row.get(0))?);
        self.0.writer.alone(work).await
    }
}

/// Starts to watch for other programs' writes, and brings what is derived up to date with those before.
fn first_look(writes: &Pool) -> Result<(i64, i64)> {
    let mut connection = writes.get().map_err(Error::internal)?;
    let version = data_version(&connection)?;
    search::catch_up(&mut connection)?;
    sums::catch_up(&mut connection)?;
    places::catch_up(&mut connection)?;
    Ok((version, schema_version(&connection)?))
}
