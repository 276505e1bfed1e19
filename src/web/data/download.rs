//! Streamed downloads. Files are generated chunk by chunk while they are sent, so that a long file
//! takes no more memory than a short one.

use std::sync::{Mutex, PoisonError};

use futures_util::stream::{self, Stream};
use futures_util::{StreamExt, TryStreamExt};
use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, VARY,
};
use warp::reply::Response;

use crate::app;
use crate::app::memory::MemoryPermit;
use crate::app::packed::Coding;
use crate::domain::{Day, Days, Result, chain};
use crate::sheet::Writing;
use crate::web::visit::Visit;

pub(in crate::web) const CSV: &str = "text/csv; charset=utf-8";

pub async fn tasks(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let day = |name| {
        visit
            .parameter(name)
            .map(|text| Day::parse(name, text))
            .transpose()
    };
    let zone = &visit.desk.shop().timezone;
    let created = Days::between("to", day("from")?, day("to")?, zone)?;
    let writing = writing(visit);
    let head = writing.head_of_tasks()?;
    let rows = app::exports::tasks(&visit.desk, owner, created);
    let rows = rows.map(move |rows| writing.tasks(&rows?));
    let place = visit.desk.memory.file().await?;
    Ok(file(visit, "tasks", "csv", CSV, csv(head, rows, place)))
}

pub async fn customers(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let writing = writing(visit);
    let head = writing.head_of_customers()?;
    let cards = app::exports::customers(&visit.desk, owner);
    let cards = cards.map(move |cards| writing.customers(&cards?));
    let place = visit.desk.memory.file().await?;
    Ok(file(
        visit,
        "customers",
        "csv",
        CSV,
        csv(head, cards, place),
    ))
}

/// Serves the archive compressed, or decompresses it chunk by chunk for clients without gzip
/// support.
pub async fn archive(visit: &Visit) -> Result<Response> {
    let packed = app::archive::pack(&visit.desk, visit.owner()?).await?;
    let coding = match visit.accepts_gzip() {
        true => Coding::Gzip,
        false => Coding::Plain,
    };
    let body = streamed(packed.parts(coding));
    let mut response = file(visit, "archive", "json", "application/json", body);
    if coding == Coding::Gzip {
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert(CONTENT_ENCODING, gzip);
    }
    Ok(response)
}

/// Streams a CSV file, holding its memory permit.
pub(in crate::web) fn csv(
    head: Vec<u8>,
    rows: impl Stream<Item = Result<Vec<u8>>> + Send + 'static,
    place: MemoryPermit,
) -> Response {
    let parts = stream::once(std::future::ready(Ok(head))).chain(rows);
    streamed(parts.inspect(move |_| {
        // Dropped together with the stream.
        let _ = &place;
    }))
}

/// Builds a body whose chunks are generated on demand, so that nothing is generated for a client
/// that doesn't read. An error aborts the transfer, which browsers report as a failed download.
pub(in crate::web) fn streamed(
    parts: impl Stream<Item = Result<Vec<u8>>> + Send + 'static,
) -> Response {
    let logged = parts.inspect_err(|error| {
        tracing::error!(
            error = %chain(error),
            "failed to stream file"
        );
    });
    // It is never polled from two threads at once, but the compiler requires `Sync`.
    let mut logged = Mutex::new(logged.boxed());
    let parts = stream::poll_fn(move |context| {
        let logged = logged.get_mut().unwrap_or_else(PoisonError::into_inner);
        logged.poll_next_unpin(context)
    });
    warp::reply::stream(parts).into_response()
}

pub(in crate::web) fn writing(visit: &Visit) -> Writing {
    Writing {
        language: visit.texts.language,
        shop: visit.desk.shop(),
    }
}

/// Builds a response that browsers save as a file, which is named after today.
pub(in crate::web) fn file(
    visit: &Visit,
    name: &str,
    ending: &str,
    media_type: &'static str,
    body: impl Reply,
) -> Response {
    let name = format!("{name}-{}.{ending}", visit.texts.today());
    file_called(&name, media_type, body)
}

/// Builds a response that browsers save under a name.
pub(in crate::web) fn file_called(
    name: &str,
    media_type: &'static str,
    body: impl Reply,
) -> Response {
    let mut response = body.into_response();
    let name = format!("attachment; filename=\"zayavka-{name}\"");
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
