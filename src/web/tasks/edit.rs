//! Editing of a task, with merging of colleagues' concurrent edits.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::change::way_back;
use super::draft::{TaskForm, edit_fields};
use super::new::KnownDevice;
use super::{get_whole, task_id};
use crate::app::edits;
use crate::domain::{Category, Day, Details, Money, Result, Stage, Status, Task, TaskId};
use crate::i18n;
use crate::store::Transaction;
use crate::web::edited::{Collision, Edited, Input, Question};
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
    /// Values that the form was loaded with.
    was: String,
    draft: TaskForm,
    /// The check of the serial number; other tasks of the device are listed on the task's own page.
    device: Option<KnownDevice>,
    focus: &'a str,
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let id = task_id(id)?;
    let (row, details) = get_whole(visit, id).await?;
    let draft = TaskForm::of(&row.task, &details, &visit.texts);
    visit.page(&EditPage {
        visit,
        current: "tasks",
        errors: Errors::default(),
        id: id.get(),
        version: row.task.version,
        was: draft.encode(),
        draft,
        device: None,
        focus: "",
    })
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = task_id(id)?;
    let edited = Edited::read(visit);
    let draft = TaskForm::read(|field| edited.typed(field));
    let mut errors = Errors::default();
    let Some(typed) = draft.change(visit, &mut errors)? else {
        return again(visit, id, &edited, draft, errors).await;
    };
    let shown = TaskForm::read(|field| edited.shown(field));
    let shown = shown.change(visit, &mut Errors::default())?;
    let edit = edited.edit(typed, shown.unwrap_or_default());
    let (shop, now) = (visit.desk.shop(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| edits::task(tx, &shop, &actor, id, edit, now);
    let saved = visit.desk.db.write(work).await?;
    let (before, row, details) = &saved.now;
    if saved.collided.is_empty() {
        return Ok(visit.go(&changed("/tasks", id, before, &row.stage)));
    }
    let theirs = (&row.task, details);
    ask(
        visit,
        id,
        &saved.collided,
        &draft,
        theirs,
        saved.changed,
        errors,
    )
}

/// Shows the form again with its errors.
async fn again(
    visit: &Visit,
    id: TaskId,
    edited: &Edited<'_>,
    draft: TaskForm,
    errors: Errors,
) -> Result<Response> {
    let asked = edited.in_conflict(&edit_fields());
    if !asked.is_empty() {
        let (row, details) = get_whole(visit, id).await?;
        let theirs = (&row.task, &details);
        return ask(visit, id, &asked, &draft, theirs, false, errors);
    }
    let page = EditPage {
        visit,
        current: "tasks",
        errors,
        id: id.get(),
        version: visit.typed("version").parse().unwrap_or_default(),
        was: visit.typed("was").to_owned(),
        draft,
        device: None,
        focus: "",
    };
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Asks about the fields that a colleague has changed meanwhile.
fn ask(
    visit: &Visit,
    id: TaskId,
    fields: &[&'static str],
    draft: &TaskForm,
    theirs: (&Task, &Details),
    saved: bool,
    errors: Errors,
) -> Result<Response> {
    let collision = |field: &&'static str| collision(field, draft, theirs, &visit.texts);
    let question = Question {
        visit,
        current: "tasks",
        title: "conflict-title",
        action: format!("/tasks/{id}/edit"),
        cancel: format!("/tasks/{id}"),
        collisions: fields.iter().map(collision).collect(),
        saved,
        errors,
    };
    question.ask()
}

pub(super) fn collision(
    field: &'static str,
    draft: &TaskForm,
    (task, details): (&Task, &Details),
    texts: &Texts,
) -> Collision {
    let theirs = TaskForm::of(task, details, texts).value(field);
    let sum = |sum: Option<Money>| sum.map(|sum| texts.money(sum)).unwrap_or_default();
    let day = |day: Option<Day>| day.map(|day| texts.date(&day)).unwrap_or_default();
    let (input, theirs_read) = match field {
        "description" => (Input::Text, theirs.clone()),
        "status" => {
            let choice = |status: &Status| (status.word().to_owned(), texts.status(status));
            let choices = Status::ALL.iter().map(choice).collect();
            (Input::Choice(choices), texts.status(&task.status))
        }
        "category" => {
            let choice =
                |category: &Category| (category.word().to_owned(), texts.category(category));
            let choices = Category::ALL.iter().map(choice).collect();
            (Input::Choice(choices), texts.category(&task.category))
        }
        "dueOn" => (Input::Day, day(task.due)),
        "warrantyEndsOn" => (Input::Day, day(details.warranty_until)),
        "estimate" => (Input::Number, sum(details.estimate)),
        "price" => (Input::Number, sum(details.price)),
        _ => (Input::Line, theirs.clone()),
    };
    Collision {
        field,
        label: texts.s(i18n::field(field).unwrap_or(field)),
        input,
        mine: draft.value(field),
        theirs,
        theirs_read,
    }
}

/// Returns where to redirect after a change: to the task, with a toast if its stage changed.
fn changed(place: &str, id: TaskId, before: &Stage, now: &Stage) -> String {
    match now.id == before.id {
        true => format!("{place}/{id}"),
        false => format!("{place}/{id}?changed={id}&was={}", way_back(before)),
    }
}
