//! Memory budget for responses. A large response stays in memory until its client has read it;
//! without a bound, a few clients that don't read would exhaust the memory.
//!
//! Responses of up to [`UNIT`] are free. A longer one holds a permit until its last byte has been
//! sent: the permit is attached to the bytes themselves. When the budget is exhausted, a limited
//! number of responses wait for a limited time, and the others are told to retry later.
//!
//! Two incomplete responses waiting for each other's memory would deadlock. A response therefore
//! reserves its first MiB at once, and only one response at a time, the holder of the turn, grows
//! beyond that. It waits only for complete responses, and those finish: their clients read them, or
//! are disconnected.

mod share;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::share::Share;
use crate::clock::Clock;
use crate::domain::{Error, Result};

/// Unit of the budget, in bytes. Responses of up to one unit are not counted.
pub const UNIT: usize = 64 * 1024;
/// Size in bytes up to which a response grows without holding the turn.
const MIDDLE: usize = 1024 * 1024;
/// Size reserved for a streamed file: the chunks in flight.
const FILE: usize = 512 * 1024;
/// Maximum total waiting time of a response.
pub const WAIT: Duration = Duration::from_secs(20);
/// Maximum number of waiting responses.
pub const WAITING: usize = 16;
/// `retry_after` of a rejected response; slow readers are disconnected by then.
pub const RETRY_AFTER: Duration = Duration::from_secs(30);
/// Budget for files that are being uploaded, in bytes.
const UPLOADS: usize = 64 * 1024 * 1024;
/// Maximum number of archives in progress. Each is a file on the disk.
const ARCHIVES: usize = 2;

/// A permit, released when it is dropped.
pub type MemoryPermit = OwnedSemaphorePermit;

pub struct Memory {
    clock: Clock,
    /// Budget for responses of up to [`MIDDLE`], so that large ones don't delay them.
    middle: Room,
    /// Budget for larger responses.
    big: Room,
    turn: Arc<Semaphore>,
    /// Held while reading the next chunk of a long list.
    step: Arc<Semaphore>,
    archives: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    /// Held while writing an archive.
    dump: Arc<Semaphore>,
    line: Semaphore,
}

struct Room {
    units: Arc<Semaphore>,
    size: usize,
}

impl Memory {
    /// Creates a budget of this many MiB: three quarters for responses of more than a MiB.
    pub fn new(mib: u32, clock: Clock) -> Arc<Self> {
        let room = |units: usize| Room {
            units: Arc::new(Semaphore::new(units)),
            size: units,
        };
        let one = || Arc::new(Semaphore::new(1));
        let quarter = mib as usize * (1024 * 1024 / UNIT) / 4;
        Arc::new(Self {
            clock,
            middle: room(quarter),
            big: room(3 * quarter),
            turn: one(),
            step: one(),
            archives: Arc::new(Semaphore::new(ARCHIVES)),
            uploads: Arc::new(Semaphore::new(UPLOADS / UNIT)),
            dump: one(),
            line: Semaphore::new(WAITING),
        })
    }

    /// Starts a response.
    pub fn share(self: &Arc<Self>) -> Share {
        Share::new(self.clone())
    }

    /// Reserves memory for a complete response.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn count(&self, bytes: usize) -> Result<MemoryPermit> {
        let room = match bytes <= MIDDLE {
            true => &self.middle,
            false => &self.big,
        };
        self.take(room, units(bytes), &mut WAIT.clone()).await
    }

    /// Reserves memory for a streamed file.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn file(&self) -> Result<MemoryPermit> {
        self.count(FILE).await
    }

    /// Acquires the permit to read the next chunk of a long list. Only one chunk is read at a time,
    /// so that many long lists take no more of the machine than one, and any other read waits for
    /// one chunk at most.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn step(&self) -> Result<MemoryPermit> {
        self.wait(&self.step, 1, &mut WAIT.clone()).await
    }

    /// Rejects a response that is certain to be long while the waiting line is full, before the
    /// work of building it is wasted.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub fn check_line(&self) -> Result<()> {
        match self.line.available_permits() {
            0 => Err(busy()),
            _ => Ok(()),
        }
    }

    /// Acquires a permit for an archive in progress.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn archive(&self) -> Result<MemoryPermit> {
        self.line_up(&self.archives, 1, &mut WAIT.clone()).await
    }

    /// Reserves memory for an upload, from a budget of its own and without waiting: a slow sender
    /// delays no response.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub fn upload(&self, bytes: usize) -> Result<MemoryPermit> {
        let count = u32::try_from(units(bytes)).map_err(Error::internal)?;
        let place = self.uploads.clone().try_acquire_many_owned(count);
        place.map_err(|_| busy())
    }

    /// Acquires the permit to write an archive, which holds a database snapshot for seconds.
    /// Overlapping snapshots would keep SQLite from ever resetting its write-ahead log.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn dump(&self) -> Result<MemoryPermit> {
        self.line_up(&self.dump, 1, &mut WAIT.clone()).await
    }

    /// Acquires units of a budget; all of it for a response larger than the budget.
    async fn take(
        &self,
        room: &Room,
        units: usize,
        patience: &mut Duration,
    ) -> Result<MemoryPermit> {
        self.line_up(&room.units, units.min(room.size), patience)
            .await
    }

    /// Waits in line, unless the line is full.
    async fn line_up(
        &self,
        places: &Arc<Semaphore>,
        count: usize,
        patience: &mut Duration,
    ) -> Result<MemoryPermit> {
        let count = u32::try_from(count).map_err(Error::internal)?;
        // This doesn't overtake waiters: the semaphore reserves released permits for them.
        if let Ok(place) = places.clone().try_acquire_many_owned(count) {
            return Ok(place);
        }
        let _in_line = self.line.try_acquire().map_err(|_| busy())?;
        tracing::debug!("waiting for response memory");
        self.wait(places, count, patience).await
    }

    async fn wait(
        &self,
        places: &Arc<Semaphore>,
        count: u32,
        patience: &mut Duration,
    ) -> Result<MemoryPermit> {
        if let Ok(place) = places.clone().try_acquire_many_owned(count) {
            return Ok(place);
        }
        let start = self.clock.elapsed();
        let place = pin!(places.clone().acquire_many_owned(count));
        let late = pin!(self.clock.sleep(*patience));
        let place = match select(place, late).await {
            Either::Left((place, _)) => place.map_err(Error::internal),
            Either::Right(_) => Err(busy()),
        };
        let waited = self.clock.elapsed().saturating_sub(start);
        *patience = patience.saturating_sub(waited);
        place
    }
}

fn units(bytes: usize) -> usize {
    bytes.div_ceil(UNIT)
}

fn busy() -> Error {
    Error::Busy {
        retry_after: RETRY_AFTER,
    }
}
