//! Toasts: short messages about the last action, with an undo. It is the same on the list, the board and the task's
//! page: until the customer is told it withdraws the notice, afterwards the employee chooses what the customer learns.

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use warp::Reply;
use warp::reply::Response;

use super::reach::why;
use super::task_id;
use crate::app::{self, undo};
use crate::domain::{Error, Name, Purpose, Result, StageId, Status, TaskId};
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
    /// Seconds after which the toast is out of date, by the server's clock: until the notice is due, or
    /// until its delivery is worth another look. `None` when nobody is notified.
    pub left: Option<f64>,
    /// Whole seconds until the notice is due, which are shown.
    pub seconds: Option<i64>,
    /// Buttons: values of the field `undo`, with their message ids.
    pub buttons: &'static [(&'static str, &'static str)],
}

/// Withdraws the notice as well.
const IN_TIME: &[(&str, &str)] = &[("1", "toast-undo")];
/// For a customer who has been told.
const LATE: &[(&str, &str)] = &[("tell", "toast-undo-tell"), ("silent", "toast-undo-silent")];

/// Reads the choice of an undo for a customer who has been told.
pub fn late(visit: &Visit) -> Option<undo::Late> {
    match visit.typed("undo") {
        "tell" => Some(undo::Late::Tell),
        "silent" => Some(undo::Late::Silent),
        _ => None,
    }
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
        let undo = undo::of(c, &actor, &row)?;
        Ok((row, undo))
    };
    let (row, undo) = visit.desk.db.read(read).await?;
    let is_back = match status {
        Some(status) => row.task.status == status && row.stage.is_first(),
        None => Some(row.task.stage) == stage,
    };
    let (left, seconds) = left(undo, visit.desk.clock.now());
    let back = Undo {
        task: id.get(),
        version: row.task.version,
        field,
        value: was.to_owned(),
        left,
        seconds,
        buttons: match undo {
            undo::Undo::Unnoticed | undo::Undo::Until(_) => IN_TIME,
            undo::Undo::Leaving | undo::Undo::Told => LATE,
        },
    };
    let text = changed_text(visit, &row, undo, seconds.is_some());
    let (text, rest) = text.split_once(SECONDS).unwrap_or((&text, ""));
    Ok(Some(Toast {
        text: text.to_owned(),
        rest: rest.to_owned(),
        undo: (!is_back).then_some(back),
    }))
}

/// Placeholder for the seconds in a message, which the script counts down.
const SECONDS: char = '\u{1}';

/// Seconds after which a notice that is due or being sent is looked at again.
const AGAIN: f64 = 2.0;

/// Returns the seconds after which a toast is out of date, and the whole seconds until its notice is due. A notice that
/// is due may still wait for its turn.
fn left(undo: undo::Undo, now: Timestamp) -> (Option<f64>, Option<i64>) {
    match undo {
        undo::Undo::Until(due) if due > now => {
            let left = due.duration_since(now);
            (Some(left.as_secs_f64()), Some(seconds(left)))
        }
        undo::Undo::Until(_) | undo::Undo::Leaving => (Some(AGAIN), None),
        undo::Undo::Unnoticed | undo::Undo::Told => (None, None),
    }
}

/// Rounds up: the undo must not end earlier than announced.
fn seconds(left: SignedDuration) -> i64 {
    (left.as_millis().max(0) as i64 + 999) / 1_000
}

fn sentence(visit: &Visit, row: &TaskRow, id: &str, why: Option<&str>) -> String {
    let texts = &visit.texts;
    let name = row.customer.as_ref().and_then(|card| card.name.as_ref());
    let name = name.map_or_else(
        || texts.s("toast-customer"),
        |name| Name::as_str(name).to_owned(),
    );
    let why = why.map(|why| texts.s(why)).unwrap_or_default();
    texts.with(
        id,
        [
            ("number", row.task.id.to_string().into()),
            ("status", texts.stage(&row.stage).into()),
            ("name", name.into()),
            ("seconds", SECONDS.to_string().into()),
            ("why", why.into()),
        ],
    )
}

fn changed_text(visit: &Visit, row: &TaskRow, undo: undo::Undo, is_counted: bool) -> String {
    let id = match undo {
        undo::Undo::Told => "toast-was-told",
        undo::Undo::Leaving => "toast-leaving",
        undo::Undo::Unnoticed | undo::Undo::Until(_) => match why_not_told(visit, row) {
            Some(why) => return sentence(visit, row, "toast-not-told", Some(why)),
            None if is_counted => "toast-told",
            None if undo != undo::Undo::Unnoticed => "toast-due",
            // The task is back in the state that the customer knows.
            None => "board-moved",
        },
    };
    sentence(visit, row, id, None)
}

/// Returns why a customer isn't notified; `None` when they are.
fn why_not_told(visit: &Visit, row: &TaskRow) -> Option<&'static str> {
    match row.stage.told {
        true => {
            let purpose = Purpose::of_status(row.task.status);
            let unreachable = visit.desk.unreachable(row.customer.as_deref(), purpose);
            unreachable.map(why)
        }
        false => Some("toast-why-stage"),
    }
}

/// A toast as a page fragment, for the script.
#[derive(Template)]
#[template(path = "offer.html")]
struct Offer<'a> {
    visit: &'a Visit,
    toast: Toast,
    /// The page that shows it.
    here: &'a str,
}

impl Offer<'_> {
    fn html(&self) -> Result<String> {
        self.render().map_err(Error::internal)
    }
}

/// Responds to the script after a change of stage; `was` is the stage to undo to, if possible.
pub async fn moved(visit: &Visit, row: TaskRow, was: Option<String>) -> Result<Response> {
    let toast = match was {
        Some(was) => changed_to(visit, row.task.id, &was).await?,
        None => None,
    };
    let silent = late(visit) == Some(undo::Late::Silent);
    let text = if silent {
        "toast-silent"
    } else {
        "board-moved"
    };
    let toast = toast.unwrap_or_else(|| Toast::plain(sentence(visit, &row, text, None)));
    let here = visit.safe_path(Some(visit.typed("back")));
    let html = Offer { visit, toast, here }.html()?;
    let answer = json!({ "toast": html, "version": row.task.version });
    Ok(warp::reply::json(&answer).into_response())
}

/// Responds with the toast about a task as it is now, for the script, when the one on the page is out of date.
pub async fn look_again(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let was = visit.parameter("was").unwrap_or_default();
    let toast = changed_to(visit, task_id(id)?, was).await?;
    let here = visit.safe_path(visit.parameter("back"));
    let toast = toast.ok_or(Error::NotFound)?;
    visit.page(&Offer { visit, toast, here })
}
