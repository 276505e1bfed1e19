//! Toasts: short messages about the last action, with an undo while that is possible.

use askama::Template;
use jiff::SignedDuration;
use serde_json::json;
use warp::Reply;
use warp::reply::Response;

use super::reach::why;
use crate::app;
use crate::domain::{Error, Result, StageId, Status, TaskId};
use crate::store::tasks::TaskRow;
use crate::web::visit::Visit;

/// A message about the last action, with its undo if there is one.
pub struct Toast {
    pub text: String,
    /// Text after the remaining seconds, if there are any.
    pub rest: String,
    pub undo: Option<Undo>,
}

impl Toast {
    /// Creates a toast without undo.
    pub fn plain(text: String) -> Self {
        Self {
            text,
            rest: String::new(),
            undo: None,
        }
    }
}

/// The undo of an action.
pub struct Undo {
    pub task: i64,
    pub version: i64,
    /// Form field of the undo, and its value.
    pub field: &'static str,
    pub value: String,
    /// Seconds until the customer is notified and the undo ends; `None` when nobody is notified.
    pub left: Option<i64>,
    /// Text shown after that time.
    pub over: String,
}

/// Returns the toast that the URL announces. It describes the current state rather than trusting
/// the URL.
pub async fn toast(visit: &Visit) -> Result<Option<Toast>> {
    let texts = &visit.texts;
    if let Some(id) = visit
        .parameter("deleted")
        .and_then(|id| TaskId::parse("deleted", id).ok())
    {
        let text = texts.number("toast-deleted", &id.get());
        return Ok(Some(Toast::plain(text)));
    }
    let changed = visit
        .parameter("changed")
        .and_then(|id| TaskId::parse("changed", id).ok());
    match (changed, visit.parameter("was")) {
        (Some(id), Some(was)) => changed_to(visit, id, was).await,
        _ => Ok(None),
    }
}

/// Returns the toast about the task's current stage, with an undo to the previous one.
async fn changed_to(visit: &Visit, id: TaskId, was: &str) -> Result<Option<Toast>> {
    let (status, stage) = (Status::from_word(was), StageId::parse("was", was).ok());
    let field = match (status, stage) {
        (Some(_), _) => "status",
        (_, Some(_)) => "stage",
        _ => return Ok(None),
    };
    let actor = visit.actor()?;
    let read = move |c: &_| {
        let row = app::tasks::get(c, &actor, id)?;
        let undo = app::undo::of(c, &actor, &row)?;
        Ok((row, undo))
    };
    let (row, undo) = visit.desk.db.read(read).await?;
    let is_back = match status {
        Some(status) => row.task.status == status && row.stage.is_first(),
        None => Some(row.task.stage) == stage,
    };
    let left = match undo {
        app::undo::Undo::Until(due) => Some(seconds(due.duration_since(visit.texts.now()))),
        app::undo::Undo::Unnoticed | app::undo::Undo::TooLate => None,
    };
    let back = Undo {
        task: id.get(),
        version: row.task.version,
        field,
        value: was.to_owned(),
        left,
        over: sentence(visit, &row, "toast-was-told", None),
    };
    if undo == app::undo::Undo::TooLate {
        return Ok(Some(Toast::plain(back.over)));
    }
    let text = changed_text(visit, &row, left.is_some());
    let (text, rest) = text.split_once(SECONDS).unwrap_or((&text, ""));
    Ok(Some(Toast {
        text: text.to_owned(),
        rest: rest.to_owned(),
        undo: (!is_back).then_some(back),
    }))
}

/// Placeholder for the seconds in a message, which the script counts down.
const SECONDS: char = '\u{1}';

/// Rounds up: the undo must not end earlier than announced.
fn seconds(left: SignedDuration) -> i64 {
    (left.as_millis().max(0) as i64 + 999) / 1_000
}

fn sentence(visit: &Visit, row: &TaskRow, id: &str, why: Option<&str>) -> String {
    let texts = &visit.texts;
    let number = ("number", row.task.id.to_string().into());
    let status = ("status", texts.stage(&row.stage).into());
    let why = (
        "why",
        why.map(|why| texts.s(why)).unwrap_or_default().into(),
    );
    texts.with(id, [number, status, why])
}

fn changed_text(visit: &Visit, row: &TaskRow, is_counted: bool) -> String {
    let number = ("number", row.task.id.to_string().into());
    let status = ("status", visit.texts.stage(&row.stage).into());
    match (why_not_told(visit, row), is_counted) {
        (Some(why), _) => sentence(visit, row, "toast-not-told", Some(why)),
        // The task is back in the state that the customer knows.
        (None, false) => sentence(visit, row, "board-moved", None),
        (None, true) => {
            let seconds = ("seconds", SECONDS.to_string().into());
            visit.texts.with("toast-told", [number, status, seconds])
        }
    }
}

/// Returns why a customer isn't notified; `None` when they are.
fn why_not_told(visit: &Visit, row: &TaskRow) -> Option<&'static str> {
    match row.stage.told {
        true => visit.desk.unreachable(row.customer.as_deref()).map(why),
        false => Some("toast-why-stage"),
    }
}

/// A toast as a page fragment, for the script on the board.
#[derive(Template)]
#[template(path = "offer.html")]
struct Offer<'a> {
    visit: &'a Visit,
    toast: Toast,
}

/// Responds to the board's script after a move; `was` is the stage to undo to, if possible.
pub async fn moved(visit: &Visit, row: TaskRow, was: Option<String>) -> Result<Response> {
    let toast = match was {
        Some(was) => changed_to(visit, row.task.id, &was).await?,
        None => None,
    };
    let toast = toast.unwrap_or_else(|| Toast::plain(sentence(visit, &row, "board-moved", None)));
    let html = Offer { visit, toast }.render().map_err(Error::internal)?;
    let answer = json!({ "toast": html, "version": row.task.version });
    Ok(warp::reply::json(&answer).into_response())
}
