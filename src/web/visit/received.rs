//! A copy that is uploaded to be tried: it goes to the disk as it arrives, since it may be larger than the memory.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Buf;
use futures_util::{Stream, StreamExt};
use multer::{Field, Multipart};
use rustix::fs::statvfs;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use warp::http::HeaderMap;

use super::boundary;
use crate::app::Desk;
use crate::app::offsite::{FOLDERS, Tried};
use crate::domain::{OffsiteFault, OffsiteTrouble};

/// Names of the fields.
pub const FILE: &str = "copy";
const KEY: &str = "recoveryKey";
/// Maximum length of a key, in bytes.
const KEY_BYTES: usize = 4 * 1024;
/// Maximum time until the next piece arrives.
const PIECE: Duration = Duration::from_secs(60);
/// Free space that is left to the database, in bytes.
const LEFT: u64 = 256 * 1024 * 1024;
/// Bytes between two looks at the free space.
const LOOK: u64 = 16 * 1024 * 1024;

/// What became of an upload.
pub enum Upload {
    Whole(Received),
    /// A field is missing, or empty.
    Missing(&'static str),
    /// The file didn't fit, or broke off.
    Broken(OffsiteTrouble),
}

/// A copy in a folder that goes with it, and the key that was typed.
pub struct Received {
    _folder: TempDir,
    pub path: PathBuf,
    pub key: SecretString,
}

/// Receives a form with a copy and a key.
pub async fn receive<B: Buf + 'static>(
    desk: &Desk,
    headers: &HeaderMap,
    chunks: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
) -> Upload {
    let Some(boundary) = boundary(headers) else {
        return Upload::Missing(FILE);
    };
    let bytes = chunks.map(|chunk| chunk.map(|mut chunk| chunk.copy_to_bytes(chunk.remaining())));
    let beside = desk.db.path().parent().unwrap_or(Path::new("."));
    let mut form = Multipart::new(bytes, boundary);
    match read(&mut form, beside).await {
        Err(trouble) => Upload::Broken(trouble),
        Ok((None, _)) => Upload::Missing(FILE),
        Ok((Some(_), None)) => Upload::Missing(KEY),
        Ok((Some((folder, path)), Some(key))) => Upload::Whole(Received {
            _folder: folder,
            path,
            key,
        }),
    }
}

type Parts = (Option<(TempDir, PathBuf)>, Option<SecretString>);

async fn read(form: &mut Multipart<'_>, beside: &Path) -> Tried<Parts> {
    let (mut file, mut key) = (None, None);
    while let Some(mut field) = timely(form.next_field()).await? {
        match field.name() {
            Some(FILE) => file = keep(&mut field, beside).await?,
            Some(KEY) => key = text(&mut field).await?,
            _ => {}
        }
    }
    Ok((file, key))
}

/// Writes a file to the disk; `None` for an empty one, which browsers send when none was chosen.
async fn keep(field: &mut Field<'_>, beside: &Path) -> Tried<Option<(TempDir, PathBuf)>> {
    let folder = tempfile::Builder::new()
        .prefix(FOLDERS)
        .tempdir_in(beside)
        .map_err(no_room)?;
    let path = folder.path().join("uploaded.age");
    let mut file = File::create_new(&path).await.map_err(no_room)?;
    let (mut written, mut looked) = (0, 0);
    while let Some(piece) = timely(field.chunk()).await? {
        if written >= looked {
            has_room(beside)?;
            looked = written + LOOK;
        }
        file.write_all(&piece).await.map_err(no_room)?;
        written += piece.len() as u64;
    }
    file.flush().await.map_err(no_room)?;
    Ok((written > 0).then_some((folder, path)))
}

async fn text(field: &mut Field<'_>) -> Tried<Option<SecretString>> {
    let mut text = Vec::new();
    while let Some(piece) = timely(field.chunk()).await? {
        text.extend_from_slice(&piece);
        if text.len() > KEY_BYTES {
            return Err(OffsiteFault::KeyMalformed.into());
        }
    }
    let text = String::from_utf8(text).map_err(|_| OffsiteFault::KeyMalformed)?;
    Ok(Some(text.trim())
        .filter(|text| !text.is_empty())
        .map(SecretString::from))
}

async fn timely<T>(next: impl Future<Output = multer::Result<T>>) -> Tried<T> {
    let next = tokio::time::timeout(PIECE, next).await;
    let cut = || OffsiteTrouble::from(OffsiteFault::UploadCut);
    next.map_err(|_| cut())?.map_err(|_| cut())
}

/// Refuses what would fill the disk that the database is on.
fn has_room(beside: &Path) -> Tried<()> {
    let Ok(disk) = statvfs(beside) else {
        return Ok(());
    };
    match disk.f_bavail.saturating_mul(disk.f_frsize) > LEFT {
        true => Ok(()),
        false => Err(no_room(io::ErrorKind::StorageFull.into())),
    }
}

fn no_room(error: io::Error) -> OffsiteTrouble {
    OffsiteFault::FullHere.with(error.kind().to_string())
}
