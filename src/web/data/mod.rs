//! Export and import of the whole shop. Owners only.

mod demo;
mod download;
mod import;
pub(super) mod review;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::visit::Visit;
use crate::app;
use crate::app::first_day::Demo;
use crate::domain::{Problem, Result};
use crate::sheet;

pub use demo::{ask_to_remove_demo, load_demo, remove_demo};
pub(super) use download::{CSV, csv, file, file_called, streamed, writing};
pub use download::{archive, customers, tasks};
pub use import::{apply, preview, refused, upload};

/// Maximum sizes of uploaded files, in MiB; the form around a file adds a little.
pub const TABLE: usize = 10;
pub const ARCHIVE: usize = 64;
/// Name of the archive's form field, which its errors refer to.
const FILE_OF_ARCHIVE: &str = "archive";

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    /// Result of an import, as a sentence.
    done: Option<String>,
    /// Token of the stored file whose rows with errors were skipped.
    left: Option<String>,
    /// Whether the database is empty, so that an archive can be imported.
    empty: bool,
    demo: Demo,
    mib: (usize, usize),
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let count = |name| {
        visit
            .parameter(name)
            .and_then(|text| text.parse::<u32>().ok())
    };
    let done = match (count("tasks"), count("customers"), count("here")) {
        (Some(tasks), Some(customers), Some(here)) => {
            let args = [("tasks", tasks), ("customers", customers), ("here", here)];
            let args = args.map(|(name, count)| (name, count.into()));
            let done = visit.texts.with("data-done", args);
            Some(match count("left") {
                Some(left) => format!("{done} {}", visit.texts.fill("data-left", "count", left)),
                None => done,
            })
        }
        _ if visit.parameter("archive").is_some() => Some(visit.texts.s("data-archive-done")),
        _ => None,
    };
    show_with(visit, StatusCode::OK, Errors::default(), done).await
}

async fn show_with(
    visit: &Visit,
    status: StatusCode,
    errors: Errors,
    done: Option<String>,
) -> Result<Response> {
    let owner = visit.owner()?;
    let (actor, now) = (visit.actor()?, visit.desk.clock.now());
    let is_here = |token: &&str| {
        let kept = visit.desk.uploads.get(sheet::FIELD, &actor, token, now);
        kept.is_ok()
    };
    let state = move |c: &_| {
        let empty = app::archive::is_empty(c, &owner)?;
        Ok((empty, app::first_day::demo(c, &owner)?))
    };
    let (empty, demo) = visit.desk.db.read(state).await?;
    let page = DataPage {
        visit,
        current: "data",
        demo,
        errors,
        done,
        left: visit.parameter("file").filter(is_here).map(str::to_owned),
        empty,
        mib: (TABLE, ARCHIVE),
    };
    visit.page_as(status, &page)
}

/// Responds to a table that is too large.
pub async fn table_too_large(visit: &Visit) -> Result<Response> {
    too_large(visit, sheet::FIELD, TABLE).await
}

/// Responds to an archive that is too large.
pub async fn archive_too_large(visit: &Visit) -> Result<Response> {
    too_large(visit, FILE_OF_ARCHIVE, ARCHIVE).await
}

async fn too_large(visit: &Visit, field: &'static str, mib: usize) -> Result<Response> {
    let mut errors = Errors::default();
    errors.add(Problem::FileTooLarge { mib }.at(field).into(), &visit.texts)?;
    show_with(visit, StatusCode::PAYLOAD_TOO_LARGE, errors, None).await
}

/// Imports an archive into an empty database.
pub async fn put_back(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut errors = Errors::default();
    let done = async {
        let file = visit.file(FILE_OF_ARCHIVE).await?;
        let text = String::from_utf8(file.to_vec());
        let text = text.map_err(|_| Problem::ArchiveUnreadable.at(FILE_OF_ARCHIVE))?;
        app::archive::import(&visit.desk, owner, FILE_OF_ARCHIVE, text).await
    };
    match errors.take(done.await, &visit.texts)? {
        Some(token) => Ok(visit.go_with_token("/data?archive=1", &token)),
        None => show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await,
    }
}
