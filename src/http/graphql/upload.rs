//! Operations with files, by the GraphQL multipart request specification
//! (<https://github.com/jaydenseric/graphql-multipart-request-spec>).
//!
//! A page of any site can send a form, but not `Authorization`: without a valid token no file is
//! read.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use async_graphql::{Request, UploadValue};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use multer::{Constraints, Field, Multipart, SizeLimit, parse_boundary};
use warp::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use warp::http::{HeaderMap, HeaderValue, StatusCode};
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::Exchange;
use super::read::{Unreadable, read_body};
use crate::domain::{Contents, Error};
use crate::http::asker::Asker;
use crate::http::connection::Connection;
use crate::http::{BODY, BODY_TIME, FILE_TIME, Site};

/// Maximum size of a request with its files, in bytes.
const WHOLE: usize = 16 * 1024 * 1024;
/// Size of the pieces in which a form is read, in bytes.
const PIECE: usize = 512 * 1024;
/// Maximum size of the rest of a refused request that is read, and dropped, in bytes.
const DRAINED: usize = 4 * WHOLE;
/// Maximum size of the map from files to variables, in bytes.
const MAP: usize = 16 * 1024;

/// Reason why a form holds no request to execute.
enum Refusal {
    Unreadable(Unreadable),
    Status(StatusCode, String),
}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

impl From<multer::Error> for Refusal {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamSizeExceeded { .. } => too_large(),
            error => malformed(&format!("The form can't be read: {error}.")),
        }
    }
}

fn malformed(why: &str) -> Refusal {
    Refusal::Unreadable(Unreadable::Malformed(why.to_owned()))
}

fn too_large() -> Refusal {
    let why = "A file may have 4 MiB, and a request with its files 16 MiB.";
    Refusal::Status(StatusCode::PAYLOAD_TOO_LARGE, why.to_owned())
}

/// Accepts a form with files.
pub(in crate::http) fn is_upload() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    let is_form = |value: HeaderValue| async move {
        let form = b"multipart/form-data";
        let start = value.as_bytes().get(..form.len());
        match start.is_some_and(|start| start.eq_ignore_ascii_case(form)) {
            true => Ok(()),
            false => Err(warp::reject()),
        }
    };
    warp::header::value("content-type")
        .and_then(is_form)
        .untuple_one()
}

pub(in crate::http) async fn answer<B: Buf>(
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    client: Connection,
    chunks: impl Stream<Item = Result<B, warp::Error>> + Send,
) -> Response {
    let exchange = Exchange::new(&site, asker, &headers, &client, false);
    let mut chunks = pin!(chunks);
    match exchange.take(chunks.as_mut()).await {
        Ok(response) => response,
        Err(response) => {
            // Clients read no response before they have sent everything.
            let mut left = DRAINED;
            let rest = chunks.take_while(|chunk| {
                let size = chunk.as_ref().map_or(0, Buf::remaining);
                left = left.saturating_sub(size);
                std::future::ready(chunk.is_ok() && left > 0)
            });
            let rest = rest.for_each(|_| std::future::ready(()));
            // It has its response in any case.
            let _ = tokio::time::timeout(BODY_TIME, rest).await;
            response
        }
    }
}

impl Exchange<'_> {
    /// Receives and executes an operation.
    ///
    /// # Errors
    /// The response to send instead, while the body may still be arriving.
    async fn take<B: Buf>(
        &self,
        chunks: impl Stream<Item = Result<B, warp::Error>> + Send + Unpin,
    ) -> Result<Response, Response> {
        let caller = self.caller().await?;
        if caller.viewer.is_none() {
            return Err(self.format.fail(&Error::Unauthenticated));
        }
        let announced = self.headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        let size = announced.unwrap_or(WHOLE);
        if size > WHOLE {
            return Err(self.explain(too_large()));
        }
        // Files are held as they arrive, and once more while they are stored.
        let memory = &self.site.desk.memory;
        let _memory = memory
            .upload(2 * size)
            .map_err(|error| self.format.fail(&error))?;
        let received = tokio::time::timeout(FILE_TIME, receive(self.headers, chunks)).await;
        let late = || {
            let why = "The body is too slow.".to_owned();
            Refusal::Status(StatusCode::REQUEST_TIMEOUT, why)
        };
        let received = received.map_err(|_| late()).and_then(|received| received);
        let request = received.map_err(|refusal| self.explain(refusal))?;
        let prepared = self.prepare(request).map_err(|refusal| *refusal)?;
        Ok(self.execute(prepared, caller).await)
    }

    fn explain(&self, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Unreadable(unreadable) => self.refuse(unreadable),
            Refusal::Status(status, why) => self.format.refuse(status, &why),
        }
    }
}

