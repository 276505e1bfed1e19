//! The single writer: one thread with a connection of its own. Writes that arrive while another transaction is
//! being flushed wait together and share the next transaction and flush (group commit). Each write is applied whole or
//! not at all: the first one is alone in its transaction while it runs, the others have a savepoint each. None is
//! acknowledged before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tracing::Span;

use super::identity::OpenFiles;
use super::orders::{Order, Orders, Work, Write};
use super::staff::StaffCache;
use super::thread::{PLACES, Thread};
use super::touched::{Pending, Touched};
use super::writes::Writes;
use super::{connection::Pool, connection::schema_version, places, search, sums};
use crate::clock::Stopwatch;
use crate::domain::{Error, Result, TaskId};
use crate::metrics::Metrics;
use crate::store::{CustomerChanged, Lock, TaskChanged};

/// The largest number of writes in one transaction.
const MOST: usize = 100;
/// How long a transaction accepts further writes, so that its first writes don't wait for its last ones.
const LONGEST: Duration = Duration::from_millis(10);

/// A handle to the writer thread.
pub(in crate::store) struct Writer {
    /// `None` only while the handle is dropped.
    queue: Option<mpsc::Sender<Order>>,
    thread: Option<Thread>,
    pub shared: Arc<Shared>,
}

/// State that the writer thread shares with its callers.
pub(in crate::store) struct Shared {
    pub changes: broadcast::Sender<TaskChanged>,
    pub customers: broadcast::Sender<CustomerChanged>,
    /// Tasks whose status links were replaced or withdrawn.
    pub links: broadcast::Sender<TaskId>,
    pub outbox: watch::Sender<()>,
    pub deliveries: watch::Sender<()>,
    pub metrics: Metrics,
    pub staff: StaffCache,
    pub writes: Writes,
    /// SQLite's `data_version`, which changes when a connection other than the writer's has written.
    pub version: AtomicI64,
    /// The files that SQLite has open, compared with the database's names after each commit.
    pub files: OpenFiles,
    /// Held for as long as a write may be in progress.
    pub _in_use: Lock,
}

impl Writer {
    /// Starts the thread, which takes the only connection of the pool.
    pub fn start(pool: &Pool, pending: Pending, shared: Shared) -> Result<Self> {
        let connection = pool.get().map_err(Error::internal)?;
        let shared = Arc::new(shared);
        let (queue, orders) = mpsc::channel(PLACES);
        let written = shared.clone();
        let work = move || {
            let mut connection = connection;
            let mut orders = Orders { orders, next: None };
            while let Some(order) = orders.wait() {
                written.carry_out(order, &mut orders, &mut connection, &pending);
            }
        };
        Ok(Self {
            queue: Some(queue),
            thread: Some(Thread::start("writer", work)?),
            shared,
        })
    }

    /// Runs `work` in a transaction and returns once the commit is on the disk.
    pub async fn write(&self, work: Work) -> Result<()> {
        let (write, answered) = Write::new(work);
        self.order(Order::Write(write)).await?;
        answered
            .await
            .unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    /// Runs `work` between two transactions.
    pub async fn alone<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let span = Span::current();
        let work = move |connection: &mut Connection| {
            let _span = span.entered();
            let _ = answer.send(work(connection));
        };
        self.order(Order::Alone(Box::new(work))).await?;
        answered
            .await
            .unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    /// Waits for a slot in the queue. A caller that is dropped before it has one leaves nothing in the queue.
    async fn order(&self, order: Order) -> Result<()> {
        let gone = || Error::internal("the writer has stopped");
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(order).await.map_err(|_| gone())
    }
}

/// Closes the connection after everything that was queued before.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        self.thread = None;
    }
}

