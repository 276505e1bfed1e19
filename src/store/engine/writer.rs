//! The one writer: a thread with a connection of its own. Writes that come while another is on its way to the
//! disk wait together, and then share one transaction and one flush (group commit): each whole or not at all by a
//! savepoint of its own, and none answered before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::hooks::Action;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tracing::Span;

use super::identity::OpenFiles;
use super::staff::Kept;
use super::thread::{PLACES, Thread};
use super::writes::Writes;
use super::{connection::Pool, connection::schema_version, search};
use crate::clock::Stopwatch;
use crate::domain::{Error, Result, TaskId};
use crate::metrics::Metrics;
use crate::store::{Change, Lock, TaskChanged};

/// Writes in one transaction at the most.
const MOST: usize = 100;
/// After this long no other write joins, so that the first ones don't wait for the last.
const LONGEST: Duration = Duration::from_millis(10);

/// The way to the thread that writes.
pub(in crate::store) struct Writer {
    /// There until the end.
    queue: Option<mpsc::Sender<Order>>,
    thread: Option<Thread>,
    pub shared: Arc<Shared>,
}

/// What the thread that writes has in common with those who ask it to.
pub(in crate::store) struct Shared {
    pub changes: broadcast::Sender<TaskChanged>,
    /// Tasks whose status links have changed.
    pub links: broadcast::Sender<TaskId>,
    pub outbox: watch::Sender<()>,
    pub deliveries: watch::Sender<()>,
    pub metrics: Metrics,
    pub staff: Kept,
    pub writes: Writes,
    /// What SQLite counts whenever another connection than the writer's has written.
    pub version: AtomicI64,
    /// What SQLite has open, which must still be what is found under the database's name.
    pub files: OpenFiles,
    /// The file stays in use as long as a write is on its way.
    pub _in_use: Lock,
}

enum Order {
    Write(Write),
    /// What needs the connection outside a transaction.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

/// What is to be written.
pub(in crate::store) type Work = Box<dyn FnOnce(&Transaction) -> Result<()> + Send>;

/// A write and whoever waits for it.
struct Write {
    work: Option<Work>,
    done: Result<()>,
    answer: oneshot::Sender<Result<()>>,
    queued: Stopwatch,
    waited: Duration,
    /// The span that asked for it: what is logged on the writer's thread says for whom.
    span: Span,
}

impl Write {
    /// Nobody waits any more for a write that hasn't begun: it doesn't happen.
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    /// Does it inside a transaction; the error is the answer's as well.
    fn run(&mut self, tx: &Transaction) -> Result<()> {
        let _span = self.span.clone().entered();
        self.waited = self.queued.elapsed();
        if let Some(work) = self.work.take() {
            // A panic in it is an error of this write, not of its neighbours.
            self.done = catch_unwind(AssertUnwindSafe(|| work(tx)))
                .unwrap_or_else(|_| Err(Error::internal("a bug ended the write")));
        }
        self.done.clone()
    }

    /// Tells how it ended, or how the transaction failed.
    fn answer(self, committed: &Result<()>, metrics: &Metrics) {
        let held = self.queued.elapsed().saturating_sub(self.waited);
        metrics.worked("write", self.waited, held);
        // Whoever has gone meanwhile finds out by looking.
        let _ = self.answer.send(committed.clone().and(self.done));
    }
}

impl Writer {
    /// Starts the thread, with the one connection of the pool.
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

    /// Does `work` in a transaction, and returns once that is on the disk.
    pub async fn write(&self, work: Work) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let write = Write {
            work: Some(work),
            done: Err(Error::internal("the write has not begun")),
            answer,
            queued: Stopwatch::start(),
            waited: Duration::ZERO,
            span: Span::current(),
        };
        self.order(Order::Write(write)).await?;
        answered
            .await
            .unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    /// Does `work` between two transactions.
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

    /// Waits for a place in the queue, so that whoever hangs up before there is one leaves nothing behind.
    async fn order(&self, order: Order) -> Result<()> {
        let gone = || Error::internal("nobody writes any more");
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(order).await.map_err(|_| gone())
    }
}

/// The connection is closed when this is gone, after what was ordered before.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        self.thread = None;
    }
}

