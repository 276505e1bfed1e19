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

mod table;
#[cfg(test)]
mod tests;
mod values;

use serde_json::{Map, Value};

use crate::domain::{CardField, CustomerChange, DeviceChange, DeviceField, Error, Problem, Result};

pub(super) use table::RULES;
use values::{foreign, message, seen};

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
