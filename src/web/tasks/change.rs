//! One-click changes of a task: status or stage, employee, reminders, deletion.

use std::sync::Arc;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::one::show_with;
use super::talk::ConversationForm;
use super::toast::{late, moved};
use super::{TaskListItem, get_whole, task_id};
use crate::app::{self, undo::Late};
use crate::domain::{
    Conflict, Error, NoticeId, Result, Stage, StageId, Status, TaskChange, TaskId,
};
use crate::store::Transaction;
use crate::store::tasks::TaskRow;
use crate::web::edited::Edited;
use crate::web::visit::Visit;

/// Saves a change, and returns the previous stage as well. Idempotent: a button pressed again after
/// a lost response causes no conflict. An undo has the employee's choice for a customer who has been told.
/// A form that says the stage it `shown` conflicts with a change of the stage only.
async fn save(
    visit: &Visit,
    id: TaskId,
    change: TaskChange,
    shown: Option<StageId>,
    undo: Option<Option<Late>>,
) -> Result<(Arc<Stage>, TaskRow)> {
    let actor = visit.actor()?;
    let (shop, now) = (visit.desk.shop(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let row = app::tasks::get(tx, &actor, id)?;
        let before = row.stage.clone();
        if row.task.has(&change) {
            return Ok((before, row));
        }
        if shown.is_some_and(|shown| shown != row.task.stage) {
            let current = row.task.version;
            return Err(Conflict::Version { current }.into());
        }
        let after = match undo {
            Some(late) => app::undo::undo(tx, &shop, &actor, id, &change, late, now)?,
            None => app::tasks::update(tx, &shop, &actor, id, &change, now)?,
        };
        Ok((before, after))
    };
    visit.desk.db.write(work).await
}

/// Handles a status or stage change from a list row, the task's page, the board, or an undo.
pub async fn set_status(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let stage = visit.sent("stage").map(|id| StageId::parse("stage", id));
    let stage = stage.transpose().map_err(|_| Error::NotFound)?;
    let status = Status::from_word(visit.typed("status"));
    if stage.is_none() && status.is_none() {
        return Err(Error::NotFound);
    }
    let change = TaskChange {
        // The board's cards share one form: their buttons have the version in their addresses.
        expected_version: visit
            .sent("version")
            .or_else(|| visit.parameter("version"))
            .and_then(|version| version.parse().ok()),
        status,
        stage,
        ..TaskChange::default()
    };
    let edited = Edited::read(visit);
    let shown = edited.shown("stage");
    let shown = shown.and_then(|id| StageId::parse("stage", id).ok());
    let undo = (!visit.typed("undo").is_empty()).then(|| late(visit));
    let (row, was) = match save(visit, id, change, shown, undo).await {
        Ok((before, row)) => {
            // What was taken back can't be taken back in turn, unless the customer will be told of it.
            let is_new = before.id != row.stage.id && matches!(undo, None | Some(Some(Late::Tell)));
            (row, is_new.then(|| way_back(&before)))
        }
        // The customer was told meanwhile: the toast asks what to do about it.
        Err(Error::Conflict(Conflict::CustomerTold)) => {
            let to = visit.sent("stage").unwrap_or_else(|| visit.typed("status"));
            (get_whole(visit, id).await?.0, Some(to.to_owned()))
        }
        Err(Error::Conflict(Conflict::Version { .. })) if shown.is_some() => {
            return moved_meanwhile(visit, id).await;
        }
        Err(error) => return Err(error),
    };
    if visit.is_scripted() {
        return moved(visit, row, was).await;
    }
    let back = visit.safe_path(Some(visit.typed("back")));
    let (path, query) = back.split_once('?').unwrap_or((back, ""));
    let kept = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !["changed", "was", "deleted"].contains(&&**name));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept);
    if let Some(was) = was {
        query
            .append_pair("changed", &id.to_string())
            .append_pair("was", &was);
    }
    let query = query.finish();
    let joint = if query.is_empty() { "" } else { "?" };
    Ok(visit.go(&format!("{path}{joint}{query}")))
}

/// Shows the sheet with the stage that a colleague has chosen meanwhile, and asks to choose again.
async fn moved_meanwhile(visit: &Visit, id: TaskId) -> Result<Response> {
    let mut talk = ConversationForm::default();
    let text = visit.texts.s("sheet-stage-moved");
    talk.errors.add_text("stage", text);
    show_with(visit, &id.to_string(), StatusCode::CONFLICT, talk).await
}

/// Returns the undo parameter for a previous stage: for the first stage of a status, the status is
/// enough.
pub fn way_back(stage: &Stage) -> String {
    match stage.is_first() {
        true => stage.status.word().to_owned(),
        false => stage.id.to_string(),
    }
}

/// Turns reminders to the task's customer on or off.
pub async fn set_remind(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let change = TaskChange {
        remind: Some(!visit.typed("remind").is_empty()),
        ..TaskChange::default()
    };
    save(visit, id, change, None, None).await?;
    Ok(visit.go(&format!("/tasks/{id}")))
}

#[derive(Template)]
#[template(path = "delete-task.html")]
struct DeletePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    row: TaskListItem,
}

pub async fn ask_to_delete(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let row = get_whole(visit, task_id(id)?).await?;
    let row = TaskListItem::new(&row, &visit.texts);
    visit.page(&DeletePage {
        visit,
        current: "tasks",
        row,
    })
}

pub async fn delete(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (task_id(id)?, visit.desk.clock.now());
    visit
        .desk
        .db
        .write(move |tx| app::tasks::delete(tx, &actor, id, now))
        .await?;
    Ok(visit.go(&format!("/?deleted={id}")))
}

pub async fn retry_notice(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = NoticeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let (now, shop) = (visit.desk.clock.now(), visit.desk.shop());
    let row = visit
        .desk
        .db
        .write(move |tx| app::notices::retry(tx, &shop, &actor, id, now))
        .await?;
    Ok(visit.go(&format!("/tasks/{}", row.task.id)))
}
