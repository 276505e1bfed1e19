//! Validation of the columns of an archive.
//!
//! A value is validated by the parser of people's input, and then stored as it is in the archive, so that an exported
//! archive is restored unchanged. The limits were never wider than today's: no version accepted longer texts, control
//! characters, or invalid sums and words, so that even an old database has none. Validation was looser in four ways,
//! which are accepted here:
//!
//! - Invisible characters are removed only since V21. Today's parser removes them before it measures the length, and the
//!   reader of the row removes them again; a text of nothing else was valid earlier.
//! - Phones and e-mail addresses were validated by other rules, and by the shop's country at that time. Here only their
//!   length is limited, and the database keeps their canonical forms unique.
//! - Texts from Telegram were cleaned but never rejected, so they have any length, including zero. The texts of an erased
//!   person are empty.
//! - The history, and the numbers of imported rows, contain what was typed or what a cell contained.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::domain::{
    AttachmentKind, AttachmentState, CardField, Category, Channel, Colour, CommentKind,
    CustomerChange, Day, Decision, Description, DeviceChange, DeviceField, DrawerName, Error,
    EventKind, FiscalNumber, ItemCode, Language, LineKind, LineName, Message, Method, Money,
    PaymentKind, PaymentNote, Percent, Problem, Quantity, RequestKey, Result, Role, ShiftReason,
    ShortText, Source, StageName, Status, StuckDays, TelegramId, TimeOfDay, WarrantyDays, Wording,
};

/// Validation of a column's values. Whether a value may be missing is defined by the table itself.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Text(fn(&str) -> Result<()>),
    Number(fn(i64) -> Result<()>),
    /// A text whose limit depends on the rest of its row.
    Said,
    Bytes,
}

use Rule::{Bytes, Number, Said, Text};