/// Reads a form: the operation, the map from files to variables, and the files.
async fn receive<B: Buf>(
    headers: &HeaderMap,
    chunks: impl Stream<Item = Result<B, warp::Error>> + Send + Unpin,
) -> Result<Request, Refusal> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let boundary = parse_boundary(kind.unwrap_or_default())?;
    let limits = SizeLimit::new().whole_stream(WHOLE as u64);
    let limits = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(in_pieces(chunks), boundary, limits);
    let mut request = read_body(&part(&mut form, "operations", BODY).await?)?;
    let map = part(&mut form, "map", MAP).await?;
    let mut map: HashMap<String, Vec<String>> = serde_json::from_slice(&map)
        .map_err(|_| malformed("`map` must be a JSON object from files to lists of paths."))?;
    while let Some(file) = form.next_field().await? {
        let paths = file.name().and_then(|name| map.remove(name));
        let paths = paths.ok_or_else(|| malformed("There is a file that `map` doesn't name."))?;
        let file = read_file(file).await?;
        for path in paths {
            let files = request.uploads.len();
            request.set_upload(&path, copy_of(&file));
            if request.uploads.len() == files {
                return Err(malformed("`map` has a path that leads to no variable."));
            }
        }
    }
    match map.is_empty() {
        true => Ok(request),
        false => Err(malformed("A file that `map` names is missing.")),
    }
}

/// Joins chunks to larger pieces: the library searches everything again with each, until it finds
/// the end of a part's headers.
fn in_pieces<B: Buf>(
    chunks: impl Stream<Item = Result<B, warp::Error>> + Send + Unpin,
) -> impl Stream<Item = Result<Bytes, warp::Error>> + Send {
    stream::unfold(chunks, |mut chunks| async move {
        let mut piece = BytesMut::new();
        while piece.len() < PIECE {
            match chunks.next().await {
                Some(Ok(chunk)) => piece.put(chunk),
                Some(Err(error)) => return Some((Err(error), chunks)),
                None => break,
            }
        }
        (!piece.is_empty()).then(|| (Ok(piece.freeze()), chunks))
    })
}

/// Reads the part that has to come next.
async fn part(form: &mut Multipart<'_>, name: &str, most: usize) -> Result<Bytes, Refusal> {
    match form.next_field().await? {
        Some(part) if part.name() == Some(name) => whole(part, most).await,
        _ => Err(malformed(
            "The form must have `operations`, `map` and the files, in this order.",
        )),
    }
}

/// Collects a part up to a limit.
async fn whole(mut part: Field<'_>, most: usize) -> Result<Bytes, Refusal> {
    let mut all = BytesMut::new();
    while let Some(chunk) = part.chunk().await? {
        if all.len() + chunk.len() > most {
            return Err(too_large());
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

async fn read_file(part: Field<'_>) -> Result<UploadValue, Refusal> {
    let filename = part.file_name().unwrap_or_default().to_owned();
    let content_type = part.content_type().map(ToString::to_string);
    let content = whole(part, Contents::MAX).await?;
    if !Contents::is_kept(&content) {
        let why = "Files of this kind are not kept: send a picture, a PDF, a recording, a film or \
            an office document.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::Status(status, why.to_owned()));
    }
    Ok(UploadValue {
        filename,
        content_type,
        content,
    })
}

/// Returns a file of the same bytes, which are not copied.
fn copy_of(file: &UploadValue) -> UploadValue {
    UploadValue {
        filename: file.filename.clone(),
        content_type: file.content_type.clone(),
        content: file.content.clone(),
    }
}
