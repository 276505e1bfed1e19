//! Names of form fields, for errors that are shown apart from their field.

use super::{invalid, text};
use crate::domain::{DeviceField, Invalid, Language};

/// Names that refer to the whole form or page.
const WHOLE: &[&str] = &["nonFieldErrors", "id", "taskId"];

/// Returns the message id of a form field's label by the field's name in the form; `None` for a
/// field that no form shows. A form with a different label passes its own.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "phone" | "customerPhone" => "new-phone",
        "name" => "new-name",
        "url" => "webhook-url",
        "events" => "webhook-events",
        "fullRu" => "texts-full-ru",
        "fullEn" => "texts-full-en",
        "shortRu" => "texts-short-ru",
        "shortEn" => "texts-short-en",
        "secondPhone" => "customer-second-phone",
        "company" => "customer-company",
        "taxNumber" => "customer-tax-number",
        "description" => "tasks-description",
        "category" => "tasks-category",
        "status" => "tasks-status",
        "stage" => "task-stage",
        "employee" | "employeeId" => "tasks-employee",
        "dueOn" => "task-due",
        "estimate" => "task-estimate",
        "price" => "task-price",
        "prepayment" => "task-prepayment",
        "prepaymentMethod" => "payment-method",
        "warrantyEndsOn" => "task-warranty",
        "warrantyOfId" => "task-warranty-of",
        "comment" => "talk-title",
        "askPrice" => "ask-price",
        "askText" => "ask-text",
        "agreeNote" => "agree-note",
        "quantity" => "line-quantity",
        "unitPrice" => "line-price",
        "discount" => "line-discount",
        "doneById" => "line-done-by",
        "sum" => "payment-sum",
        "drawerId" => "payment-drawer",
        "note" => "payment-note",
        "fiscalNumber" => "payment-fiscal",
        "stageId" => "checkout-stage",
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
        "replacementId" => "stage-tasks-to",
        "kind" => "catalogue-kind",
        "article" => "catalogue-article",
        "barcode" => "catalogue-barcode",
        "cost" => "catalogue-cost",
        "warrantyDays" => "catalogue-warranty-days",
        "shop.name" => "setting-shop-name",
        "shop.legal_name" => "setting-legal-name",
        "shop.tax_id" => "setting-tax-id",
        "shop.registration_id" => "setting-registration-id",
        "shop.address" => "setting-address",
        "shop.hours" => "setting-hours",
        "shop.phone" => "setting-phone",
        "shop.terms" => "setting-terms",
        "papers.warranty" => "setting-papers-warranty",
        "papers.footer" => "setting-papers-footer",
        "papers.blocks" => "setting-papers-blocks",
        "papers.size" => "setting-papers-size",
        "papers.label" => "setting-papers-label",
        "language" => "setting-language",
        "country" => "setting-country",
        "timezone" => "setting-timezone",
        "shop.currency" => "setting-currency",
        "telegram.notify_delay" => "setting-notify-delay",
        "reminders.days" => "setting-reminder-days",
        "reminders.hour" => "setting-reminder-hour",
        "shop.status_days" => "setting-status-days",
        "token" => "bot-token",
        "otherBot" => "bot-other",
        "telegram.mode" => "bot-mode",
        "backup.every" => "setting-backup-every",
        "backup.dir" => "setting-backup-dir",
        "backup.keep" => "setting-backup-keep",
        "public_url" => "setting-public-url",
        "auth.registration" => "setting-registration",
        "word" => "aliases-word",
        "meaning" => "aliases-meaning",
        "logo" => "logo-title",
        "csv" | "archive" => "field-file",
        _ => return DeviceField::from_name(name).map(DeviceField::label),
    })
}

/// Formats the error of a value, prefixed with the name of its field. A field that no form shows
/// appears under its technical name.
pub fn invalid_named(language: Language, wrong: &Invalid) -> String {
    let said = invalid(language, wrong);
    match field(wrong.field) {
        Some(id) => format!("{}: {said}", text(language, id)),
        None if WHOLE.contains(&wrong.field) => said,
        None => format!("{}: {said}", wrong.field),
    }
}
