//! What goes out of the shop and comes in as a whole. The owner's.

mod download;
mod import;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::visit::Visit;
use crate::app;
use crate::domain::{Problem, Result};
use crate::sheet;

pub use download::{archive, customers, tasks};
pub use import::{apply, preview, refused, upload};

/// The longest bodies that come with files, in MiB; a form around a file is a little longer.
pub const TABLE: usize = 10;
pub const ARCHIVE: usize = 64;
/// Where an archive is sent, in the form and in its problems.
const FILE_OF_ARCHIVE: &str = "archive";

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    /// What was done, in a sentence.
    done: Option<String>,
    /// Under which token the file is that has rows which were left out.
    left: Option<String>,
    /// Whether an archive could come back.
    empty: bool,
    mib: (usize, usize),
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let count = |name| visit.asked(name).and_then(|text| text.parse::<u32>().ok());
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
        _ if visit.asked("archive").is_some() => Some(visit.texts.s("data-archive-done")),
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
    let now = visit.desk.clock.now();
    let is_here = |token: &&str| {
        let kept = visit.desk.uploads.get(sheet::FIELD, &owner, token, now);
        kept.is_ok()
    };
    let empty = move |c: &_| app::archive::is_empty(c, &owner);
    let page = DataPage {
        visit,
        current: "data",
        errors,
        done,
        left: visit.asked("file").filter(is_here).map(str::to_owned),
        empty: visit.desk.db.read(empty).await?,
        mib: (TABLE, ARCHIVE),
    };
    visit.page_as(status, &page)
}

/// How long a file that is sent to a page may be, in MiB.
pub fn most(path: &[&str]) -> usize {
    match path {
        ["data", "archive"] => ARCHIVE,
        _ => TABLE,
    }
}

/// The answer to a file that is longer.
pub async fn too_large(visit: &Visit) -> Result<Response> {
    let path: Vec<&str> = visit.path.iter().map(String::as_str).collect();
    let field = match path[..] {
        ["data", "archive"] => FILE_OF_ARCHIVE,
        _ => sheet::FIELD,
    };
    let mib = most(&path);
    let mut errors = Errors::default();
    errors.add(Problem::FileTooLarge { mib }.at(field).into(), &visit.texts)?;
    show_with(visit, StatusCode::PAYLOAD_TOO_LARGE, errors, None).await
}

/// Takes an archive back into an empty database.
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
