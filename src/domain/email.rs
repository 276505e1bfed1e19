//! E-mail addresses, by which employees sign in.

use std::str::FromStr;

use super::letters::plain;
use super::{Problem, Result};

/// An address as it was typed. Two that differ only in case are one: see [`Email::key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// RFC 5321 §4.5.3.1.3 allows a path of 256 octets with its angle brackets.
    const MAX: usize = 254;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = plain(text);
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::Required.at(field).into());
        }
        if text.len() > Self::MAX {
            return Err(Problem::TooLong { max: Self::MAX }.at(field).into());
        }
        let parsed = email_address::EmailAddress::from_str(text)
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_graphic()))
            .filter(|address| address.domain().contains('.'));
        match parsed {
            Some(address) => Ok(Self(address.to_string())),
            None => Err(Problem::EmailMalformed.at(field).into()),
        }
    }

    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes an address unique: it without regard to case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}