impl Shared {
    /// A bug in the writer itself ends one transaction and not the thread: those whose writes were in it are told
    /// by the ends of their channels, the connection takes back what was open, and the next ones have their turn.
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
            tracing::error!("a bug ended a write");
        }
    }

    /// Fails once the database was lost.
    pub fn is_there(&self) -> Result<()> {
        let loss = self.files.loss().cloned();
        loss.map_or(Ok(()), |loss| Err(loss.into()))
    }

    /// Looks whether the database is still the one that is open.
    pub fn look(&self, connection: &Connection) -> Result<()> {
        self.files.look(|| schema_version(connection))
    }

    /// One transaction with all the writes that wait.
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
            // What was committed into a file that nobody finds again is not acknowledged; and a file that was written
            // over may be why nothing could be committed.
            self.look(connection).and(committed)
        });
        if touched.staff {
            self.staff.forget();
        }
        self.note(&committed, &group, touched.any);
        if committed.is_ok() {
            for change in touched.tasks {
                // Nobody listening is fine.
                let _ = self.changes.send(change);
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
            // No transaction can be begun. Whoever waits is told so, rather than one by one.
            group.extend(std::iter::from_fn(|| orders.next_write()));
        }
        for write in group {
            write.answer(&committed, &self.metrics);
        }
    }
}

impl Shared {
    /// Notes whether what is written is stored. A write that fails by itself is taken back while its neighbours are
    /// stored, and still says that the disk is full; a transaction that changes nothing says nothing of the disk.
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
        let write = group.push_mut(write);
        tx.prepare_cached("SAVEPOINT write")?.execute([])?;
        let done = write.run(&tx);
        let mine = pending.take();
        match done {
            Ok(()) => touched.add(mine),
            // Of a full disk SQLite may have taken back everything, the neighbours too
            // (<https://sqlite.org/lang_transaction.html>, "Response to errors").
            Err(error) if tx.is_autocommit() => return Err(error),
            Err(_) => {
                tx.prepare_cached("ROLLBACK TO write")?.execute([])?;
            }
        }
        tx.prepare_cached("RELEASE write")?.execute([])?;
    }
    if touched.search {
        search::refresh(&tx)?;
        pending.take();
    }
    Ok(shared.writes.watch(|| tx.commit())?)
}

/// What the thread has to do, in the order in which it came.
struct Orders {
    orders: mpsc::Receiver<Order>,
    /// What was taken from the queue and has to wait for the end of a transaction.
    next: Option<Order>,
}

impl Orders {
    /// The next one; `None` at the end.
    fn wait(&mut self) -> Option<Order> {
        self.next.take().or_else(|| self.orders.blocking_recv())
    }

    /// The next one that waits already, unless something else has to come before it.
    fn next_write(&mut self) -> Option<Write> {
        loop {
            let next = self.next.take().or_else(|| self.orders.try_recv().ok());
            match next? {
                Order::Write(write) if write.is_wanted() => return Some(write),
                Order::Write(_) => {}
                alone => {
                    self.next = Some(alone);
                    return None;
                }
            }
        }
    }
}

/// What the running write has changed so far; SQLite's update hook fills it.
#[derive(Clone, Default)]
pub(in crate::store) struct Pending(Arc<Mutex<Touched>>);

#[derive(Default)]
struct Touched {
    /// Whether anything was changed at all.
    any: bool,
    tasks: Vec<TaskChanged>,
    links: Vec<TaskId>,
    outbox: bool,
    deliveries: bool,
    search: bool,
    staff: bool,
}

impl Touched {
    fn add(&mut self, other: Self) {
        self.any |= other.any;
        self.tasks.extend(other.tasks);
        self.links.extend(other.links);
        self.outbox |= other.outbox;
        self.deliveries |= other.deliveries;
        self.search |= other.search;
        self.staff |= other.staff;
    }
}

impl Pending {
    pub fn note(&self, action: Action, table: &str, row: i64) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        touched.any = true;
        match table {
            // What is to be sent, or to be fetched.
            "outbox" | "photos" => touched.outbox = true,
            "webhook_deliveries" => touched.deliveries = true,
            "employees" | "ended_sessions" => touched.staff = true,
            "status_links" => touched.links.push(TaskId::from_row(row)),
            search::STALE => touched.search = true,
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
