//! Edit forms between a page and [`app::edits`](crate::app::edits): what a form showed travels with
//! it in one hidden field, and what two people have changed to different values is asked about.

use std::collections::BTreeMap;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::visit::Visit;
use crate::domain::{Edit, Result, Shown};

/// The field in which an edit form carries what it showed.
const WAS: &str = "was";
/// The field in which a question carries what was stored when it was asked.
const ASKED: &str = "asked";

/// Values of a form in one field.
pub fn encode<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut all = form_urlencoded::Serializer::new(String::new());
    all.extend_pairs(values).finish()
}

/// An edit form that was sent, or the answers to a question about one.
pub struct Edited<'a> {
    visit: &'a Visit,
    /// What the form showed; `None` where it doesn't say.
    shown: Option<BTreeMap<String, String>>,
    /// Whether these are answers, which are about the fields of `shown` alone.
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

    /// What was typed into a field; `None` where the form doesn't have it, or its sender has decided
    /// for the other value.
    pub fn typed(&self, field: &str) -> Option<&'a str> {
        let keeps = self.is_answer && (!self.knows(field) || self.take(field) == Some(false));
        self.visit.sent(field).filter(|_| !keeps)
    }

    /// The same for a box that is ticked or not, which isn't sent when it is not.
    pub fn ticked(&self, field: &str) -> Option<bool> {
        (!self.is_answer).then(|| !self.visit.typed(field).is_empty())
    }

    /// What a field showed. In answers that is what was stored when it was asked about, once its
    /// sender has decided against that: who decides nothing is asked again.
    pub fn shown(&self, field: &str) -> Option<&str> {
        let known = !self.is_answer || self.take(field) == Some(true);
        let value = self.shown.as_ref()?.get(field);
        value.map(String::as_str).filter(|_| known)
    }

    /// Whether the sender decided for their own value.
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

    /// Those of these fields that the answers are about.
    pub fn asked(&self, fields: &[&'static str]) -> Vec<&'static str> {
        let asked = |field: &&&'static str| self.is_answer && self.knows(field);
        fields.iter().filter(asked).copied().collect()
    }

    /// The form for [`app::edits`](crate::app::edits).
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

/// How the value of a field is typed.
pub enum Input {
    Line,
    Text,
    Day,
    /// One of these, each with its name.
    Choice(Vec<(String, String)>),
}

/// A field that two people have changed to different values.
pub struct Collision {
    pub field: &'static str,
    pub label: String,
    pub input: Input,
    /// What was typed here.
    pub mine: String,
    /// What is stored now, as the form has it.
    pub theirs: String,
    /// The same as people read it; empty where nothing is.
    pub theirs_read: String,
}

/// The question about what collides.
#[derive(Template)]
#[template(path = "conflict.html")]
pub struct Question<'a> {
    pub visit: &'a Visit,
    pub current: &'a str,
    pub title: &'a str,
    /// Where the answers go, and what shows what is stored.
    pub action: String,
    pub cancel: String,
    pub collisions: Vec<Collision>,
    /// Whether everything else that was typed is saved.
    pub saved: bool,
    pub errors: Errors,
}

impl Question<'_> {
    fn asked(&self) -> String {
        let all = self.collisions.iter();
        encode(all.map(|collision| (collision.field, &*collision.theirs)))
    }

    fn fields(&self) -> Vec<&'static str> {
        self.collisions.iter().map(|c| c.field).collect()
    }

    fn takes(&self, field: &str, whose: &str) -> bool {
        self.visit.typed(&format!("take.{field}")) == whose
    }

    /// Asks, and says so where an answer is missing or can't be used.
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
                    self.errors.say(field, text);
                }
            }
        }
        self.visit.page_as(status, &self)
    }
}
