//! Files that are made to be sent and are gone afterwards.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::sync::Arc;

use flate2::read::GzDecoder;
use futures_util::stream::{self, Stream};

use super::memory::MemoryPermit;
use crate::domain::{Error, Result};

/// A finished file without a name beside the database, deleted when this is dropped.
pub struct Packed {
    file: File,
    _place: MemoryPermit,
}

/// Transfer coding of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
}

impl Packed {
    /// A file that is sent as it is.
    pub(super) fn of(file: File, place: MemoryPermit) -> Self {
        Self {
            file,
            _place: place,
        }
    }

    /// Streams the bytes of the archive.
    pub fn parts(self, coding: Coding) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<> {
        let Self { file, _place } = self;
        let reader: Box<dyn Read + Send> = match coding {
            Coding::Gzip => Box::new(file),
            Coding::Plain => Box::new(GzDecoder::new(BufReader::new(file))),
        };
        parts(reader, _place)
    }

    /// Streams the bytes of the file as they are.
    pub fn bytes(self) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<> {
        parts(Box::new(self.file), self._place)
    }
}

fn parts(
    reader: Box<dyn Read + Send>,
    place: MemoryPermit,
) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<> {
    stream::try_unfold((reader, place), |(reader, place)| async move {
        let read = tokio::task::spawn_blocking(|| read_part(reader)).await;
        let (part, reader) = read.map_err(Error::internal)??;
        Ok((!part.is_empty()).then_some((part, (reader, place))))
    })
}

/// Reads the next bytes; none at the end.
fn read_part<R: Read>(mut reader: R) -> Result<(Vec<u8>, R)> {
    let mut part = Vec::with_capacity(PART);
    let next = reader.by_ref().take(PART as u64);
    { next }.read_to_end(&mut part).map_err(failed)?;
    Ok((part, reader))
}

pub(super) fn failed(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull => Error::DiskFull(Arc::new(error)),
        _ => Error::internal(error),
    }
}

/// Chunk size in bytes.
const PART: usize = 64 * 1024;
