//! The one writer. Writes that come while another is on its way to the disk wait together, and
//! then share one transaction and one flush: each whole or not at all by a savepoint of its own,
//! and none answered before the commit.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::hooks::Action;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{broadcast, oneshot, watch};

use super::staff::Kept;
use super::{Change, Lock, Pool, TaskChanged, search};
use crate::clock::Stopwatch;
use crate::domain::{Error, Result, TaskId};
use crate::metrics::Metrics;

/// Writes in one transaction at the most.
const MOST: usize = 100;
/// After this long no other write joins, so that the first ones don't wait for the last.
const LONGEST: Duration = Duration::from_millis(10);

pub(super) struct Writer {
    pub pool: Pool,
    pub pending: Pending,
    pub changes: broadcast::Sender<TaskChanged>,
    pub outbox: watch::Sender<()>,
    pub deliveries: watch::Sender<()>,
    pub metrics: Metrics,
    pub queue: Queue,
    pub staff: Kept,
    /// What SQLite counts whenever another connection than the writer's has written.
    pub version: AtomicI64,
    /// The file stays in use as long as a write is on its way.
    pub _in_use: Lock,
}

/// What waits for the writer, and whether somebody works through it.
#[derive(Default)]
pub(super) struct Queue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    orders: VecDeque<Order>,
    busy: bool,
}

enum Order {
    Write(Write),
    /// What needs the connection outside a transaction.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

/// What is to be written.
pub(super) type Work = Box<dyn FnOnce(&Transaction) -> Result<()> + Send>;

/// A write and whoever waits for it.
struct Write {
    work: Option<Work>,
    done: Result<()>,
    answer: oneshot::Sender<Result<()>>,
    queued: Stopwatch,
    waited: Duration,
}

impl Write {
    /// Nobody waits any more for a write that hasn't begun: it doesn't happen.
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    /// Does it inside a transaction; the error is the answer's as well.
    fn run(&mut self, tx: &Transaction) -> Result<()> {
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
    /// Does `work` in a transaction, and returns once that is on the disk.
    pub async fn write(self: &Arc<Self>, work: Work) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Write(Write {
            work: Some(work),
            done: Err(Error::internal("the write has not begun")),
            answer,
            queued: Stopwatch::start(),
            waited: Duration::ZERO,
        }));
        answered
            .await
            .unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    /// Does `work` between two transactions.
    pub async fn alone<T, F>(self: &Arc<Self>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Alone(Box::new(move |connection| {
            let _ = answer.send(work(connection));
        })));
        answered
            .await
            .unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    /// Whoever finds nobody at work has somebody begin.
    fn order(self: &Arc<Self>, order: Order) {
        let mut waiting = self.queue.lock();
        waiting.orders.push_back(order);
        if !std::mem::replace(&mut waiting.busy, true) {
            let writer = self.clone();
            tokio::task::spawn_blocking(move || writer.work_through());
        }
    }

    /// Works until nothing waits.
    fn work_through(&self) {
        let _left = Leaving(&self.queue);
        loop {
            let alone = {
                let mut waiting = self.queue.lock();
                if waiting.orders.is_empty() {
                    waiting.busy = false;
                    return;
                }
                let is_alone = |order: &mut Order| matches!(order, Order::Alone(_));
                waiting.orders.pop_front_if(is_alone)
            };
            match alone {
                Some(Order::Alone(work)) => self.do_alone(work),
                _ => self.write_together(),
            }
        }
    }

    fn do_alone(&self, work: Box<dyn FnOnce(&mut Connection) + Send>) {
        match self.pool.get() {
            Ok(mut connection) => work(&mut connection),
            // Whoever waits is told that the work is gone.
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "there is no connection to write with");
            }
        }
    }

    /// One transaction with all the writes that wait.
    fn write_together(&self) {
        let mut group = Vec::new();
        let mut touched = Touched::default();
        let committed = self.commit(&mut group, &mut touched);
        if touched.staff {
            self.staff.forget();
        }
        if committed.is_ok() {
            for change in touched.tasks {
                // Nobody listening is fine.
                let _ = self.changes.send(change);
            }
            if touched.outbox {
                self.outbox.send_replace(());
            }
            if touched.deliveries {
                self.deliveries.send_replace(());
            }
        } else if group.is_empty() {
            // No transaction can be begun. Whoever waits is told so, rather than one by one.
            group.extend(std::iter::from_fn(|| self.queue.next_write()));
        }
        for write in group {
            write.answer(&committed, &self.metrics);
        }
    }

    fn commit(&self, group: &mut Vec<Write>, touched: &mut Touched) -> Result<()> {
        let mut connection = self.pool.get().map_err(Error::internal)?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.pending.take();
        let working = Stopwatch::start();
        while group.len() < MOST && (group.is_empty() || working.elapsed() < LONGEST) {
            let Some(write) = self.queue.next_write() else {
                break;
            };
            let write = group.push_mut(write);
            tx.prepare_cached("SAVEPOINT write")?.execute([])?;
            let done = write.run(&tx);
            let mine = self.pending.take();
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
            self.pending.take();
        }
        Ok(tx.commit()?)
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next one that waits, unless something else has to come before it.
    fn next_write(&self) -> Option<Write> {
        let mut waiting = self.lock();
        let is_write = |order: &mut Order| matches!(order, Order::Write(_));
        while let Some(Order::Write(write)) = waiting.orders.pop_front_if(is_write) {
            if write.is_wanted() {
                return Some(write);
            }
        }
        None
    }
}

/// After a bug in the writer itself those who wait are told, and the next one can begin.
struct Leaving<'a>(&'a Queue);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut waiting = self.0.lock();
            waiting.busy = false;
            waiting.orders.clear();
        }
    }
}

/// What the running write has changed so far; SQLite's update hook fills it.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<Mutex<Touched>>);

#[derive(Default)]
struct Touched {
    tasks: Vec<TaskChanged>,
    outbox: bool,
    deliveries: bool,
    search: bool,
    staff: bool,
}

impl Touched {
    fn add(&mut self, other: Self) {
        self.tasks.extend(other.tasks);
        self.outbox |= other.outbox;
        self.deliveries |= other.deliveries;
        self.search |= other.search;
        self.staff |= other.staff;
    }
}

impl Pending {
    pub fn note(&self, action: Action, table: &str, row: i64) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match table {
            // What is to be sent, or to be fetched.
            "outbox" | "photos" => touched.outbox = true,
            "webhook_deliveries" => touched.deliveries = true,
            "employees" => touched.staff = true,
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
