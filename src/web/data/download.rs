//! Files that go out. They are written page by page while they are sent, so that the longest one
//! takes no more memory than a short one.

use std::io::Read;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures_util::stream;
use tokio::sync::mpsc;
use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, VARY,
};
use warp::reply::Response;

use crate::app::{self, Desk};
use crate::domain::{Day, Days, Error, Owner, Result, TaskOrder};
use crate::sheet::Writing;
use crate::store::tasks::After;
use crate::web::visit::Visit;

pub(super) const CSV: &str = "text/csv; charset=utf-8";
/// Pages that wait for a slow reader.
const WAITING: usize = 2;
/// What is unpacked at a time, in bytes.
const PART: usize = 64 * 1024;

/// Whoever takes the parts of a file; gone when the reader is.
type Parts = mpsc::Sender<Result<Vec<u8>>>;

pub async fn tasks(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let day = |name| {
        visit
            .asked(name)
            .map(|text| Day::parse(name, text))
            .transpose()
    };
    let zone = &visit.desk.shop.timezone;
    let created = Days::between("to", day("from")?, day("to")?, zone)?;
    let (desk, writing) = (visit.desk.clone(), writing(visit));
    let body = parts(move |parts| async move {
        let written = write_tasks(&desk, owner, created, &writing, &parts).await;
        settle(written, &parts).await;
    });
    Ok(file(visit, "tasks", "csv", CSV, body))
}

async fn write_tasks(
    desk: &Desk,
    owner: Owner,
    created: Days,
    writing: &Writing,
    parts: &Parts,
) -> Result<()> {
    let mut more = parts.send(Ok(writing.head_of_tasks()?)).await.is_ok();
    let mut after = None;
    while more {
        let page = move |c: &_| app::exports::tasks(c, &owner, created, after);
        let rows = desk.db.read(page).await?;
        let last = rows
            .last()
            .map(|(row, _)| After::of(row, TaskOrder::Oldest));
        let sent = parts.send(Ok(writing.tasks(&rows)?)).await;
        more = last.is_some() && sent.is_ok();
        after = last;
    }
    Ok(())
}

pub async fn customers(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let (desk, writing) = (visit.desk.clone(), writing(visit));
    let body = parts(move |parts| async move {
        let written = write_customers(&desk, owner, &writing, &parts).await;
        settle(written, &parts).await;
    });
    Ok(file(visit, "customers", "csv", CSV, body))
}

async fn write_customers(
    desk: &Desk,
    owner: Owner,
    writing: &Writing,
    parts: &Parts,
) -> Result<()> {
    let mut more = parts.send(Ok(writing.head_of_customers()?)).await.is_ok();
    let mut after = None;
    while more {
        let page = move |c: &_| app::exports::customers(c, &owner, after);
        let cards = desk.db.read(page).await?;
        let last = cards.last().map(|card| card.id);
        let sent = parts.send(Ok(writing.customers(&cards)?)).await;
        more = last.is_some() && sent.is_ok();
        after = last;
    }
    Ok(())
}

/// One moment of the database, so it is read at once, and packed meanwhile. Who can't unpack it
/// gets it unpacked, part by part.
pub async fn archive(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let work = move |c: &_| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        app::archive::dump(c, &owner, &mut packed)?;
        packed.finish().map_err(Error::internal)
    };
    let packed = visit.desk.db.read(work).await?;
    let json = "application/json";
    if visit.accepts_gzip() {
        let mut response = file(visit, "archive", "json", json, packed);
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert(CONTENT_ENCODING, gzip);
        return Ok(response);
    }
    let mut unpacked = GzDecoder::new(std::io::Cursor::new(packed));
    let next = move || {
        let mut part = Vec::with_capacity(PART);
        let read = unpacked.by_ref().take(PART as u64).read_to_end(&mut part);
        match read {
            Ok(0) => None,
            Ok(_) => Some(Ok(part)),
            Err(error) => Some(Err(error)),
        }
    };
    let body = warp::reply::stream(stream::iter(std::iter::from_fn(next)));
    Ok(file(visit, "archive", "json", json, body.into_response()))
}

pub(super) fn writing(visit: &Visit) -> Writing {
    Writing {
        language: visit.texts.language,
        shop: visit.desk.shop.clone(),
    }
}

/// A body whose parts somebody writes while it is sent.
fn parts<F>(write: impl FnOnce(Parts) -> F) -> Response
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(WAITING);
    tokio::spawn(write(sender));
    let parts = stream::poll_fn(move |context| receiver.poll_recv(context));
    warp::reply::stream(parts).into_response()
}

/// After an error the file breaks off, which browsers show as a download that failed.
async fn settle(written: Result<()>, parts: &Parts) {
    if let Err(error) = written {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a file can't be written to its end"
        );
        let _ = parts.send(Err(error)).await;
    }
}

/// The answer that a browser keeps as a file.
pub(super) fn file(
    visit: &Visit,
    name: &str,
    ending: &str,
    media_type: &'static str,
    body: impl Reply,
) -> Response {
    let mut response = body.into_response();
    let name = format!(
        "attachment; filename=\"zayavka-{name}-{}.{ending}\"",
        visit.texts.today()
    );
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        VARY,
        HeaderValue::from_static("Cookie, Accept-Language, Accept-Encoding"),
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}
