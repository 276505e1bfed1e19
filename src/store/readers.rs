//! The threads that read. Each has a connection of its own and takes from one queue: measured beside
//! the threads of the runtime, which compete for SQLite's locks, these answer up to half as many
//! reads more (`cargo bench --bench load -- readers`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::Sender;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Pool;
use crate::domain::{Error, Result};

type Read = Box<dyn FnOnce(&Connection) + Send>;

pub(super) struct Readers {
    /// There until the end.
    queue: Option<Sender<Read>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// One for each connection of the pool.
    pub fn start(pool: &Pool) -> Result<Self> {
        let (queue, reads) = crossbeam_channel::unbounded::<Read>();
        let start = |_| {
            let connection = pool.get().map_err(Error::internal)?;
            let reads = reads.clone();
            let work = move || reads.into_iter().for_each(|read| read(&connection));
            let thread = Builder::new().name("reader".to_owned());
            thread.spawn(work).map_err(Error::internal)
        };
        let threads = (0..pool.max_size()).map(start).collect::<Result<_>>()?;
        let queue = Some(queue);
        Ok(Self { queue, threads })
    }

    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let read = move |connection: &Connection| {
            // Nobody waits any more.
            if answer.is_closed() {
                return;
            }
            // A panic in it is an error of this read, not of those behind it.
            let done = catch_unwind(AssertUnwindSafe(|| work(connection)));
            let done = done.unwrap_or_else(|_| Err(Error::internal("a bug ended the read")));
            // Whoever has gone meanwhile finds out by looking.
            let _ = answer.send(done);
        };
        let gone = || Error::internal("nobody reads any more");
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(Box::new(read)).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// The connections are closed when this is gone.
impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that reads ended by a bug");
            }
        }
    }
}
