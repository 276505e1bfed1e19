//! The memory that answers may take together. A big answer stays in memory until its client has read it, so without
//! a bound a few clients that don't read take all there is.
//!
//! Answers of up to [`UNIT`] are free. What is longer holds its place here until the last byte has left: the place
//! belongs to the bytes themselves. Whoever finds no room waits in turn, not for long and not among many, and is told
//! to come back later otherwise.
//!
//! Two answers that are half made and wait for each other's room would wait in vain. So an answer takes the room for
//! its first MiB at once, and only one answer at a time, the one that has the turn, grows beyond that. It waits only
//! for answers that are complete, and those leave: their clients read them, or are cut.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::domain::{Error, Problem, Result};

/// What room is counted in, in bytes. An answer that is not longer is not counted.
pub const UNIT: usize = 64 * 1024;
/// How much an answer may grow without the turn.
const MIDDLE: usize = 1024 * 1024;
/// The room of a file that is written while it is read: the parts that are under way.
const FILE: usize = 512 * 1024;
/// The longest that an answer waits, in all.
pub const WAIT: Duration = Duration::from_secs(20);
/// How many answers may wait at the same time.
pub const WAITING: usize = 16;
/// When those come back that found no room: slow readers are cut by then.
pub const RETRY_AFTER: Duration = Duration::from_secs(30);
/// Archives that may be under way at the same time. Each is a file on the disk.
const ARCHIVES: usize = 2;

/// A place that is given back when it is dropped.
pub type Place = OwnedSemaphorePermit;

pub struct Memory {
    clock: Clock,
    /// For answers of up to [`MIDDLE`], so that long ones don't keep them waiting.
    middle: Room,
    /// For longer ones.
    big: Room,
    turn: Arc<Semaphore>,
    /// Whose long list is read on.
    step: Arc<Semaphore>,
    archives: Arc<Semaphore>,
    /// Who is writing an archive.
    dump: Arc<Semaphore>,
    line: Semaphore,
}

struct Room {
    units: Arc<Semaphore>,
    size: usize,
}

/// The room that one answer takes while it is made.
pub struct Share {
    memory: Arc<Memory>,
    stage: Stage,
    /// In bytes, all that was counted.
    counted: usize,
    /// What is given back when the answer is made.
    held: Vec<Place>,
    /// How long it may still wait.
    patience: Duration,
}

