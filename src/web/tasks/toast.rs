//! What has just happened, in a line that goes by itself.

use super::get;
use super::reach::why;
use crate::domain::{Result, StageId, Status, TaskId};
use crate::store::tasks::TaskRow;
use crate::web::visit::Visit;

/// What has just happened, and the way back, if there is one.
pub struct Toast {
    pub text: String,
    pub undo: Option<Undo>,
}

/// The way back.
pub struct Undo {
    pub task: i64,
    pub version: i64,
    /// The field of the form that leads there, and what stands in it.
    pub field: &'static str,
    pub value: String,
}

/// The toast that the address asks for; it tells what is true now, not what it was told.
pub async fn toast(visit: &Visit) -> Result<Option<Toast>> {
    let texts = &visit.texts;
    if let Some(id) = visit
        .asked("deleted")
        .and_then(|id| TaskId::parse("deleted", id).ok())
    {
        let text = texts.number("toast-deleted", &id.get());
        return Ok(Some(Toast { text, undo: None }));
    }
    let changed = visit
        .asked("changed")
        .and_then(|id| TaskId::parse("changed", id).ok());
    let (Some(id), Some(was)) = (changed, visit.asked("was")) else {
        return Ok(None);
    };
    let (status, stage) = (Status::from_word(was), StageId::parse("was", was).ok());
    let field = match (status, stage) {
        (Some(_), _) => "status",
        (_, Some(_)) => "stage",
        _ => return Ok(None),
    };
    let row = get(visit, id).await?;
    let is_back = match status {
        Some(status) => row.task.status == status && row.stage.is_first(),
        None => Some(row.task.stage) == stage,
    };
    let undo = (!is_back).then(|| Undo {
        task: id.get(),
        version: row.task.version,
        field,
        value: was.to_owned(),
    });
    let text = changed_text(visit, &row);
    Ok(Some(Toast { text, undo }))
}

fn changed_text(visit: &Visit, row: &TaskRow) -> String {
    let texts = &visit.texts;
    let number = ("number", row.task.id.to_string().into());
    let status = ("status", row.stage.name.as_str().to_owned().into());
    match why_not_told(visit, row) {
        None => {
            let seconds = ("seconds", visit.desk.shop.notify_delay.as_secs().into());
            texts.with("toast-told", [number, status, seconds])
        }
        Some(why) => texts.with(
            "toast-not-told",
            [number, status, ("why", texts.s(why).into())],
        ),
    }
}

/// Why a customer isn't told; `None` when they are.
fn why_not_told(visit: &Visit, row: &TaskRow) -> Option<&'static str> {
    match row.stage.told {
        true => visit.desk.unreachable(row.customer.as_deref()).map(why),
        false => Some("toast-why-stage"),
    }
}
