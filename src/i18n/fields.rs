//! What fields are called: an error that stands away from its field must say which one it means.

use super::{invalid, text};
use crate::domain::{Invalid, Language};

/// Fields that stand for the whole form or the whole page.
const WHOLE: &[&str] = &["nonFieldErrors", "id"];

/// Returns the sentence that a field of a form stands under, by the field's name in the form; `None` for
/// one that no form shows. A form that calls a field otherwise says so itself.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "phone" | "customerPhone" => "new-phone",
        "name" => "new-name",
        "description" => "tasks-description",
        "category" => "tasks-category",
        "status" => "tasks-status",
        "stage" => "task-stage",
        "employee" | "employeeId" => "tasks-employee",
        "kind" => "device-kind",
        "brand" => "device-brand",
        "model" => "device-model",
        "serialNumber" => "device-serial",
        "accessories" => "device-accessories",
        "appearance" => "device-appearance",
        "place" => "device-place",
        "dueOn" => "task-due",
        "estimate" => "task-estimate",
        "price" => "task-price",
        "prepayment" => "task-prepayment",
        "warrantyUntil" => "task-warranty",
        "warrantyOf" => "task-warranty-of",
        "comment" => "talk-title",
        "askPrice" => "ask-price",
        "askText" => "ask-text",
        "text" => "status-write",
        "from" => "tasks-from",
        "to" => "tasks-to",
        "month" => "month-title",
        "email" => "login-email",
        "password" => "login-password",
        "password1" => "password-new",
        "password2" => "password-again",
        "oldPassword" => "password-old",
        "time" => "profile-morning",
        "wording" => "stage-wording",
        "stuckDays" => "stage-stuck-days",
        "tasksTo" => "stage-tasks-to",
        "csv" | "archive" => "field-file",
        _ => return None,
    })
}

/// Says what is wrong with a value and what to do, after the name of its field. A field that no form shows
/// goes by its technical name.
pub fn invalid_named(language: Language, wrong: &Invalid) -> String {
    let said = invalid(language, wrong);
    match field(wrong.field) {
        Some(id) => format!("{}: {said}", text(language, id)),
        None if WHOLE.contains(&wrong.field) => said,
        None => format!("{}: {said}", wrong.field),
    }
}
