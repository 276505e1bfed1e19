//! What is done with the pieces of a file on their way.

use std::io::{self, Read};
use std::num::NonZeroU32;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::upload::Pieces;
use crate::clock::Clock;
use crate::domain::OffsiteTrouble;

/// Number of pieces that wait to be read.
const WAITING: usize = 4;

/// The number of bytes of a file, and their SHA-256.
#[derive(Debug, Clone, Default)]
pub struct Checksum {
    bytes: u64,
    sum: Sha256,
}

impl Checksum {
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sum.update(bytes);
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the SHA-256 in hexadecimal digits.
    pub fn sha256(self) -> String {
        let digest = self.sum.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads all pieces.
    ///
    /// # Errors
    /// That of the first piece with one.
    pub async fn of(mut pieces: Pieces) -> Result<Self, OffsiteTrouble> {
        let mut sum = Self::default();
        while let Some(piece) = pieces.next().await {
            sum.update(&piece?);
        }
        Ok(sum)
    }
}

/// A limit of the speed.
#[derive(Debug, Clone)]
pub struct Pace {
    pub clock: Clock,
    /// In KiB a second; `None` for no limit.
    pub most: Option<NonZeroU32>,
}

impl Pace {
    /// Slows pieces down, so that no more come on average since the first.
    pub fn slow(&self, pieces: Pieces) -> Pieces {
        let Some(most) = self.most else {
            return pieces;
        };
        let (clock, begun) = (self.clock.clone(), self.clock.elapsed());
        let state = (pieces, 0_u64, clock);
        let slowed =
            futures_util::stream::unfold(state, move |(mut pieces, sent, clock)| async move {
                let piece = pieces.next().await?;
                let length = piece.as_ref().map_or(0, Bytes::len) as u64;
                let sent = sent + length;
                let due = begun + Duration::from_secs(sent) / most.get() / 1024;
                let wait = due.saturating_sub(clock.elapsed());
                if !wait.is_zero() {
                    clock.sleep(wait).await;
                }
                Some((piece, (pieces, sent, clock)))
            });
        slowed.boxed()
    }
}

/// Returns a reader of pieces for a thread that may block; a task reads them meanwhile.
pub fn reader(mut pieces: Pieces) -> impl Read + Send + 'static {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        while let Some(piece) = pieces.next().await {
            let ends = piece.is_err();
            if sender.send(piece).await.is_err() || ends {
                return;
            }
        }
    });
    PieceReader {
        receiver,
        piece: Bytes::new(),
    }
}

struct PieceReader {
    receiver: mpsc::Receiver<Result<Bytes, OffsiteTrouble>>,
    piece: Bytes,
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(trouble)) => return Err(io::Error::other(trouble)),
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use jiff::Timestamp;

    use super::*;

    #[tokio::test]
    async fn a_limit_of_the_speed_holds_on_average() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let pace = Pace {
            clock: clock.clone(),
            most: NonZeroU32::new(64),
        };
        let piece = Bytes::from(vec![0; 64 * 1024]);
        let pieces = stream::iter([Ok(piece.clone()), Ok(piece.clone()), Ok(piece)]);
        let mut slow = pace.slow(pieces.boxed());
        let is_there = async |slow: &mut Pieces| {
            tokio::select! {
                biased;
                piece = slow.next() => piece.is_some(),
                () = tokio::task::yield_now() => false,
            }
        };
        for _ in 0..3 {
            assert!(!is_there(&mut slow).await);
            clock.advance(Duration::from_secs(1));
            assert!(is_there(&mut slow).await);
        }
        assert!(slow.next().await.is_none());
    }
}
