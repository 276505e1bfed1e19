//! What has just happened, in a line that goes by itself.

use super::get;
use crate::domain::{Customer, Result, Status, TaskId, TelegramLink};
use crate::store::tasks::TaskRow;
use crate::web::visit::Visit;

/// What has just happened, and the way back.
pub struct Toast {
    pub text: String,
    /// The task, its version, and the status to put it back to.
    pub undo: Option<(i64, i64, Status)>,
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
    let (Some(id), Some(from)) = (changed, visit.asked("was").and_then(Status::from_word)) else {
        return Ok(None);
    };
    let row = get(visit, id).await?;
    let undo = (row.task.status != from).then(|| (id.get(), row.task.version, from));
    let text = changed_text(visit, &row);
    Ok(Some(Toast { text, undo }))
}

fn changed_text(visit: &Visit, row: &TaskRow) -> String {
    let texts = &visit.texts;
    let number = ("number", row.task.id.to_string().into());
    let status = ("status", texts.status(&row.task.status).into());
    match why_not_told(row.customer.as_deref()) {
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

/// Why a customer can't be told; `None` when they can.
fn why_not_told(customer: Option<&Customer>) -> Option<&'static str> {
    match customer.map(|customer| customer.telegram) {
        None => Some("toast-why-deleted"),
        Some(None) => Some("toast-why-none"),
        Some(Some(TelegramLink {
            verified: false, ..
        })) => Some("toast-why-unverified"),
        Some(Some(TelegramLink { blocked: true, .. })) => Some("toast-why-blocked"),
        Some(Some(_)) => None,
    }
}
