//! The copies at their place, and trying one with the recovery key.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::offsite;
use crate::domain::{CopyContents, Error, ListedCopy, Problem, Recipient, Result};
use crate::i18n;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::{FILE, Upload, Visit};

#[derive(Template)]
#[template(path = "offsite-copies.html")]
struct CopiesPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    rows: Vec<CopyRow>,
    /// Why they can't be listed.
    trouble: Option<String>,
}

/// A copy at its place.
struct CopyRow {
    name: String,
    made: String,
    size: String,
    tasks: String,
    /// Fingerprint of the key that opens it, and whether that is the present one.
    key: String,
    is_present: bool,
}

#[derive(Template)]
#[template(path = "offsite-try.html")]
struct TryPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    /// What is in the copy, and why it can't be told.
    found: Option<String>,
    trouble: Option<String>,
}

/// Lists the copies of this shop.
pub async fn offsite_copies(visit: &Visit) -> Result<Response> {
    let (desk, texts) = (&visit.desk, &visit.texts);
    let listed = match offsite::list(desk, &visit.owner()?).await {
        // There is no place to look at.
        Err(Error::Invalid(_)) => return Ok(visit.go("/settings/offsite")),
        listed => listed?,
    };
    let settings = desk.settings.now();
    let key = settings.offsite.as_ref();
    let key = key.and_then(|offsite| offsite.recipient.as_ref());
    let key = key.map(Recipient::fingerprint).unwrap_or_default();
    let (copies, trouble) = match listed {
        Ok(copies) => (copies, None),
        Err(trouble) => (Vec::new(), Some(i18n::offsite(texts.language, &trouble))),
    };
    let row = |copy: &ListedCopy| CopyRow {
        name: copy.name.clone(),
        made: texts.exact(&copy.made),
        size: size(texts, copy.bytes),
        tasks: texts.count("offsite-tasks", &copy.tasks),
        is_present: copy.recovery_key == key,
        key: copy.recovery_key.clone(),
    };
    visit.page(&CopiesPage {
        visit,
        current: "settings",
        rows: copies.iter().map(row).collect(),
        trouble,
    })
}

/// Asks for a copy and the key.
pub fn ask_for_copy(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    let nothing = (None, None);
    render(visit, StatusCode::OK, Errors::default(), nothing)
}

/// Says what is in an uploaded copy, and changes nothing.
pub async fn try_copy(visit: &Visit) -> Result<Response> {
    let (owner, texts) = (visit.owner()?, &visit.texts);
    let mut errors = Errors::default();
    let tried = match &visit.upload {
        Some(Upload::Whole(received)) => {
            let (file, key) = (received.path.clone(), received.key.clone());
            offsite::try_copy(&visit.desk, &owner, file, key).await?
        }
        Some(Upload::Broken(trouble)) => Err(trouble.clone()),
        missing => {
            let field = match missing {
                Some(Upload::Missing(field)) => field,
                _ => FILE,
            };
            errors.add(Problem::Required.at(field).into(), texts)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return render(visit, status, errors, (None, None));
        }
    };
    match tried {
        Ok(contents) => {
            let said = (Some(inside(texts, &contents)), None);
            render(visit, StatusCode::OK, errors, said)
        }
        Err(trouble) => {
            let said = (None, Some(i18n::offsite(texts.language, &trouble)));
            render(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, said)
        }
    }
}

/// Describes a copy: "3 412 tasks, the last one of yesterday".
fn inside(texts: &Texts, contents: &CopyContents) -> String {
    let tasks = texts.count("offsite-tasks", &contents.tasks);
    let newest = contents.newest_task.as_ref();
    let newest = newest.map(|at| texts.fill("offsite-last-task", "at", texts.exact(at)));
    let customers = texts.count("offsite-customers", &contents.customers);
    let files = texts.count("offsite-files", &contents.files);
    let all = [Some(tasks), newest, Some(customers), Some(files)];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn size(texts: &Texts, bytes: u64) -> String {
    i18n::size(texts.language, i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn render(
    visit: &Visit,
    status: StatusCode,
    errors: Errors,
    (found, trouble): (Option<String>, Option<String>),
) -> Result<Response> {
    let page = TryPage {
        visit,
        current: "settings",
        errors,
        found,
        trouble,
    };
    visit.page_as(status, &page)
}
