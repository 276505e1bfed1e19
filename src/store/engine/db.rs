//! The database file: who reads and writes it, and what is announced after a commit.

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
use super::staff::{Kept, Staff};
use super::writer::{Pending, Shared, Writer};
use super::writes::{Trouble, Writes};
use super::{lock, search};
use crate::domain::{Error, Result, TaskId};
use crate::metrics::Metrics;
use crate::store::incidents;
use crate::store::upkeep::migrate::{self, OpenError, embedded_migrations};
use crate::store::upkeep::{backup, restore};

const READERS: u32 = 4;
/// Bytes that the write-ahead log keeps of the disk once it was emptied, however long it was before.
const LOG_KEPT: i64 = 16 * 1024 * 1024;
/// In KiB.
const WRITER_CACHE: i64 = 8 * 1024;
/// How long a question waits for a write of its own.
const TRY: Duration = Duration::from_secs(1);
/// How many changes a subscriber may lag behind before it is told to look again.
const CHANGES: usize = 1024;

/// After this long a server has noticed what another program wrote.
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

/// From here on it is noticed what other programs write. Has the search read what they wrote before.
fn first_look(writes: &Pool) -> Result<(i64, i64)> {
    let mut connection = writes.get().map_err(Error::internal)?;
    let version = data_version(&connection)?;
    search::catch_up(&mut connection)?;
    Ok((version, schema_version(&connection)?))
}
