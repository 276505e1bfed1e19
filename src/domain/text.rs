//! Texts that people type. None of them keeps a character that can't be seen: [`visible`] is at every
//! door, so nothing in one can turn a receipt's line around.

use super::letters::{fold, is_visible, shown, visible};
use super::{Problem, Result};

/// A text of one line, possibly empty, of at most `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShortText<const MAX: usize>(String);

impl<const MAX: usize> ShortText<MAX> {
    /// Characters, not bytes.
    pub const MAX: usize = MAX;

    /// # Errors
    /// [`Error::Invalid`](super::Error::Invalid) at `field` for a text that is longer or has control characters.
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
    /// Characters, not bytes. Telegram's first and last name together have at most 128.
    pub const MAX: usize = 200;

    /// `None` for a text of nothing but space: the customer has no name on the card.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let text = visible(text);
        let text = text.trim();
        check(field, text, Self::MAX, char::is_control)?;
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// A name that came from Telegram: never refused, cut and cleaned instead, since the person
    /// who has it can't be asked.
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

    /// By what two spellings of one name are known to be the same.
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

/// What is to be done, or what was found: free text of several lines, kept as it was typed but for what
/// can't be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(String);

impl Description {
    /// Characters, not bytes.
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

/// What people say to each other about a task: one line or several, and never nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(String);

impl Message {
    /// Characters, not bytes. With what we say around it, it fits into a message of Telegram, which
    /// has at most 4,096 (<https://core.telegram.org/bots/api#sendmessage>). It bounds what is to be
    /// sent there; what comes from there is kept whole, however long it is.
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

    /// What came from Telegram: never refused and never cut, since it was said already, but cleaned
    /// of control characters. `None` where there is nothing to be seen.
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

    /// What somebody says who sends something without words.
    pub fn wordless() -> Self {
        Self(String::new())
    }

    /// The same with more words below.
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
