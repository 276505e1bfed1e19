//! The threads that read. Each has a connection of its own and takes from one queue: measured beside
//! the threads of the runtime, which compete for SQLite's locks, these answer up to half as many
//! reads more (`cargo bench --bench load -- readers`).

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

/// What is to be read.
pub(in crate::store) type Work = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;

pub(in crate::store) struct Readers {
    /// There until the end.
    queue: Option<Sender<Read>>,
    places: Arc<Semaphore>,
    threads: Vec<Thread>,
}

/// A read and whoever waits for it.
struct Read {
    work: Work,
    answer: oneshot::Sender<Result<()>>,
    place: Place,
    /// The span that asked for it.
    span: Span,
}

/// A place in the queue. It belongs to the read: whoever waited for that may be gone.
pub(in crate::store) struct Place {
    /// Since when somebody waits.
    queued: Stopwatch,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// One for each connection of the pool.
    pub fn start(pool: &Pool, metrics: &Metrics) -> Result<Self> {
        let (queue, reads) = crossbeam_channel::unbounded::<Read>();
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

    /// Waits for a place in the queue.
    pub async fn place(&self) -> Result<Place> {
        let queued = Stopwatch::start();
        let permit = self.places.clone().acquire_owned().await;
        Ok(Place {
            queued,
            _permit: permit.map_err(Error::internal)?,
        })
    }

    /// Ends once the work is done.
    pub fn read(&self, place: Place, work: Work) -> impl Future<Output = Result<()>> + use<> {
        tracing::trace!("read");
        let (answer, answered) = oneshot::channel();
        let read = Read {
            work,
            answer,
            place,
            span: Span::current(),
        };
        if let Some(queue) = &self.queue {
            // What nobody takes is dropped, and so is its end of the channel.
            let _ = queue.send(read);
        }
        let gone = |_| Err(Error::internal("nobody reads any more"));
        async move { answered.await.unwrap_or_else(gone) }
    }
}

impl Read {
    fn run(self, connection: &Connection, metrics: &Metrics) {
        // Nobody waits any more.
        if self.answer.is_closed() {
            return;
        }
        let _span = self.span.entered();
        let (waited, working) = (self.place.queued.elapsed(), Stopwatch::start());
        // A panic in it is an error of this read, not of those behind it.
        let done = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)));
        metrics.worked("read", waited, working.elapsed());
        let done = done.unwrap_or_else(|_| Err(Error::internal("a bug ended the read")));
        // Whoever has gone meanwhile finds out by looking.
        let _ = self.answer.send(done);
    }
}

/// The connections are closed when this is gone.
impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        self.threads.clear();
    }
}
