//! Validation of single values.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::domain::{
    Channel, Colour, Day, Error, ItemCode, Language, LineKind, Message, MessageForm, Money,
    Percent, Problem, Quantity, Result, ShortText, Status, WarrantyDays,
};

pub(super) fn foreign() -> Result<()> {
    Err(Problem::ArchiveForeign.at("").into())
}

pub(super) fn known<T>(value: Option<T>) -> Result<()> {
    value.map_or_else(foreign, |_| Ok(()))
}

/// Converts the result of parsing, and accepts a text without visible characters.
pub(super) fn seen<T>(read: Result<T>) -> Result<()> {
    match read {
        Err(Error::Invalid(invalid)) if invalid.problem == Problem::Required => Ok(()),
        read => read.map(drop),
    }
}

/// Accepts any text within the archive's general limit.
pub(super) fn any(_: &str) -> Result<()> {
    Ok(())
}

pub(super) fn bounded(text: &str, max: usize) -> Result<()> {
    if text.chars().count() > max {
        return Err(Problem::TooLong { max }.at("").into());
    }
    match text.chars().any(char::is_control) {
        true => Err(Problem::ControlCharacters.at("").into()),
        false => Ok(()),
    }
}

/// Limits an e-mail address to its maximum length (RFC 5321 §4.5.3.1.3).
pub(super) fn email(text: &str) -> Result<()> {
    bounded(text, 254)?;
    known(text.split_once('@'))
}

/// Accepts a text with a digit, such as a phone with remarks beside it.
pub(super) fn phone(text: &str) -> Result<()> {
    bounded(text, 80)?;
    known(text.chars().find(|c| c.is_numeric()))
}

/// Accepts `+`, a country code and up to 15 digits (ITU-T E.164).
pub(super) fn canonical(text: &str) -> Result<()> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let fit = (5..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    known(fit.then_some(()))
}

/// Limits a file's metadata from a messenger, which is a single line; `one_line` in the domain
/// truncates it.
pub(super) fn of_messenger(text: &str) -> Result<()> {
    bounded(text, 2_000)
}

pub(super) fn message(text: &str, row: &Map<String, Value>) -> Result<()> {
    match row.get("channel").and_then(Value::as_str) {
        Some("TELEGRAM" | "MAX") => {
            let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
            match text.chars().any(forbidden) {
                true => Err(Problem::ControlCharacters.at("").into()),
                false => Ok(()),
            }
        }
        _ => seen(Message::parse("", text)),
    }
}

pub(super) fn day(text: &str) -> Result<()> {
    Day::parse("", text).map(drop)
}

pub(super) fn sum(minor: i64) -> Result<()> {
    Money::new("", minor).map(drop)
}

pub(super) fn balance(minor: i64) -> Result<()> {
    Money::new("", minor.saturating_abs()).map(drop)
}

pub(super) fn line_kind(word: &str) -> Result<()> {
    known(LineKind::from_word(word))
}

pub(super) fn code(text: &str) -> Result<()> {
    ItemCode::parse("", text).map(drop)
}

/// Limits the text of messages to customers to its maximum length. A variable that isn't known is printed as it is.
pub(super) fn message_text(text: &str) -> Result<()> {
    let max = MessageForm::Full.max();
    if text.chars().count() > max {
        return Err(Problem::TooLong { max }.at("").into());
    }
    match text.chars().any(|c| c.is_control() && c != '\n') {
        true => Err(Problem::ControlCharacters.at("").into()),
        false => Ok(()),
    }
}

pub(super) fn alias(text: &str) -> Result<()> {
    ShortText::<60>::parse("", text).map(drop)
}

pub(super) fn quantity(thousandths: i64) -> Result<()> {
    let quantity = Quantity::from_row(thousandths);
    Quantity::parse("", &quantity.to_string()).map(drop)
}

pub(super) fn percent(thousandths: i64) -> Result<()> {
    let percent = Percent::from_row(thousandths);
    Percent::parse("", &percent.to_string()).map(drop)
}

pub(super) fn warranty(days: i64) -> Result<()> {
    WarrantyDays::new("", days).map(drop)
}

/// The colour of an employee, empty for the usual one.
pub(super) fn face(word: &str) -> Result<()> {
    match word {
        "" => Ok(()),
        word => known(Colour::from_word(word)),
    }
}

pub(super) fn language(tag: &str) -> Result<()> {
    known(Language::parse(tag))
}

pub(super) fn status(word: &str) -> Result<()> {
    known(Status::from_word(word))
}

pub(super) fn channel(word: &str) -> Result<()> {
    known(Channel::from_word(word))
}

pub(super) fn instant(millis: i64) -> Result<()> {
    known(Timestamp::from_millisecond(millis).ok())
}

pub(super) fn id(number: i64) -> Result<()> {
    known(Some(number).filter(|number| *number > 0))
}

pub(super) fn count(number: i64) -> Result<()> {
    known(Some(number).filter(|number| *number >= 0))
}

pub(super) fn flag(number: i64) -> Result<()> {
    known(Some(number).filter(|number| matches!(number, 0 | 1)))
}
