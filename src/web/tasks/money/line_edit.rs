//! Editing of a line: the whole of it on a page of its own, or one field where it stands.

use warp::http::StatusCode;
use warp::reply::Response;

use super::line_form::{LINE_FIELDS, LineForm, collision, line_errors};
use super::lines::{Which, back, get, line_id, page};
use super::note_error;
use crate::app::{self, catalogue, edits};
use crate::domain::{Error, Line, LineChange, LineId, Result, TaskId};
use crate::store::Transaction;
use crate::web::edited::{Edited, Question};
use crate::web::form::Errors;
use crate::web::tasks::facts::{self, Open};
use crate::web::tasks::one::show_open;
use crate::web::tasks::talk::ConversationForm;
use crate::web::tasks::task_id;
use crate::web::visit::Visit;

pub async fn edit(visit: &Visit, id: &str, line: &str) -> Result<Response> {
    let (actor, task, id) = (visit.actor()?, task_id(id)?, line_id(line)?);
    let line = get(visit, task, id).await?;
    let form = LineForm::of(&line.content, &visit.texts);
    let form = match catalogue::sees_costs(&actor) {
        true => form,
        false => form.without_cost(),
    };
    let was = form.encode();
    let mut page = page(visit, task, Which::Old(id), form, line_errors()).await?;
    page.was = was;
    visit.page(&page)
}

/// Saves what was changed in a line, unless a colleague has changed the same meanwhile.
pub async fn update(visit: &Visit, id: &str, line: &str) -> Result<Response> {
    let (actor, task, id) = (visit.actor()?, task_id(id)?, line_id(line)?);
    let before = get(visit, task, id).await?;
    let field = in_place(visit)?;
    let edited = Edited::read(visit);
    let only = |name: &str| field.is_none_or(|field| field == name);
    let form = LineForm::read(|name| edited.typed(name).filter(|_| only(name)));
    let mut errors = line_errors();
    let typed = form.change(visit, &mut errors)?;
    let shown = LineForm::read(|name| edited.shown(name).filter(|_| only(name)));
    let shown = shown.change(visit, &mut Errors::default())?;
    let saved = match typed {
        None => None,
        Some(typed) => {
            let edit = edited.edit(typed, shown.unwrap_or_else(LineChange::default));
            let now = visit.desk.clock.now();
            let work = move |tx: &Transaction<'_>| edits::line(tx, &actor, id, edit, now);
            match visit.desk.db.write(work).await {
                Ok(saved) => Some(saved),
                Err(error) => {
                    note_error(&mut errors, error, &visit.texts)?;
                    None
                }
            }
        }
    };
    match (saved, field) {
        (Some(saved), Some(field)) if saved.collided.is_empty() => {
            let value = |line: &Line| {
                let form = LineForm::of(&line.content, &visit.texts);
                form.value(field).to_owned()
            };
            let values = (value(&before), value(&saved.now));
            facts::done(visit, task, Some(id.get()), field, values)
        }
        (Some(saved), None) if saved.collided.is_empty() => Ok(back(visit, task)),
        (saved, Some(field)) => {
            let status = match saved {
                Some(_) => StatusCode::CONFLICT,
                None => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let mine = visit.typed(field).to_owned();
            let open = Open::again(visit, format!("{id}.{field}"), mine, errors);
            let talk = ConversationForm::default();
            show_open(visit, &task.to_string(), status, talk, open).await
        }
        (Some(saved), None) => {
            ask(
                visit,
                task,
                &saved.now,
                &saved.collided,
                &form,
                errors,
                saved.changed,
            )
            .await
        }
        (None, None) => again(visit, task, id, &edited, form, errors).await,
    }
}

/// Returns the field of a form that has only one.
fn in_place(visit: &Visit) -> Result<Option<&'static str>> {
    let known = |name: &str| LINE_FIELDS.iter().find(|field| **field == name).copied();
    match visit.sent("field") {
        None => Ok(None),
        Some(name) => known(name).map(Some).ok_or(Error::NotFound),
    }
}

/// Shows the form again with its errors.
async fn again(
    visit: &Visit,
    task: TaskId,
    id: LineId,
    edited: &Edited<'_>,
    form: LineForm,
    errors: Errors,
) -> Result<Response> {
    let asked = edited.in_conflict(LINE_FIELDS);
    if !asked.is_empty() {
        let line = get(visit, task, id).await?;
        return ask(visit, task, &line, &asked, &form, errors, false).await;
    }
    let mut page = page(visit, task, Which::Old(id), form, errors).await?;
    page.was = visit.typed("was").to_owned();
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Asks about the fields that a colleague has changed meanwhile.
async fn ask(
    visit: &Visit,
    task: TaskId,
    line: &Line,
    fields: &[&'static str],
    form: &LineForm,
    errors: Errors,
    saved: bool,
) -> Result<Response> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::accounts::employees(c, &actor);
    let employees = visit.desk.db.read(read).await?;
    let of = |field: &&'static str| {
        let mine = form.value(field).to_owned();
        collision(field, mine, &line.content, &employees, &visit.texts)
    };
    let question = Question {
        visit,
        current: "tasks",
        title: "conflict-title",
        action: format!("/tasks/{task}/lines/{}", line.id),
        cancel: format!("/tasks/{task}#lines"),
        collisions: fields.iter().map(of).collect(),
        saved,
        errors,
    };
    question.ask()
}
