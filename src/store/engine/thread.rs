//! Threads of the store's own, each with a connection of its own.

use std::thread::{Builder, JoinHandle};

use crate::domain::{Error, Result};

/// Reads or writes that may wait for a thread. Whoever comes when so many wait has no place in a queue yet, and
/// leaves nothing there when they go: a client that hangs up and asks again can't pile up work behind a slow disk.
pub(in crate::store) const PLACES: usize = 1_024;

/// A thread that is joined at the end.
pub(in crate::store) struct Thread(Option<JoinHandle<()>>);

impl Thread {
    /// Starts a thread, which has to end by itself once its queue is gone.
    pub fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<Self> {
        let thread = Builder::new().name(name.to_owned()).spawn(work);
        Ok(Self(Some(thread.map_err(Error::internal)?)))
    }
}

/// Waits for the end of the thread, unless this is the thread itself: work may be the last to hold the database.
impl Drop for Thread {
    fn drop(&mut self) {
        let own = std::thread::current().id();
        let Some(thread) = self.0.take().filter(|thread| thread.thread().id() != own) else {
            return;
        };
        let name = thread.thread().name().unwrap_or_default().to_owned();
        if thread.join().is_err() {
            tracing::error!(name, "a thread of the store ended by a bug");
        }
    }
}
