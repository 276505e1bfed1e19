//! Conversion of edit forms for [`app::edits`](crate::app::edits): a hidden field carries the
//! values that the form was loaded with, and conflicting changes are resolved by the person.

use std::collections::BTreeMap;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::visit::Visit;
use crate::domain::{Edit, Result, Shown};

/// Hidden field of an edit form with the values it was loaded with.
const WAS: &str = "was";
/// Hidden field of a conflict form with the values stored when it was loaded.
const ASKED: &str = "asked";

/// Encodes the values of a form in one field.
pub fn encode<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut all = form_urlencoded::Serializer::new(String::new());
    all.extend_pairs(values).finish()
}

/// A submitted edit form, or a submitted conflict form.
pub struct Edited<'a> {
    visit: &'a Visit,
    /// Values that the form was loaded with; `None` when the form lacks them.
    shown: Option<BTreeMap<String, String>>,
    /// Whether this is a conflict form, which concerns the fields of `shown` only.
    is_answer: bool,
}

impl<'a> Edited<'a> {
    pub fn read(visit: &'a Visit) -> Self {
        let is_answer = visit.sent(ASKED).is_some();
        let shown = visit.sent(ASKED).or_else(|| visit.sent(WAS));
        let decode = |text: &str| {
            let pairs = form_urlencoded::parse(text.as_bytes());
            pairs.into_owned().collect()
        };
        Self {
            visit,
            shown: shown.map(decode),
            is_answer,
        }
    }

    /// Returns the value of a field; `None` when the form lacks it, or the stored value was chosen.
    pub fn typed(&self, field: &str) -> Option<&'a str> {
        let keeps = self.is_answer && (!self.knows(field) || self.take(field) == Some(false));
        self.visit.sent(field).filter(|_| !keeps)
    }

    /// Returns the state of a checkbox, which browsers omit when it is not ticked; `None` for a
    /// conflict form.
    pub fn ticked(&self, field: &str) -> Option<bool> {
        (!self.is_answer).then(|| !self.visit.typed(field).is_empty())
    }

    /// Returns the value that a field was loaded with. In a conflict form this is the stored value,
    /// provided that the person chose their own value instead; a field without a choice conflicts
    /// again.
    pub fn shown(&self, field: &str) -> Option<&str> {
        let known = !self.is_answer || self.take(field) == Some(true);
        let value = self.shown.as_ref()?.get(field);
        value.map(String::as_str).filter(|_| known)
    }

    /// Returns whether the person chose their own value.
    fn take(&self, field: &str) -> Option<bool> {
        match self.visit.typed(&format!("take.{field}")) {
            "mine" => Some(true),
            "theirs" => Some(false),
            _ => None,
        }
    }

    fn knows(&self, field: &str) -> bool {
        let shown = self.shown.as_ref();
        shown.is_some_and(|shown| shown.contains_key(field))
    }

    /// Returns those of these fields that the conflict form concerns.
    pub fn in_conflict(&self, fields: &[&'static str]) -> Vec<&'static str> {
        let asked = |field: &&&'static str| self.is_answer && self.knows(field);
        fields.iter().filter(asked).copied().collect()
    }

    /// Returns the form for [`app::edits`](crate::app::edits).
    pub fn edit<C>(&self, typed: C, shown: C) -> Edit<C> {
        let version = self.visit.typed("version").parse().ok();
        let shown = match (&self.shown, version) {
            (Some(_), _) => Shown::Values(shown),
            (None, Some(version)) => Shown::Version(version),
            (None, None) => Shown::Unsaid,
        };
        Edit { typed, shown }
    }
}

/// Kind of a form control.
pub enum Input {
    Line,
    /// A number or a sum.
    Number,
    Text,
    Day,
    /// One of these values, each with its name.
    Choice(Vec<(String, String)>),
}

/// A field that two people have changed to different values.
pub struct Collision {
    pub field: &'static str,
    pub label: String,
    pub input: Input,
    /// The value that was submitted.
    pub mine: String,
    /// The stored value as a form value.
    pub theirs: String,
    /// The stored value for display; empty if none.
    pub theirs_read: String,
}

/// The page that asks about conflicting fields.
#[derive(Template)]
#[template(path = "conflict.html")]
pub struct Question<'a> {
    pub visit: &'a Visit,
    pub current: &'a str,
    pub title: &'a str,
    /// Target of the form, and of the link that discards the changes.
    pub action: String,
    pub cancel: String,
    pub collisions: Vec<Collision>,
    /// Whether the other changes were saved.
    pub saved: bool,
    pub errors: Errors,
}

impl Collision {
    /// Encodes the stored value, as the one that a form of this field alone was loaded with.
    pub fn encoded(&self) -> String {
        encode([(self.field, &*self.theirs)])
    }
}

impl Question<'_> {
    fn encoded(&self) -> String {
        let all = self.collisions.iter();
        encode(all.map(|collision| (collision.field, &*collision.theirs)))
    }

    fn fields(&self) -> Vec<&'static str> {
        self.collisions.iter().map(|c| c.field).collect()
    }

    fn takes(&self, field: &str, whose: &str) -> bool {
        self.visit.typed(&format!("take.{field}")) == whose
    }

    /// Shows the page, with errors where a choice is missing or a value is invalid.
    ///
    /// # Errors
    /// As for [`Visit::page`].
    pub fn ask(mut self) -> Result<Response> {
        let status = match self.errors.any() {
            true => StatusCode::UNPROCESSABLE_ENTITY,
            false => StatusCode::CONFLICT,
        };
        if self.visit.sent(ASKED).is_some() {
            for field in self.fields() {
                if !self.takes(field, "mine") && !self.takes(field, "theirs") {
                    let text = self.visit.texts.s("conflict-choose");
                    self.errors.add_text(field, text);
                }
            }
        }
        self.visit.page_as(status, &self)
    }
}
