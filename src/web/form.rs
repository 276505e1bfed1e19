//! Forms that come back: what was typed, and what is wrong with which field.

use std::collections::BTreeMap;

use super::text::Texts;
use crate::domain::{Conflict, Error, Result, whole_seconds};
use crate::i18n;

/// What is wrong with one field.
#[derive(Debug)]
struct Wrong {
    /// As it stands beside the field.
    text: String,
    /// The same where the field isn't near, with its name.
    named: String,
}

/// What is wrong, by the field's name in the form.
#[derive(Debug, Default)]
pub struct Errors {
    wrong: BTreeMap<&'static str, Wrong>,
    /// The fields that this form calls otherwise than others do.
    names: BTreeMap<&'static str, &'static str>,
}

impl Errors {
    /// Notes that a field stands under another sentence in this form than in others.
    pub fn calling(mut self, field: &'static str, sentence: &'static str) -> Self {
        self.names.insert(field, sentence);
        self
    }

    /// Keeps what the person can correct; passes on everything else.
    ///
    /// # Errors
    /// The error itself, when it is none of a field's.
    pub fn add(&mut self, error: Error, texts: &Texts) -> Result<()> {
        let (field, text) = match &error {
            Error::Invalid(invalid) => {
                let text = i18n::invalid(texts.language, invalid);
                let named = i18n::invalid_named(texts.language, invalid);
                let wrong = Wrong { text, named };
                self.wrong.entry(invalid.field).or_insert(wrong);
                return Ok(());
            }
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
        self.say(field, text);
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

    /// The same for a field that a form may not have.
    ///
    /// # Errors
    /// As for [`Errors::add`].
    pub fn take_some<T>(&mut self, result: Option<Result<T>>, texts: &Texts) -> Result<Option<T>> {
        match result {
            Some(result) => self.take(result, texts),
            None => Ok(None),
        }
    }

    /// Says something of a field that no error of ours says, in a sentence that names it where needed.
    pub fn say(&mut self, field: &'static str, text: String) {
        let named = text.clone();
        self.wrong.entry(field).or_insert(Wrong { text, named });
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.wrong.get(field).map(|wrong| wrong.text.as_str())
    }

    /// What concerns the whole form, or no field that it shows; the field is named.
    pub fn of_form<'f>(&self, fields: impl AsRef<[&'f str]>) -> Option<&str> {
        let shown = fields.as_ref();
        let other = self.wrong.iter().find(|(field, _)| !shown.contains(*field));
        other.map(|(_, wrong)| wrong.named.as_str())
    }

    /// The marked ones of the fields that a form shows, in its order, each with what it is called there:
    /// the summary of a form says which fields it means, since on a phone none of them may be in sight.
    pub fn marked<'f>(
        &self,
        texts: &Texts,
        fields: impl AsRef<[&'f str]>,
    ) -> Vec<(&'static str, String)> {
        let marked = |shown: &&str| self.wrong.keys().copied().find(|field| field == shown);
        let name = |field: &'static str| {
            let called = self.names.get(field).copied();
            let id = called.or_else(|| i18n::field(field));
            (field, id.map_or_else(|| field.to_owned(), |id| texts.s(id)))
        };
        let fields = fields.as_ref().iter();
        fields.filter_map(marked).map(name).collect()
    }

    pub fn any(&self) -> bool {
        !self.wrong.is_empty()
    }
}