enum Stage {
    Free,
    /// With what is left of its room.
    Middle(Place),
    /// With the turn.
    Big(#[expect(dead_code, reason = "it is held")] Place),
}

/// Bytes and their place.
struct Kept {
    bytes: Vec<u8>,
    _place: Place,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Memory {
    /// Room for that many MiB: three quarters for answers of more than a MiB.
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
            dump: one(),
            line: Semaphore::new(WAITING),
        })
    }

    /// Begins an answer.
    pub fn share(self: &Arc<Self>) -> Share {
        Share {
            memory: self.clone(),
            stage: Stage::Free,
            counted: 0,
            held: Vec::new(),
            patience: WAIT,
        }
    }

    /// Counts an answer that is complete.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn count(&self, bytes: usize) -> Result<Place> {
        let room = match bytes <= MIDDLE {
            true => &self.middle,
            false => &self.big,
        };
        self.take(room, units(bytes), &mut WAIT.clone()).await
    }

    /// Counts a file that is written while it is read.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn file(&self) -> Result<Place> {
        self.count(FILE).await
    }

    /// The right to read a long list on, by a page. One is read at a time, so that many long lists take no more of the
    /// machine than one does; all others that read wait for one page at the most.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn step(&self) -> Result<Place> {
        self.wait(&self.step, 1, &mut WAIT.clone()).await
    }

    /// Refuses an answer that is sure to be long while so many wait that it could not even wait: before it is made,
    /// since making it in vain costs those who are served.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub fn check_line(&self) -> Result<()> {
        match self.line.available_permits() {
            0 => Err(busy()),
            _ => Ok(()),
        }
    }

    /// The right to have an archive under way.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn archive(&self) -> Result<Place> {
        self.line_up(&self.archives, 1, &mut WAIT.clone()).await
    }

    /// The right to write an archive, which holds a snapshot of the database for seconds. Several at once, one
    /// beginning before the other ends, would keep SQLite from ever emptying its log.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn dump(&self) -> Result<Place> {
        self.line_up(&self.dump, 1, &mut WAIT.clone()).await
    }

    /// Takes units of a room; all of it for what is larger than the room.
    async fn take(&self, room: &Room, units: usize, patience: &mut Duration) -> Result<Place> {
        self.line_up(&room.units, units.min(room.size), patience)
            .await
    }

    /// Waits in turn, unless too many do.
    async fn line_up(
        &self,
        places: &Arc<Semaphore>,
        count: usize,
        patience: &mut Duration,
    ) -> Result<Place> {
        let count = u32::try_from(count).map_err(Error::internal)?;
        // It takes nothing from those who wait: theirs is put aside for them as it comes.
        if let Ok(place) = places.clone().try_acquire_many_owned(count) {
            return Ok(place);
        }
        let _in_line = self.line.try_acquire().map_err(|_| busy())?;
        tracing::debug!("an answer waits for room");
        self.wait(places, count, patience).await
    }

    async fn wait(
        &self,
        places: &Arc<Semaphore>,
        count: u32,
        patience: &mut Duration,
    ) -> Result<Place> {
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

impl Share {
    /// Gives bytes their place, which they keep wherever they go.
    ///
    /// # Errors
    /// [`Error::Busy`] when no room comes free in time, and [`Error::Invalid`] when there could never be enough.
    pub async fn keep(&mut self, bytes: Vec<u8>) -> Result<Bytes> {
        let place = self.take(bytes.capacity()).await?;
        let kept = Kept {
            bytes,
            _place: place,
        };
        Ok(Bytes::from_owner(kept))
    }

    /// Counts what is in memory until the answer is made.
    ///
    /// # Errors
    /// As for [`Share::keep`].
    pub async fn hold(&mut self, bytes: usize) -> Result<()> {
        let place = self.take(bytes).await?;
        self.held.push(place);
        Ok(())
    }

    /// Waits for the turn, where this answer doesn't have it.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn take_turn(&mut self) -> Result<()> {
        if !matches!(self.stage, Stage::Big(_)) {
            let memory = self.memory.clone();
            let turn = memory.line_up(&memory.turn, 1, &mut self.patience).await?;
            self.stage = Stage::Big(turn);
        }
        Ok(())
    }

    async fn take(&mut self, bytes: usize) -> Result<Place> {
        let (memory, units) = (self.memory.clone(), units(bytes));
        self.counted += units * UNIT;
        if self.counted > memory.big.size * UNIT {
            let mib = memory.big.size * UNIT / (1024 * 1024);
            return Err(Problem::AnswerTooLong { mib }.at("query").into());
        }
        if matches!(self.stage, Stage::Free) && self.counted <= MIDDLE {
            let room = MIDDLE / UNIT;
            let place = memory.take(&memory.middle, room, &mut self.patience);
            self.stage = Stage::Middle(place.await?);
        }
        if let Stage::Middle(rest) = &mut self.stage
            && let Some(place) = rest.split(units)
        {
            return Ok(place);
        }
        self.take_turn().await?;
        memory.take(&memory.big, units, &mut self.patience).await
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

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn memory(mib: u32) -> (Arc<Memory>, Clock) {
        let clock = Clock::manual("2021-07-25T09:00:00Z".parse().unwrap());
        (Memory::new(mib, clock.clone()), clock)
    }

    fn free(memory: &Memory) -> (usize, usize) {
        let free = |room: &Room| room.units.available_permits() * UNIT;
        (free(&memory.middle), free(&memory.big))
    }

    async fn settle() {
        for _ in 0..10 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn bytes_keep_their_place_until_the_last_copy_is_gone() {
        let (memory, _) = memory(8);
        let mut share = memory.share();
        let bytes = share.keep(vec![0; UNIT]).await.unwrap();
        assert_eq!(free(&memory), (MIB, 6 * MIB));
        drop(share);
        assert_eq!(free(&memory), (2 * MIB - UNIT, 6 * MIB));
        let part = bytes.slice(..1);
        drop(bytes);
        assert_eq!(free(&memory), (2 * MIB - UNIT, 6 * MIB));
        drop(part);
        assert_eq!(free(&memory), (2 * MIB, 6 * MIB));
    }

    #[tokio::test]
    async fn who_waits_is_served_in_turn_and_not_for_ever() {
        let (memory, clock) = memory(8);
        let all = memory.count(6 * MIB).await.unwrap();
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let mut tasks = Vec::new();
        // The second wants less than the first, and comes after it all the same.
        for (number, size) in [(1, 5 * MIB), (2, 2 * MIB), (3, 2 * MIB)] {
            let (memory, told) = (memory.clone(), told.clone());
            tasks.push(tokio::spawn(async move {
                let place = memory.count(size).await;
                told.send((number, place.is_ok())).unwrap();
                std::future::pending::<()>().await;
                drop(place);
            }));
            settle().await;
        }
        drop(all);
        settle().await;
        assert_eq!(heard.try_recv().unwrap(), (1, true));
        assert!(heard.try_recv().is_err(), "there is 1 MiB left for 2");
        tasks[0].abort();
        settle().await;
        assert_eq!(heard.try_recv().unwrap(), (2, true));
        assert_eq!(heard.try_recv().unwrap(), (3, true));
        let late = tokio::spawn({
            let memory = memory.clone();
            async move { memory.count(6 * MIB).await.map(drop) }
        });
        settle().await;
        clock.advance(WAIT - Duration::from_secs(1));
        settle().await;
        assert!(!late.is_finished());
        clock.advance(Duration::from_secs(1));
        let refused = late.await.unwrap();
        assert!(
            matches!(refused, Err(Error::Busy { retry_after }) if retry_after == RETRY_AFTER),
            "{refused:?}"
        );
    }

    #[tokio::test]
    async fn more_than_a_few_do_not_wait_at_all() {
        let (memory, _) = memory(8);
        let all = memory.count(6 * MIB).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..WAITING {
            let memory = memory.clone();
            waiting.push(tokio::spawn(async move {
                memory.count(2 * MIB).await.map(drop)
            }));
            settle().await;
        }
        let refused = memory.count(2 * MIB).await;
        assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
        // Short answers have room of their own.
        drop(memory.count(UNIT + 1).await.unwrap());
        drop(all);
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        assert_eq!(free(&memory), (2 * MIB, 6 * MIB));
    }

    #[tokio::test]
    async fn answers_that_grow_together_do_not_wait_for_each_other_in_vain() {
        let (memory, _) = memory(8);
        let grow = |memory: Arc<Memory>| async move {
            let mut share = memory.share();
            let mut all = Vec::new();
            for _ in 0..5 * MIB / UNIT {
                all.push(share.keep(vec![0; UNIT]).await?);
                yield_now().await;
            }
            drop(share);
            Ok::<_, Error>(all.len())
        };
        let both = tokio::join!(grow(memory.clone()), grow(memory.clone()));
        assert_eq!((both.0.unwrap(), both.1.unwrap()), (80, 80));
        assert_eq!(free(&memory), (2 * MIB, 6 * MIB));
    }

    #[tokio::test]
    async fn what_could_never_have_room_is_refused_at_once() {
        let (memory, _) = memory(4);
        let mut share = memory.share();
        share.hold(3 * MIB).await.unwrap();
        let refused = share.keep(vec![0; 1]).await;
        let Err(Error::Invalid(invalid)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(invalid.problem, Problem::AnswerTooLong { mib: 3 });
        drop(share);
        assert_eq!(free(&memory), (MIB, 3 * MIB));
    }
}
