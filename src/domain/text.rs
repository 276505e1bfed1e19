//! Texts that people type.

use super::{Problem, Result};

/// A customer's name, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Characters, not bytes. Telegram's first and last name together have at most 128.
    pub const MAX: usize = 200;

    /// `None` for a text of nothing but space: the customer has no name on the card.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let text = text.trim();
        check(field, text, Self::MAX, char::is_control)?;
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// A name that came from Telegram: never refused, cut and cleaned instead, since the person
    /// who has it can't be asked.
    pub fn from_telegram(text: &str) -> Option<Self> {
        let clean: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::MAX)
            .collect();
        let clean = clean.trim();
        (!clean.is_empty()).then(|| Self(clean.to_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is to be done, or what was found: free text of several lines, kept as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(String);

impl Description {
    /// Characters, not bytes.
    pub const MAX: usize = 10_000;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        check(field, text, Self::MAX, forbidden)?;
        Ok(Self(text.to_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that stands for itself in Telegram's HTML
/// (<https://core.telegram.org/bots/api#html-style>).
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub(super) fn check(
    field: &'static str,
    text: &str,
    max: usize,
    forbidden: impl Fn(char) -> bool,
) -> Result<()> {
    if text.chars().count() > max {
        return Err(Problem::TooLong { max }.at(field).into());
    }
    if text.chars().any(forbidden) {
        return Err(Problem::ControlCharacters.at(field).into());
    }
    Ok(())
}