/// All columns of each table; a test compares them with the database.
pub(super) const RULES: &[(&str, &[(&str, Rule)])] = &[
    (
        "employees",
        &[
            ("id", Number(id)),
            ("email", Text(email)),
            ("email_key", Text(email)),
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
            ("telegram_id", Number(|id| known(TelegramId::from_wire(id)))),
            ("telegram_verified", Number(flag)),
            ("telegram_blocked", Number(flag)),
            ("telegram_language", Text(language)),
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
            ("telegram_file", Text(of_telegram)),
            ("telegram_unique", Text(of_telegram)),
            ("attempts", Number(count)),
            ("created_at", Number(instant)),
            ("try_at", Number(instant)),
            ("file_name", Text(of_telegram)),
            ("size", Number(count)),
            ("duration", Number(count)),
            ("about", Text(of_telegram)),
            ("mime", Text(of_telegram)),
            ("width", Number(count)),
            ("height", Number(count)),
            ("image", Bytes),
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
];

/// A field of the domain's tables of fields.
enum Field {
    Device(DeviceField),
    Card(CardField),
}

impl Field {
    /// Returns the field that a column stores.
    fn of(table: &str, column: &str) -> Option<Self> {
        let device = DeviceField::ALL.iter().copied();
        let card = CardField::ALL.iter().copied();
        match table {
            "task_details" => {
                let mut found = device.filter(|field| field.column() == column);
                found.next().map(Self::Device)
            }
            "customers" => {
                let mut found = card.filter(|field| field.column() == column);
                found.next().map(Self::Card)
            }
            _ => None,
        }
    }

    fn read(&self, text: &str) -> Result<()> {
        seen(match self {
            Self::Device(field) => DeviceChange::default().set(*field, text),
            Self::Card(field) => CustomerChange::default().set(*field, text),
        })
    }
}

/// Validates a row of a table.
///
/// # Errors
/// The first column with a value that no version of the program could have written, and the reason.
pub(super) fn check(table: &str, row: &Map<String, Value>) -> Result<(), (String, Problem)> {
    let rules = RULES.iter().find(|(name, _)| *name == table);
    let rules = rules.map_or(&[][..], |(_, rules)| *rules);
    for (column, value) in row {
        let rule = rules.iter().find(|(name, _)| name == column);
        let field = Field::of(table, column);
        let read = match (rule.map(|(_, rule)| rule), value) {
            (None, Value::String(text)) => field.map_or_else(foreign, |field| field.read(text)),
            (None, Value::Null) if field.is_some() => Ok(()),
            (Some(_), Value::Null) => Ok(()),
            (Some(Text(read)), Value::String(text)) => read(text),
            (Some(Number(read)), Value::Number(number)) => {
                number.as_i64().map_or_else(foreign, read)
            }
            (Some(Said), Value::String(text)) => message(text, row),
            // The size is checked on decoding.
            (Some(Bytes), Value::Object(_)) => Ok(()),
            _ => foreign(),
        };
        match read {
            Ok(()) => {}
            Err(Error::Invalid(invalid)) => return Err((column.clone(), invalid.problem)),
            Err(_) => return Err((column.clone(), Problem::ArchiveForeign)),
        }
    }
    Ok(())
}

fn foreign() -> Result<()> {
    Err(Problem::ArchiveForeign.at("").into())
}

fn known<T>(value: Option<T>) -> Result<()> {
    value.map_or_else(foreign, |_| Ok(()))
}

/// Converts the result of parsing, and accepts a text without visible characters.
fn seen<T>(read: Result<T>) -> Result<()> {
    match read {
        Err(Error::Invalid(invalid)) if invalid.problem == Problem::Required => Ok(()),
        read => read.map(drop),
    }
}

/// Accepts any text within the archive's general limit.
fn any(_: &str) -> Result<()> {
    Ok(())
}

fn bounded(text: &str, max: usize) -> Result<()> {
    if text.chars().count() > max {
        return Err(Problem::TooLong { max }.at("").into());
    }
    match text.chars().any(char::is_control) {
        true => Err(Problem::ControlCharacters.at("").into()),
        false => Ok(()),
    }
}

/// Limits an e-mail address to its maximum length (RFC 5321 §4.5.3.1.3).
fn email(text: &str) -> Result<()> {
    bounded(text, 254)?;
    known(text.split_once('@'))
}

/// Accepts a text with a digit, such as a phone with remarks beside it.
fn phone(text: &str) -> Result<()> {
    bounded(text, 80)?;
    known(text.chars().find(|c| c.is_numeric()))
}

/// Accepts `+`, a country code and up to 15 digits (ITU-T E.164).
fn canonical(text: &str) -> Result<()> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let fit = (5..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    known(fit.then_some(()))
}

/// Limits a file's metadata from Telegram, which is a single line; `one_line` in the domain
/// truncates it.
fn of_telegram(text: &str) -> Result<()> {
    bounded(text, 2_000)
}

fn message(text: &str, row: &Map<String, Value>) -> Result<()> {
    match row.get("channel").and_then(Value::as_str) {
        Some("TELEGRAM") => {
            let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
            match text.chars().any(forbidden) {
                true => Err(Problem::ControlCharacters.at("").into()),
                false => Ok(()),
            }
        }
        _ => seen(Message::parse("", text)),
    }
}

fn day(text: &str) -> Result<()> {
    Day::parse("", text).map(drop)
}

fn sum(minor: i64) -> Result<()> {
    Money::new("", minor).map(drop)
}

fn balance(minor: i64) -> Result<()> {
    Money::new("", minor.saturating_abs()).map(drop)
}

fn line_kind(word: &str) -> Result<()> {
    known(LineKind::from_word(word))
}

fn code(text: &str) -> Result<()> {
    ItemCode::parse("", text).map(drop)
}

fn alias(text: &str) -> Result<()> {
    ShortText::<60>::parse("", text).map(drop)
}

fn quantity(thousandths: i64) -> Result<()> {
    let quantity = Quantity::from_row(thousandths);
    Quantity::parse("", &quantity.to_string()).map(drop)
}

fn percent(thousandths: i64) -> Result<()> {
    let percent = Percent::from_row(thousandths);
    Percent::parse("", &percent.to_string()).map(drop)
}

fn warranty(days: i64) -> Result<()> {
    WarrantyDays::new("", days).map(drop)
}

fn language(tag: &str) -> Result<()> {
    known(Language::parse(tag))
}

fn status(word: &str) -> Result<()> {
    known(Status::from_word(word))
}

fn channel(word: &str) -> Result<()> {
    known(Channel::from_word(word))
}

fn instant(millis: i64) -> Result<()> {
    known(Timestamp::from_millisecond(millis).ok())
}

fn id(number: i64) -> Result<()> {
    known(Some(number).filter(|number| *number > 0))
}

fn count(number: i64) -> Result<()> {
    known(Some(number).filter(|number| *number >= 0))
}

fn flag(number: i64) -> Result<()> {
    known(Some(number).filter(|number| matches!(number, 0 | 1)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::upkeep::migrate;
    use crate::store::{Connection, embedded_migrations};

    #[test]
    fn every_column_of_an_archive_has_a_rule() {
        let mut memory = Connection::open_in_memory().unwrap();
        migrate::run(&mut memory, &embedded_migrations()).unwrap();
        let tables = RULES.iter().map(|(table, _)| *table);
        assert!(tables.eq(super::super::TABLES.iter().copied()));
        for (table, rules) in RULES {
            let mut there = super::super::columns(&memory, table).unwrap();
            let device = DeviceField::ALL.iter().map(|field| field.column());
            let card = CardField::ALL.iter().map(|field| field.column());
            let fields = device.chain(card);
            let fields = fields.filter(|column| Field::of(table, column).is_some());
            let ruled = rules.iter().map(|(column, _)| *column);
            let mut ruled: Vec<_> = ruled.chain(fields).collect();
            there.sort_unstable();
            ruled.sort_unstable();
            assert_eq!(ruled, there, "{table}");
        }
    }

    fn read(table: &str, row: Value) -> Result<(), (String, Problem)> {
        check(table, row.as_object().unwrap())
    }

    #[test]
    fn a_value_that_no_door_takes_is_refused() {
        let long = "y".repeat(201);
        let refused = |column: &str, problem| Err((column.to_owned(), problem));
        for (table, row, expected) in [
            (
                "task_details",
                json!({"brand": long}),
                refused("brand", Problem::TooLong { max: 200 }),
            ),
            (
                "task_details",
                json!({"model": "one\ntwo"}),
                refused("model", Problem::ControlCharacters),
            ),
            (
                "task_details",
                json!({"price": -1}),
                refused("price", Problem::SumNegative),
            ),
            (
                "stages",
                json!({"colour": "blue\nred"}),
                refused("colour", Problem::ArchiveForeign),
            ),
            (
                "tasks",
                json!({"due_on": "soon"}),
                refused("due_on", Problem::DayMalformed),
            ),
            (
                "tasks",
                json!({"description": 7}),
                refused("description", Problem::ArchiveForeign),
            ),
            (
                "tasks",
                json!({"created_at": i64::MAX}),
                refused("created_at", Problem::ArchiveForeign),
            ),
            (
                "comments",
                json!({"channel": null, "text": "y".repeat(3_001)}),
                refused("text", Problem::TooLong { max: Message::MAX }),
            ),
            (
                "customers",
                json!({"phone_e164": "+7 900"}),
                refused("phone_e164", Problem::ArchiveForeign),
            ),
            (
                "customers",
                json!({"shoe": 42}),
                refused("shoe", Problem::ArchiveForeign),
            ),
        ] {
            assert_eq!(read(table, row.clone()), expected, "{table} {row}");
        }
    }

    #[test]
    fn what_an_earlier_version_took_comes_back() {
        for (table, row) in [
            // Invisible characters only, and invisible characters within the limit.
            ("stages", json!({"name": "\u{200b}"})),
            (
                "customers",
                json!({"name": format!("A\u{202e}{}", "b".repeat(199))}),
            ),
            // Values that are well-formed by earlier rules.
            ("customers", json!({"phone": "1234567 / 123"})),
            ("customers", json!({"phone_e164": "+71234567"})),
            ("employees", json!({"email": "\"a<b>\"@example.com"})),
            // A customer's long message, and a picture without a text.
            (
                "comments",
                json!({"channel": "TELEGRAM", "text": "y".repeat(4_096)}),
            ),
            ("comments", json!({"channel": "TELEGRAM", "text": ""})),
            // Erased with the person.
            ("tasks", json!({"description": ""})),
            ("approvals", json!({"text": ""})),
        ] {
            assert_eq!(read(table, row.clone()), Ok(()), "{table} {row}");
        }
    }
}
