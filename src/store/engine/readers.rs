//! The reader threads. Each has a connection of its own and all take from one queue. Compared with reads on the
//! runtime's blocking threads, which compete for SQLite's locks, they answer up to half as many reads again
//! (`cargo bench --bench load -- readers`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::Sender;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tracing::Span;

use super::connection::Pool;
use super::thread::{PLACES, Thread};
use crate::clock::Stopwatch;
use crate::domain::{Error, Result};
use crate::metrics::Metrics;

/// The closure of one read.
pub(in crate::store) type Work = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;

pub(in crate::store) struct Readers {
    /// `None` only while the handle is dropped.
    queue: Option<Sender<QueuedRead>>,
    places: Arc<Semaphore>,
    threads: Vec<Thread>,
}

/// A queued read and the channel of its caller.
struct QueuedRead {
    work: Work,
    answer: oneshot::Sender<Result<()>>,
    place: ReadSlot,
    /// The span that asked for it.
    span: Span,
}

/// A slot in the queue. It moves with the read, since the caller may be dropped while the read runs.
pub(in crate::store) struct ReadSlot {
    /// Measures the time in the queue.
    queued: Stopwatch,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// One thread for each connection of the pool.
    pub fn start(pool: &Pool, metrics: &Metrics) -> Result<Self> {
        let (queue, reads) = crossbeam_channel::unbounded::<QueuedRead>();
        let start = |_| {
            let connection = pool.get().map_err(Error::internal)?;
            let (reads, metrics) = (reads.clone(), metrics.clone());
            let work = move || {
                for read in reads {
                    read.run(&connection, &metrics);
                }
            };
            Thread::start("reader", work)
        };
        let threads = (0..pool.max_size()).map(start).collect::<Result<_>>()?;
        Ok(Self {
            queue: Some(queue),
            places: Arc::new(Semaphore::new(PLACES)),
            threads,
        })
    }

    /// Waits for a slot in the queue.
    pub async fn place(&self) -> Result<ReadSlot> {
        let queued = Stopwatch::start();
        let permit = self.places.clone().acquire_owned().await;
        Ok(ReadSlot {
            queued,
            _permit: permit.map_err(Error::internal)?,
        })
    }

    /// Queues a read and waits until it is done.
    pub fn read(&self, place: ReadSlot, work: Work) -> impl Future<Output = Result<()>> + use<> {
        tracing::trace!("read");
        let (answer, answered) = oneshot::channel();
        let read = QueuedRead {
            work,
            answer,
            place,
            span: Span::current(),
        };
        if let Some(queue) = &self.queue {
            // A read that no thread takes is dropped together with its end of the channel.
            let _ = queue.send(read);
        }
        let gone = |_| Err(Error::internal("the readers have stopped"));
        async move { answered.await.unwrap_or_else(gone) }
    }
}

impl QueuedRead {
    fn run(self, connection: &Connection, metrics: &Metrics) {
        // The caller was dropped.
        if self.answer.is_closed() {
            return;
        }
        let _span = self.span.entered();
        let (waited, working) = (self.place.queued.elapsed(), Stopwatch::start());
        // A panic fails this read alone, not the ones behind it.
        let done = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)));
        metrics.worked("read", waited, working.elapsed());
        let done = done.unwrap_or_else(|_| Err(Error::internal("the read panicked")));
        // The caller may have been dropped; a failed send is fine.
        let _ = self.answer.send(done);
    }
}

/// Joins the threads, so the connections are closed when this returns.
impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        self.threads.clear();
    }
}
