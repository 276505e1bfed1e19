//! The store's own threads, each with a connection of its own.

use std::thread::{Builder, JoinHandle};

use crate::domain::{Error, Result};

/// The longest queue of reads or writes. A caller beyond it waits for a slot and leaves nothing when it is dropped: a
/// client that hangs up and asks again can't pile up work behind a slow disk (backpressure).
pub(in crate::store) const PLACES: usize = 1_024;

/// A thread that is joined when dropped.
pub(in crate::store) struct Thread(Option<JoinHandle<()>>);

impl Thread {
    /// Starts a thread, which must end by itself once its queue is closed.
    pub fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<Self> {
        let thread = Builder::new().name(name.to_owned()).spawn(work);
        Ok(Self(Some(thread.map_err(Error::internal)?)))
    }
}

/// Joins the thread, unless this is the thread itself: a closure may hold the last handle of the database.
impl Drop for Thread {
    fn drop(&mut self) {
        let own = std::thread::current().id();
        let Some(thread) = self.0.take().filter(|thread| thread.thread().id() != own) else {
            return;
        };
        let name = thread.thread().name().unwrap_or_default().to_owned();
        if thread.join().is_err() {
            tracing::error!(name, "a store thread panicked");
        }
    }
}
