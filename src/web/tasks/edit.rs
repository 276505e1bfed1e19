//! Editing a task, and what comes of it when a colleague was faster.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::change::{save, way_back};
use super::draft::Draft;
use super::facts::{Fact, facts};
use super::new::KnownDevice;
use super::{get_whole, task_id};
use crate::domain::{
    Category, Conflict, Details, Error, Result, Stage, Status, TaskChange, TaskId,
};
use crate::store::tasks::TaskRow;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "edit-task.html")]
struct EditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    id: i64,
    version: i64,
    draft: Draft,
    /// Other tasks of the device stand on the task's own page.
    device: Option<KnownDevice>,
    /// What somebody else has saved meanwhile.
    theirs: Option<Theirs>,
}

struct Theirs {
    status: Status,
    category: Category,
    description: String,
    facts: Vec<Fact>,
}

impl Theirs {
    fn of((row, details): &(TaskRow, Details), texts: &Texts) -> Self {
        Self {
            status: row.task.status,
            category: row.task.category,
            description: row.task.description.as_str().to_owned(),
            facts: facts(&row.task, details, texts),
        }
    }
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let id = task_id(id)?;
    let (row, details) = get_whole(visit, id).await?;
    visit.page(&EditPage {
        visit,
        current: "tasks",
        errors: Errors::default(),
        id: id.get(),
        version: row.task.version,
        draft: Draft::of(&row.task, &details, &visit.texts),
        device: None,
        theirs: None,
    })
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let id = task_id(id)?;
    let draft = Draft::read(visit);
    let version = visit.typed("version").parse().ok();
    let mut errors = Errors::default();
    let Some(said) = draft.said(visit, &mut errors)? else {
        let version = version.unwrap_or_default();
        return show_edit(visit, id, version, errors, draft, None);
    };
    let change = TaskChange {
        expected_version: version,
        customer_phone: None,
        category: draft.category,
        status: draft.status,
        stage: None,
        description: Some(said.description),
        due: said.due,
        remind: None,
        details: said.details,
    };
    match save(visit, id, change).await {
        Ok((before, row)) => Ok(visit.go(&changed("/tasks", id, &before, &row.stage))),
        Err(Error::Conflict(Conflict::Version { .. })) => {
            let now = get_whole(visit, id).await?;
            let theirs = Some(Theirs::of(&now, &visit.texts));
            show_edit(visit, id, now.0.task.version, errors, draft, theirs)
        }
        Err(error) => Err(error),
    }
}

fn show_edit(
    visit: &Visit,
    id: TaskId,
    version: i64,
    errors: Errors,
    draft: Draft,
    theirs: Option<Theirs>,
) -> Result<Response> {
    let status = match theirs {
        Some(_) => StatusCode::CONFLICT,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let id = id.get();
    visit.page_as(
        status,
        &EditPage {
            visit,
            current: "tasks",
            errors,
            id,
            version,
            draft,
            device: None,
            theirs,
        },
    )
}

/// Where to go after a change: the task, with a toast when its stage changed.
fn changed(place: &str, id: TaskId, before: &Stage, now: &Stage) -> String {
    match now.id == before.id {
        true => format!("{place}/{id}"),
        false => format!("{place}/{id}?changed={id}&was={}", way_back(before)),
    }
}