impl Shared {
    /// A panic in the writer itself ends one transaction and not the thread: the callers of that group see their channels
    /// close, the connection rolls back, and the next group runs.
    fn carry_out(
        &self,
        order: Order,
        orders: &mut Orders,
        connection: &mut Connection,
        pending: &Pending,
    ) {
        let work = || match order {
            Order::Alone(work) => work(connection),
            Order::Write(first) => self.write_together(first, orders, connection, pending),
        };
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            tracing::error!("a write panicked");
        }
    }

    /// Fails once the database was lost.
    pub fn is_there(&self) -> Result<()> {
        let loss = self.files.loss().cloned();
        loss.map_or(Ok(()), |loss| Err(loss.into()))
    }

    /// Checks whether the database's names still lead to the files that are open.
    pub fn look(&self, connection: &Connection) -> Result<()> {
        self.files.look(|| schema_version(connection))
    }

    /// Runs one transaction with all the writes that are queued.
    fn write_together(
        &self,
        first: Write,
        orders: &mut Orders,
        connection: &mut Connection,
        pending: &Pending,
    ) {
        let mut group = Vec::new();
        let mut touched = Touched::default();
        // The transaction's own failures are those of all its writes; the first one's span stands for them.
        let _span = first.span.clone().entered();
        orders.next = Some(Order::Write(first));
        let committed = self.is_there().and_then(|()| {
            let committed = commit(self, orders, connection, pending, &mut group, &mut touched);
            // A commit into a file that nobody can open again is not acknowledged; and a file that was overwritten may be the
            // reason why the commit failed.
            self.look(connection).and(committed)
        });
        if touched.staff {
            self.staff.forget();
        }
        self.note(&committed, &group, touched.any);
        if committed.is_ok() {
            for change in touched.tasks {
                // A send without subscribers fails, which is fine.
                let _ = self.changes.send(change);
            }
            for change in touched.customers {
                let _ = self.customers.send(change);
            }
            for task in touched.links {
                let _ = self.links.send(task);
            }
            if touched.outbox {
                self.outbox.send_replace(());
            }
            if touched.deliveries {
                self.deliveries.send_replace(());
            }
        } else if group.is_empty() {
            // No transaction can begin, so all queued writes fail at once instead of one by one.
            group.extend(std::iter::from_fn(|| orders.next_write()));
        }
        for write in group {
            write.answer(&committed, &self.metrics);
        }
    }
}

impl Shared {
    /// Records whether writes reach the disk. A write that fails alone is rolled back to its savepoint while the others of
    /// its group are stored, and still reports a full disk; a transaction that changes nothing proves nothing about the disk.
    fn note(&self, committed: &Result<()>, group: &[Write], wrote: bool) {
        match committed {
            Ok(()) if wrote => self.writes.stored(),
            Ok(()) => {}
            Err(error) => self.writes.failed(error),
        }
        for write in group {
            if let Err(error) = &write.done {
                write.span.in_scope(|| self.writes.failed(error));
            }
        }
    }
}

fn commit(
    shared: &Shared,
    orders: &mut Orders,
    connection: &mut Connection,
    pending: &Pending,
    group: &mut Vec<Write>,
    touched: &mut Touched,
) -> Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    pending.take();
    let working = Stopwatch::start();
    while group.len() < MOST && (group.is_empty() || working.elapsed() < LONGEST) {
        let Some(write) = orders.next_write() else {
            break;
        };
        // A savepoint keeps a copy of every page that its write changes, and each statement walks through them.
        let is_first = group.is_empty();
        let write = group.push_mut(write);
        if !is_first {
            tx.prepare_cached("SAVEPOINT write")?.execute([])?;
        }
        let done = write.run(&tx);
        let mine = pending.take();
        match done {
            Ok(()) => touched.add(mine),
            // On a full disk SQLite may have rolled back the whole transaction, including the other writes of the group
            // (<https://sqlite.org/lang_transaction.html>, "Response to errors").
            Err(error) if tx.is_autocommit() => return Err(error),
            // There is nothing else in the transaction; the next writes get another one.
            Err(_) if is_first => return Ok(tx.rollback()?),
            Err(_) => {
                tx.prepare_cached("ROLLBACK TO write")?.execute([])?;
            }
        }
        if !is_first {
            tx.prepare_cached("RELEASE write")?.execute([])?;
        }
    }
    if touched.search {
        search::refresh(&tx)?;
        pending.take();
    }
    if touched.sums {
        sums::refresh(&tx)?;
        pending.take();
    }
    if touched.is_placed() {
        places::refresh(&tx)?;
        pending.take();
    }
    Ok(shared.writes.watch(|| tx.commit())?)
}
