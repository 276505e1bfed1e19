//! Validation errors of forms, by field.

use std::collections::BTreeMap;

use super::text::Texts;
use crate::domain::{Conflict, Error, Result, whole_seconds};
use crate::i18n;

/// The error of a field.
#[derive(Debug, Clone)]
struct Wrong {
    /// Text shown beside the field.
    text: String,
    /// Text shown apart from the field, including the field's name.
    named: String,
}

/// Errors by the field's name in the form.
#[derive(Debug, Default, Clone)]
pub struct Errors {
    wrong: BTreeMap<&'static str, Wrong>,
    /// Labels that differ from the usual ones in this form.
    names: BTreeMap<&'static str, &'static str>,
}

impl Errors {
    /// Sets a different label for a field in this form.
    pub fn calling(mut self, field: &'static str, sentence: &'static str) -> Self {
        self.names.insert(field, sentence);
        self
    }

    /// Records an error that the person can correct; passes on any other.
    ///
    /// # Errors
    /// The error itself, if it doesn't concern a field.
    pub fn add(&mut self, error: Error, texts: &Texts) -> Result<()> {
        let (field, text) = match &error {
            Error::Invalid(_) | Error::InvalidFields(_) => {
                for invalid in error.invalid_fields() {
                    let text = i18n::invalid(texts.language, invalid);
                    let named = i18n::invalid_named(texts.language, invalid);
                    let wrong = Wrong { text, named };
                    self.wrong.entry(invalid.field).or_insert(wrong);
                }
                return Ok(());
            }
            Error::Conflict(conflict @ Conflict::EmailTaken) => {
                ("email", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ Conflict::PhoneTaken { .. }) => {
                ("phone", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ Conflict::ArticleTaken) => {
                ("article", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ (Conflict::StageNameTaken | Conflict::DrawerNameTaken)) => {
                ("name", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ Conflict::WebhookUrlTaken) => {
                ("url", i18n::conflict(texts.language, conflict))
            }
            Error::Conflict(conflict @ Conflict::CashMoved) => {
                ("counted", i18n::conflict(texts.language, conflict))
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
        self.add_text(field, text);
        Ok(())
    }

    /// Returns the value, or records the error.
    ///
    /// # Errors
    /// As for [`Errors::add`].
    pub fn take<T>(&mut self, result: Result<T>, texts: &Texts) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => self.add(error, texts).map(|()| None),
        }
    }

    /// Does the same for an optional field.
    ///
    /// # Errors
    /// As for [`Errors::add`].
    pub fn take_some<T>(&mut self, result: Option<Result<T>>, texts: &Texts) -> Result<Option<T>> {
        match result {
            Some(result) => self.take(result, texts),
            None => Ok(None),
        }
    }

    /// Records an error text that has no domain error. The text names the field where needed.
    pub fn add_text(&mut self, field: &'static str, text: String) {
        let named = text.clone();
        self.wrong.entry(field).or_insert(Wrong { text, named });
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.wrong.get(field).map(|wrong| wrong.text.as_str())
    }

    /// Returns an error of the whole form, or of a field that the form doesn't show, including its
    /// name.
    pub fn of_form<'f>(&self, fields: impl AsRef<[&'f str]>) -> Option<&str> {
        let shown = fields.as_ref();
        let other = self.wrong.iter().find(|(field, _)| !shown.contains(*field));
        other.map(|(_, wrong)| wrong.named.as_str())
    }

    /// Returns the fields with errors in the form's order, each with its label: the summary on top
    /// names them, since on a phone none of them may be in view.
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
