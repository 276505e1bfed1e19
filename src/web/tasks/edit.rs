//! Editing a task, and what comes of it when a colleague was faster.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::change::save;
use super::{Draft, get, task_id};
use crate::domain::{Conflict, Description, Error, Result, Status, Task, TaskChange, TaskId};
use crate::web::form::Errors;
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
    /// What somebody else has saved meanwhile.
    theirs: Option<Draft>,
}

fn draft_of(task: &Task) -> Draft {
    Draft {
        description: task.description.as_str().to_owned(),
        status: Some(task.status),
        category: Some(task.category),
        ..Draft::default()
    }
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let id = task_id(id)?;
    let task = get(visit, id).await?.task;
    visit.page(&EditPage {
        visit,
        current: "tasks",
        errors: Errors::default(),
        id: id.get(),
        version: task.version,
        draft: draft_of(&task),
        theirs: None,
    })
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let id = task_id(id)?;
    let draft = Draft::read(visit);
    let version = visit.typed("version").parse().ok();
    let mut errors = Errors::default();
    let description = Description::parse("description", &draft.description);
    let Some(description) = errors.take(description, &visit.texts)? else {
        let version = version.unwrap_or_default();
        return show_edit(visit, id, version, errors, draft, None);
    };
    let change = TaskChange {
        expected_version: version,
        customer_phone: None,
        category: draft.category,
        status: draft.status,
        description: Some(description),
    };
    match save(visit, id, change).await {
        Ok((before, _)) => Ok(visit.go(&changed("/tasks", id, before, draft.status))),
        Err(Error::Conflict(Conflict::Version { .. })) => {
            let now = get(visit, id).await?.task;
            let theirs = Some(draft_of(&now));
            show_edit(visit, id, now.version, errors, draft, theirs)
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
    theirs: Option<Draft>,
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
            theirs,
        },
    )
}

/// Where to go after a change: the task, with a toast when its status changed.
fn changed(place: &str, id: TaskId, before: Status, now: Option<Status>) -> String {
    match now {
        Some(now) if now != before => format!("{place}/{id}?changed={id}&was={}", before.word()),
        _ => format!("{place}/{id}"),
    }
}
