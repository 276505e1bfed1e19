//! Free texts. None of them contains invisible characters: every constructor applies [`visible`],
//! so that no text can reverse a line on a receipt.

use super::letters::{fold, is_visible, shown, visible};
use super::{Problem, Result};

/// A text of one line, possibly empty, of at most `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShortText<const MAX: usize>(String);

impl<const MAX: usize> ShortText<MAX> {
    /// In characters, not bytes.
    pub const MAX: usize = MAX;

    /// Parses a text; an empty one is allowed.
    ///
    /// # Errors
    /// [`Error::Invalid`](super::Error::Invalid) at `field` for a longer text, or one with control characters.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = visible(text);
        let text = text.trim();
        check(field, text, MAX, char::is_control)?;
        Ok(Self(text.to_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> From<ShortText<MAX>> for String {
    fn from(text: ShortText<MAX>) -> Self {
        text.0
    }
}

/// A customer's name, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// In characters, not bytes. Telegram's first and last name together have at most 128.
    pub const MAX: usize = 200;

    /// Parses a name; `None` for a blank text, which is a customer without a name.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let text = visible(text);
        let text = text.trim();
        check(field, text, Self::MAX, char::is_control)?;
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// Cleans and truncates a name from Telegram instead of rejecting it, since the person can't be
    /// asked.
    pub fn from_telegram(text: &str) -> Option<Self> {
        let clean: String = visible(text)
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::MAX)
            .collect();
        let clean = clean.trim();
        clean
            .chars()
            .any(is_visible)
            .then(|| Self(clean.to_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the comparison key: equal for different spellings of one name.
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

/// Multi-line free text about the work or a finding, kept as typed except for invisible characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(String);

impl Description {
    /// In characters, not bytes.
    pub const MAX: usize = 10_000;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        let text = visible(text);
        check(field, &text, Self::MAX, forbidden)?;
        Ok(Self(text.into_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message or note about a task, of one or several lines, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(String);

impl Message {
    /// In characters, not bytes. Together with the surrounding text it fits into a Telegram message
    /// of at most 4,096 (<https://core.telegram.org/bots/api#sendmessage>). The limit applies to
    /// messages to be sent; incoming ones are kept whole, however long they are.
    pub const MAX: usize = 3_000;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = visible(text);
        let text = text.trim();
        if !text.chars().any(is_visible) {
            return Err(Problem::Required.at(field).into());
        }
        let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        check(field, text, Self::MAX, forbidden)?;
        Ok(Self(text.to_owned()))
    }

    /// Cleans a text from Telegram of control characters instead of rejecting or truncating it,
    /// since it was sent already. `None` when nothing visible remains.
    pub fn from_telegram(text: &str) -> Option<Self> {
        let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
        let text = visible(text);
        let clean: String = text.chars().filter(kept).collect();
        let clean = clean.trim();
        clean
            .chars()
            .any(is_visible)
            .then(|| Self(clean.to_owned()))
    }

    /// Returns the empty message of a comment that has only attachments.
    pub fn wordless() -> Self {
        Self(String::new())
    }

    /// Appends another message below this one.
    pub fn and(&self, more: &Self) -> Self {
        let lines = [self.as_str(), more.as_str()];
        let lines = lines.into_iter().filter(|line| !line.is_empty());
        Self(lines.collect::<Vec<_>>().join("\n"))
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
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
