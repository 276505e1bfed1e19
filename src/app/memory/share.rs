//! The memory of one response while it is built.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{MIDDLE, Memory, MemoryPermit, UNIT, WAIT, units};
use crate::domain::{Problem, Result};

/// The budget reserved by one response while it is built.
pub struct Share {
    memory: Arc<Memory>,
    stage: Stage,
    /// Total reserved so far, in bytes.
    counted: usize,
    /// Remaining waiting time.
    patience: Duration,
}

enum Stage {
    Free,
    /// With the rest of its reserved memory.
    Middle(MemoryPermit),
    /// With the turn.
    Big(#[expect(dead_code, reason = "it is held")] MemoryPermit),
}

/// Bytes with their permit.
struct HeldBytes {
    bytes: Vec<u8>,
    _place: MemoryPermit,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Share {
    pub(super) fn new(memory: Arc<Memory>) -> Self {
        Self {
            memory,
            stage: Stage::Free,
            counted: 0,
            patience: WAIT,
        }
    }

    /// Attaches a permit to bytes, which keep it wherever they are passed.
    ///
    /// # Errors
    /// [`Busy`](crate::domain::Error::Busy) when no memory is released in time, and
    /// [`Invalid`](crate::domain::Error::Invalid) when the response exceeds the whole budget.
    pub async fn keep(&mut self, bytes: Vec<u8>) -> Result<Bytes> {
        let place = self.take(bytes.capacity()).await?;
        let kept = HeldBytes {
            bytes,
            _place: place,
        };
        Ok(Bytes::from_owner(kept))
    }

    /// Waits for the turn unless this response holds it already.
    ///
    /// # Errors
    /// [`Busy`](crate::domain::Error::Busy).
    pub async fn take_turn(&mut self) -> Result<()> {
        if !matches!(self.stage, Stage::Big(_)) {
            let memory = self.memory.clone();
            let turn = memory.line_up(&memory.turn, 1, &mut self.patience).await?;
            self.stage = Stage::Big(turn);
        }
        Ok(())
    }

    async fn take(&mut self, bytes: usize) -> Result<MemoryPermit> {
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

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::super::tests::{MIB, free, memory};
    use super::*;
    use crate::domain::Error;

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
        let all = share.keep(vec![0; 3 * MIB]).await.unwrap();
        let refused = share.keep(vec![0; 1]).await;
        let Err(Error::Invalid(invalid)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(invalid.problem, Problem::AnswerTooLong { mib: 3 });
        drop((share, all));
        assert_eq!(free(&memory), (MIB, 3 * MIB));
    }
}
