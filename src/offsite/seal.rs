//! Encryption of a file for the owner's recovery key, piece by piece.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use age::Encryptor;
use age::x25519;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use tokio::sync::{mpsc, oneshot};

use super::stream::Checksum;
use super::upload::Pieces;
use crate::domain::{OffsiteFault, OffsiteTrouble, Recipient};

/// Size of a piece, in bytes, and the number of those that wait to be sent.
const PIECE: usize = 256 * 1024;
const WAITING: usize = 4;
/// age encrypts by chunks of this size, and adds so much to each.
const CHUNK: u64 = 64 * 1024;
const TAG: u64 = 16;

/// A file that is encrypted while it is read.
pub struct Sealed {
    /// The length of what is encrypted, known beforehand.
    pub length: u64,
    pub pieces: Pieces,
    /// The checksum, once all pieces were read.
    pub checksum: oneshot::Receiver<Checksum>,
}

/// Begins to encrypt a file.
///
/// # Errors
/// When the file can't be read.
pub fn seal(mut plain: File, recipient: &Recipient) -> Result<Sealed, OffsiteTrouble> {
    let read = |error: io::Error| OffsiteFault::Source.with(error.kind().to_string());
    let size = plain.metadata().map_err(read)?.len();
    let key: x25519::Recipient = recipient
        .as_str()
        .parse()
        .map_err(|_| OffsiteFault::NoKey)?;
    let encryptor = Encryptor::with_recipients(std::iter::once(&key as &dyn age::Recipient));
    let encryptor = encryptor.map_err(|_| OffsiteFault::NoKey)?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let (tell, checksum) = oneshot::channel();
    let written = Arc::new(AtomicU64::new(0));
    let sink = Sink {
        sender: sender.clone(),
        waiting: BytesMut::new(),
        written: written.clone(),
        sum: Checksum::default(),
    };
    // This writes the header, whose length varies, and which is shorter than a piece.
    let mut writer = encryptor.wrap_output(sink).map_err(read)?;
    let chunks = size.div_ceil(CHUNK).max(1);
    let length = written.load(Ordering::Relaxed) + size + chunks * TAG;
    tokio::task::spawn_blocking(move || {
        let done = copy(&mut plain, &mut writer)
            .and_then(|()| writer.finish())
            .and_then(Sink::end);
        match done {
            Ok(checksum) => drop(tell.send(checksum)),
            Err(error) => {
                let trouble = OffsiteFault::Source.with(error.kind().to_string());
                // Nobody is there to read it when the sending was given up.
                drop(sender.blocking_send(Err(trouble)));
            }
        }
    });
    let pieces = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    });
    Ok(Sealed {
        length,
        pieces: pieces.boxed(),
        checksum,
    })
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            read => to.write_all(&buffer[..read])?,
        }
    }
}

/// Passes on what is written to it, in pieces.
struct Sink {
    sender: mpsc::Sender<Result<Bytes, OffsiteTrouble>>,
    waiting: BytesMut,
    written: Arc<AtomicU64>,
    sum: Checksum,
}

impl Sink {
    fn pass_on(&mut self) -> io::Result<()> {
        let piece = self.waiting.split().freeze();
        self.sum.update(&piece);
        let passed = self.sender.blocking_send(Ok(piece));
        passed.map_err(|_| ErrorKind::BrokenPipe.into())
    }

    fn end(mut self) -> io::Result<Checksum> {
        self.pass_on()?;
        Ok(self.sum)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        self.written
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if self.waiting.len() >= PIECE {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
