//! The queue of the writer thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rusqlite::{Connection, Transaction};
use tokio::sync::{mpsc, oneshot};
use tracing::Span;

use crate::clock::Stopwatch;
use crate::domain::{Error, Result};
use crate::metrics::Metrics;

pub(super) enum Order {
    Write(Write),
    /// Work that needs the connection outside a transaction.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

/// The closure of one write.
pub(in crate::store) type Work = Box<dyn FnOnce(&Transaction) -> Result<()> + Send>;

/// A queued write and the channel of its caller.
pub(super) struct Write {
    work: Option<Work>,
    pub(super) done: Result<()>,
    answer: oneshot::Sender<Result<()>>,
    queued: Stopwatch,
    waited: Duration,
    /// The span that asked for it: what is logged on the writer's thread says for whom.
    pub(super) span: Span,
}

impl Write {
    /// Wraps the closure of a caller, who waits at the channel.
    pub(super) fn new(work: Work) -> (Self, oneshot::Receiver<Result<()>>) {
        let (answer, answered) = oneshot::channel();
        let write = Self {
            work: Some(work),
            done: Err(Error::internal("the write has not begun")),
            answer,
            queued: Stopwatch::start(),
            waited: Duration::ZERO,
            span: Span::current(),
        };
        (write, answered)
    }

    /// Returns false when the caller was dropped before the write began; the write is skipped then.
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    /// Runs the write inside a transaction. Its error also goes to the caller.
    pub(super) fn run(&mut self, tx: &Transaction) -> Result<()> {
        let _span = self.span.clone().entered();
        self.waited = self.queued.elapsed();
        if let Some(work) = self.work.take() {
            // A panic fails this write alone, not the others of its group.
            self.done = catch_unwind(AssertUnwindSafe(|| work(tx)))
                .unwrap_or_else(|_| Err(Error::internal("the write panicked")));
        }
        self.done.clone()
    }

    /// Sends the caller the outcome of the write, or of the transaction that it shared.
    pub(super) fn answer(self, committed: &Result<()>, metrics: &Metrics) {
        let held = self.queued.elapsed().saturating_sub(self.waited);
        metrics.worked("write", self.waited, held);
        // The caller may have been dropped; a failed send is fine.
        let _ = self.answer.send(committed.clone().and(self.done));
    }
}

/// The queue of the writer thread, in order of arrival.
pub(super) struct Orders {
    pub(super) orders: mpsc::Receiver<Order>,
    /// An order that was received and has to wait for the end of the running transaction.
    pub(super) next: Option<Order>,
}

impl Orders {
    /// Waits for the next order; `None` once the queue is closed.
    pub(super) fn wait(&mut self) -> Option<Order> {
        self.next.take().or_else(|| self.orders.blocking_recv())
    }

    /// Returns the next write that is queued already, unless another kind of order precedes it.
    pub(super) fn next_write(&mut self) -> Option<Write> {
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
