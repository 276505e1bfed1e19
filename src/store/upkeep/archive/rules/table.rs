//! The columns of each table, and their validation.

use super::Rule::{self, Bytes, Number, Said, Text};
use super::values::{
    alias, any, balance, canonical, channel, code, count, day, email, face, flag, id, instant,
    known, language, line_kind, message_text, of_messenger, percent, phone, quantity, seen, status,
    sum, warranty,
};
use crate::domain::{
    AttachmentKind, AttachmentState, Category, Colour, CommentKind, Decision, Description,
    DrawerName, EmployeeName, EventKind, FiscalNumber, LineName, Logo, Message, MessageForm,
    MessagePurpose, Messenger, Method, PaymentKind, PaymentNote, RequestKey, Role, SettingKey,
    ShiftReason, Source, StageName, StuckDays, TelegramId, TimeOfDay, Wording,
};

/// All columns of each table; a test compares them with the database.
pub(in crate::store::upkeep::archive) const RULES: &[(&str, &[(&str, Rule)])] = &[
    (
        "employees",
        &[
            ("id", Number(id)),
            ("email", Text(email)),
            ("email_key", Text(email)),
            ("name", Text(|text| seen(EmployeeName::parse("", text)))),
            ("colour", Text(face)),
            ("role", Text(|word| known(Role::from_word(word)))),
            ("created_at", Number(instant)),
            ("language", Text(language)),
            (
                "morning_time",
                Text(|text| TimeOfDay::parse("", text).map(drop)),
            ),
        ],
    ),
    (
        "customers",
        &[
            ("id", Number(id)),
            ("phone", Text(phone)),
            ("phone_e164", Text(canonical)),
            // The columns of a card's fields are those of `CardField`. Recomputed from the name.
            ("name_key", Text(any)),
            // Recomputed as well.
            ("second_phone_key", Text(any)),
            ("company_key", Text(any)),
            ("telegram_id", Number(|id| known(TelegramId::from_wire(id)))),
            ("telegram_verified", Number(flag)),
            ("telegram_blocked", Number(flag)),
            ("telegram_language", Text(language)),
            ("max_id", Number(id)),
            ("max_verified", Number(flag)),
            ("max_blocked", Number(flag)),
            ("max_language", Text(language)),
            ("heard_on", Text(|word| known(Messenger::from_word(word)))),
            ("created_at", Number(instant)),
            ("updated_at", Number(instant)),
        ],
    ),
    (
        "stages",
        &[
            ("id", Number(id)),
            ("status", Text(status)),
            ("name", Text(|text| seen(StageName::parse("", text)))),
            // Recomputed from the name.
            ("name_key", Text(any)),
            ("colour", Text(|word| known(Colour::from_word(word)))),
            ("position", Number(id)),
            ("wording", Text(|text| seen(Wording::parse("", text)))),
            ("told", Number(flag)),
            (
                "stuck_days",
                Number(|days| StuckDays::new("", days).map(drop)),
            ),
        ],
    ),
    (
        "message_texts",
        &[
            ("id", Number(id)),
            (
                "purpose",
                Text(|word| known(MessagePurpose::from_word(word))),
            ),
            ("stage_id", Number(id)),
            ("language", Text(language)),
            ("form", Text(|word| known(MessageForm::from_word(word)))),
            ("text", Text(message_text)),
        ],
    ),
    (
        "search_aliases",
        &[
            ("id", Number(id)),
            ("word", Text(alias)),
            ("meaning", Text(alias)),
        ],
    ),
    (
        "catalogue_items",
        &[
            ("id", Number(id)),
            ("kind", Text(line_kind)),
            ("name", Text(|text| LineName::parse("", text).map(drop))),
            ("article", Text(code)),
            // Recomputed from the article number.
            ("article_key", Text(any)),
            ("barcode", Text(code)),
            ("price", Number(sum)),
            ("cost", Number(sum)),
            ("warranty_days", Number(warranty)),
            ("archived", Number(flag)),
            // Recomputed from the name and the numbers.
            ("search_key", Text(any)),
        ],
    ),
    (
        "drawers",
        &[
            ("id", Number(id)),
            ("name", Text(|text| DrawerName::parse("", text).map(drop))),
            // Recomputed from the name.
            ("name_key", Text(any)),
        ],
    ),
    (
        "shifts",
        &[
            ("id", Number(id)),
            ("drawer_id", Number(id)),
            ("opened_at", Number(instant)),
            ("opened_by", Number(id)),
            ("opening", Number(sum)),
            ("closed_at", Number(instant)),
            ("closed_by", Number(id)),
            ("closing", Number(sum)),
            (
                "reason",
                Text(|text| ShiftReason::parse("", text).map(drop)),
            ),
        ],
    ),
    (
        "tasks",
        &[
            ("id", Number(id)),
            ("customer_id", Number(id)),
            ("employee_id", Number(id)),
            ("category", Text(|word| known(Category::from_word(word)))),
            ("status", Text(status)),
            (
                "description",
                Text(|text| seen(Description::parse("", text))),
            ),
            ("version", Number(id)),
            ("created_at", Number(instant)),
            ("updated_at", Number(instant)),
            ("closed_at", Number(instant)),
            ("due_on", Text(day)),
            ("stage_id", Number(id)),
            ("stage_since", Number(instant)),
            ("ready_at", Number(instant)),
            ("remind", Number(flag)),
            ("reminded", Number(count)),
            ("listed_at", Number(instant)),
            ("touched_at", Number(instant)),
        ],
    ),
    (
        "task_details",
        &[
            ("task_id", Number(id)),
            // The columns of a device's fields are those of `DeviceField`. Recomputed from the
            // serial number.
            ("serial_key", Text(any)),
            ("estimate", Number(sum)),
            ("price", Number(sum)),
            ("discount", Number(sum)),
            ("discount_percent", Number(percent)),
            ("warranty_until", Text(day)),
            ("warranty_of", Number(id)),
            // Recomputed from the brand.
            ("brand_key", Text(any)),
        ],
    ),
    (
        "task_lines",
        &[
            ("id", Number(id)),
            ("task_id", Number(id)),
            ("position", Number(id)),
            ("kind", Text(line_kind)),
            ("item_id", Number(id)),
            ("name", Text(|text| LineName::parse("", text).map(drop))),
            ("quantity", Number(quantity)),
            ("unit_price", Number(sum)),
            ("discount", Number(sum)),
            ("discount_percent", Number(percent)),
            ("cost", Number(sum)),
            ("done_by", Number(id)),
            ("warranty_days", Number(warranty)),
        ],
    ),
    (
        "task_events",
        &[
            ("id", Number(id)),
            ("task_id", Number(id)),
            ("kind", Text(|word| known(EventKind::from_word(word)))),
            // One of three words, which the table checks.
            ("author", Text(any)),
            ("employee_id", Number(id)),
            ("customer_id", Number(id)),
            ("from_value", Text(any)),
            ("to_value", Text(any)),
            ("at", Number(instant)),
        ],
    ),
    (
        "comments",
        &[
            ("id", Number(id)),
            ("task_id", Number(id)),
            ("kind", Text(|word| known(CommentKind::from_word(word)))),
            ("employee_id", Number(id)),
            ("customer_id", Number(id)),
            ("channel", Text(channel)),
            ("text", Said),
            ("at", Number(instant)),
            ("settled_at", Number(instant)),
            ("settled_by", Number(id)),
        ],
    ),
    (
        "photos",
        &[
            ("id", Number(id)),
            ("comment_id", Number(id)),
            ("kind", Text(|word| known(AttachmentKind::from_word(word)))),
            (
                "state",
                Text(|word| known(AttachmentState::from_word(word))),
            ),
            ("remote_file", Text(of_messenger)),
            ("remote_unique", Text(of_messenger)),
            ("attempts", Number(count)),
            ("created_at", Number(instant)),
            ("try_at", Number(instant)),
            ("file_name", Text(of_messenger)),
            ("size", Number(count)),
            ("duration", Number(count)),
            ("about", Text(of_messenger)),
            ("mime", Text(of_messenger)),
            ("width", Number(count)),
            ("height", Number(count)),
            ("image", Bytes),
            ("messenger", Text(|word| known(Messenger::from_word(word)))),
        ],
    ),
    (
        "approvals",
        &[
            ("id", Number(id)),
            ("task_id", Number(id)),
            ("employee_id", Number(id)),
            ("price", Number(sum)),
            ("text", Text(|text| seen(Message::parse("", text)))),
            ("task_version", Number(id)),
            ("asked_at", Number(instant)),
            ("state", Text(|word| known(Decision::from_word(word)))),
            ("decided_at", Number(instant)),
            ("channel", Text(channel)),
            ("customer_id", Number(id)),
            ("unsettled", Number(flag)),
            ("unnoticed", Number(flag)),
            ("discount", Number(sum)),
        ],
    ),
    (
        "approval_lines",
        &[
            ("id", Number(id)),
            ("approval_id", Number(id)),
            ("line_id", Number(id)),
            ("kind", Text(line_kind)),
            ("name", Text(|text| LineName::parse("", text).map(drop))),
            ("quantity", Number(quantity)),
            ("unit_price", Number(sum)),
            ("discount", Number(sum)),
            ("sum", Number(sum)),
        ],
    ),
    (
        "payments",
        &[
            ("id", Number(id)),
            ("kind", Text(|word| known(PaymentKind::from_word(word)))),
            ("method", Text(|word| known(Method::from_word(word)))),
            ("amount", Number(balance)),
            ("task_id", Number(id)),
            ("employee_id", Number(id)),
            ("drawer_id", Number(id)),
            ("shift_id", Number(id)),
            ("refund_of", Number(id)),
            ("note", Text(|text| PaymentNote::parse("", text).map(drop))),
            (
                "fiscal_number",
                Text(|text| FiscalNumber::parse("", text).map(drop)),
            ),
            ("carried_over", Number(flag)),
            (
                "request_key",
                Text(|text| RequestKey::parse("", text).map(drop)),
            ),
            ("at", Number(instant)),
        ],
    ),
    (
        "imports",
        &[
            ("id", Number(id)),
            ("source", Text(|word| known(Source::from_word(word)))),
            ("number", Text(any)),
            ("task_id", Number(id)),
        ],
    ),
    (
        "settings",
        &[
            ("id", Number(id)),
            ("key", Text(|word| known(SettingKey::from_word(word)))),
            // A value that isn't accepted any more is reported when the settings are read.
            ("value", Text(any)),
            ("changed_at", Number(instant)),
            ("employee_id", Number(id)),
        ],
    ),
    (
        "logo",
        &[
            ("id", Number(id)),
            (
                "mime",
                Text(|kind| known(Logo::is_kind(kind).then_some(()))),
            ),
            ("image", Bytes),
            ("changed_at", Number(instant)),
        ],
    ),
];
