//! Everything that people wrote, in one JSON text, and back. The owner's, or whoever's the machine
//! is.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures_util::stream::{self, Stream};
use jiff::Timestamp;

use super::Desk;
use super::memory::Place;
use crate::domain::{Employee, Error, Owner, Problem, Result, Role};
use crate::store::{self, Connection, Transaction};

/// An archive that is sent: a packed file without a name beside the database, gone when this is.
pub struct Packed {
    file: File,
    _place: Place,
}

/// How the bytes of an archive are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
}

/// Writes the archive of one moment into a file, as fast as the disk takes it. So the snapshot of the database is held
/// for that long, and not as long as somebody takes to read it: meanwhile SQLite can't empty its log.
///
/// # Errors
/// [`Error::Busy`] when others are under way, [`Error::DiskFull`], and [`Error::Internal`] when the database fails.
pub async fn pack(desk: &Desk, _: Owner) -> Result<Packed> {
    let place = desk.memory.archive().await?;
    let _turn = desk.memory.dump().await?;
    // What was written during the last archive doesn't have to stay in the log during this one as well.
    desk.db.checkpoint().await?;
    let folder = desk.db.path().parent().map(Path::to_owned);
    let work = move |c: &_| {
        let file = tempfile::tempfile_in(folder.unwrap_or_default()).map_err(failed)?;
        let mut packed = GzEncoder::new(file, Compression::fast());
        store::archive::dump(c, &mut packed)?;
        let mut file = packed.finish().map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok(file)
    };
    Ok(Packed {
        file: desk.db.read(work).await?,
        _place: place,
    })
}

impl Packed {
    /// Returns its bytes, as they are read.
    pub fn parts(self, coding: Coding) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<> {
        let Self { file, _place } = self;
        let reader: Box<dyn Read + Send> = match coding {
            Coding::Gzip => Box::new(file),
            Coding::Plain => Box::new(GzDecoder::new(BufReader::new(file))),
        };
        stream::try_unfold((reader, _place), |(reader, place)| async move {
            let read = tokio::task::spawn_blocking(|| read_part(reader)).await;
            let (part, reader) = read.map_err(Error::internal)??;
            Ok((!part.is_empty()).then_some((part, (reader, place))))
        })
    }
}

/// The next bytes; none at the end.
fn read_part<R: Read>(mut reader: R) -> Result<(Vec<u8>, R)> {
    let mut part = Vec::with_capacity(PART);
    let next = reader.by_ref().take(PART as u64);
    { next }.read_to_end(&mut part).map_err(failed)?;
    Ok((part, reader))
}

fn failed(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull => Error::DiskFull(Arc::new(error)),
        _ => Error::internal(error),
    }
}

/// What is read at a time, in bytes.
const PART: usize = 64 * 1024;

/// Whether an archive could come back here.
pub fn is_empty(connection: &Connection, _: &Owner) -> Result<bool> {
    store::archive::is_empty(connection)
}

/// Puts an archive into a database in which nobody has written anything down. The owner stays,
/// with the password that they have; all others of the archive come back shut.
///
/// Returns the token with which the owner goes on: theirs may be another number there.
///
/// # Errors
/// [`Error::Invalid`] at `field` for a database that isn't empty, and for what is no archive.
pub async fn import(
    desk: &Desk,
    owner: Owner,
    field: &'static str,
    text: String,
) -> Result<String> {
    let now = desk.clock.now();
    let work = move |tx: &Transaction<'_>| {
        let me = store::employees::get(tx, owner.id())?.ok_or(Error::Unauthenticated)?;
        let hash = store::employees::password_hash(tx, me.id)?.unwrap_or_default();
        let alone = store::employees::all(tx)?.len() == 1;
        put_back(tx, alone, field, &text, now)?;
        keep(tx, &me, &hash, now)
    };
    let owner = desk.db.write(work).await?;
    desk.tokens.sign(&owner, now)
}

/// The owner's account among those of the archive.
fn keep(tx: &Transaction, me: &Employee, hash: &str, now: Timestamp) -> Result<Employee> {
    let id = match store::employees::by_email(tx, &me.email)? {
        Some(there) => there.id,
        None => store::employees::insert(tx, &me.email, hash, Role::Owner, now)?,
    };
    store::employees::reactivate(tx, id, hash, Role::Owner)?;
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// The same for whoever has the machine: there must be no account yet.
///
/// # Errors
/// As for [`import`].
pub fn import_into_new(
    tx: &Transaction,
    field: &'static str,
    text: &str,
    now: Timestamp,
) -> Result<()> {
    let nobody = !store::employees::any(tx)?;
    put_back(tx, nobody, field, text, now)
}

fn put_back(
    tx: &Transaction,
    no_others: bool,
    field: &'static str,
    text: &str,
    now: Timestamp,
) -> Result<()> {
    if !no_others || !store::archive::is_empty(tx)? {
        return Err(Problem::NotEmpty.at(field).into());
    }
    store::archive::import(tx, field, text, now)
}
