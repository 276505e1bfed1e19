//! What a customer's card has beside name and phone. A blank text is `None`.

use super::text::check;
use super::{Email, Problem, Result, letters};

/// A text of one line, of at most `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLine<const MAX: usize>(String);

impl<const MAX: usize> CardLine<MAX> {
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let text = letters::visible(text);
        let text = text.trim();
        check(field, text, MAX, char::is_control)?;
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    pub fn from_row(text: String) -> Self {
        Self(letters::shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The company that a customer acts for.
pub type Company = CardLine<200>;
/// The company's number for taxes: letters and signs too, as each country has its own.
pub type TaxNumber = CardLine<40>;

/// Another phone of a customer, as typed. It identifies nobody: two customers may have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondPhone(CardLine<40>);

impl SecondPhone {
    /// # Errors
    /// [`Error::Invalid`](super::Error::Invalid) for fewer than 5 or more than 15 digits.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let Some(line) = CardLine::parse(field, text)? else {
            return Ok(None);
        };
        match (5..=15).contains(&digits(line.as_str()).len()) {
            true => Ok(Some(Self(line))),
            false => Err(Problem::PhoneLength.at(field).into()),
        }
    }

    pub fn from_row(text: String) -> Self {
        Self(CardLine::from_row(text))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Returns the digits by which a phone is searched: "8 900 …" and "+7 900 …" are the same number.
pub fn second_phone_key(text: &str) -> String {
    let digits = digits(text);
    match digits.strip_prefix('8') {
        Some(rest) if rest.len() == 10 && !text.trim_start().starts_with('+') => format!("7{rest}"),
        _ => digits,
    }
}

/// The e-mail address of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardEmail(Email);

impl CardEmail {
    /// # Errors
    /// As for [`Email::parse`], but for a blank text.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        match text.trim().is_empty() {
            true => Ok(None),
            false => Ok(Some(Self(Email::parse(field, text)?))),
        }
    }

    pub fn from_row(text: String) -> Self {
        Self(Email::from_row(text))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A note about a customer, of several lines. Only employees read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardNote(String);

impl CardNote {
    /// In characters, not bytes.
    pub const MAX: usize = 2_000;

    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        // Browsers send the end of a line as two characters.
        let text = letters::visible(text).replace("\r\n", "\n");
        let text = text.trim();
        let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        check(field, text, Self::MAX, forbidden)?;
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    pub fn from_row(text: String) -> Self {
        Self(letters::shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_phone_is_searched_by_its_digits() {
        for (typed, key) in [
            ("8 (900) 000-00-01", "79000000001"),
            ("+7 900 000-00-01", "79000000001"),
            ("+84 900 000 00", "8490000000"),
            ("123-45", "12345"),
        ] {
            assert_eq!(second_phone_key(typed), key);
        }
        for typed in ["1234", "1234567890123456", "none"] {
            assert!(SecondPhone::parse("secondPhone", typed).is_err(), "{typed}");
        }
        assert_eq!(SecondPhone::parse("secondPhone", " ").unwrap(), None);
    }
}
