//! Forms that come back: what was typed, and what is wrong with which field.

use std::collections::BTreeMap;

use super::text::Texts;
use crate::domain::{Conflict, Error, Result, whole_seconds};
use crate::i18n;

/// What is wrong, by the field's name in the form.
#[derive(Debug, Default)]
pub struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    /// Keeps what the person can correct; passes on everything else.
    ///
    /// # Errors
    /// The error itself, when it is none of a field's.
    pub fn add(&mut self, error: Error, texts: &Texts) -> Result<()> {
        let (field, text) = match &error {
            Error::Invalid(invalid) => (invalid.field, i18n::invalid(texts.language, invalid)),
            Error::Conflict(conflict @ Conflict::EmailTaken) => {
                ("email", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ Conflict::PhoneTaken { .. }) => {
                ("phone", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ Conflict::StageNameTaken) => {
                ("name", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ (Conflict::Import | Conflict::ImportChoices)) => {
                ("csv", i18n::conflict(texts.language, conflict))
            }
            Error::RateLimited { retry_after } => {
                let args = [("seconds", whole_seconds(*retry_after).into())];
                ("nonFieldErrors", texts.with("error-rate-limited", args))
            }
            _ => return Err(error),
        };
        self.0.entry(field).or_insert(text);
        Ok(())
    }

    /// Takes the value, or keeps the error.
    ///
    /// # Errors
    /// As for [`Errors::add`].
    pub fn take<T>(&mut self, result: Result<T>, texts: &Texts) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => self.add(error, texts).map(|()| None),
        }
    }

    /// Says something of a field that no error of ours says.
    pub fn say(&mut self, field: &'static str, text: String) {
        self.0.entry(field).or_insert(text);
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// What concerns the whole form, or no field that it shows.
    pub fn of_form<'f>(&self, fields: impl AsRef<[&'f str]>) -> Option<&str> {
        let shown = fields.as_ref();
        let other = self.0.iter().find(|(field, _)| !shown.contains(*field));
        other.map(|(_, text)| text.as_str())
    }

    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }
}
