//! The form about a drawer: each has a page of its own, so that it works without a script.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::posts;
use crate::domain::{Money, Result};
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// A field of a form.
pub(super) struct Field {
    name: &'static str,
    label: String,
    pub(super) value: String,
    is_sum: bool,
    is_required: bool,
}

/// A form about a drawer.
#[derive(Template)]
#[template(path = "cash-form.html")]
pub(super) struct FormPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    pub(super) errors: Errors,
    title: String,
    /// What is known, each with its name.
    pub(super) facts: Vec<(String, String)>,
    pub(super) fields: Vec<Field>,
    pub(super) hidden: Vec<(&'static str, String)>,
    action: String,
    button: &'static str,
}

impl<'a> FormPage<'a> {
    pub(super) fn new(
        visit: &'a Visit,
        title: String,
        action: String,
        button: &'static str,
    ) -> Self {
        Self {
            visit,
            current: "cash",
            errors: Errors::default()
                .calling("name", "drawer-name")
                .calling("sum", "cash-sum")
                .calling("counted", "cash-counted")
                .calling("reason", "cash-reason")
                .calling("note", "cash-note"),
            title,
            facts: Vec::new(),
            fields: Vec::new(),
            hidden: Vec::new(),
            action,
            button,
        }
    }

    pub(super) fn field(
        mut self,
        name: &'static str,
        label: &str,
        is_sum: bool,
        is_required: bool,
    ) -> Self {
        let label = self.visit.texts.s(label);
        self.fields.push(Field {
            name,
            label,
            value: self.visit.typed(name).to_owned(),
            is_sum,
            is_required,
        });
        self
    }

    /// Returns the names of the fields, for the summary of errors.
    fn names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).collect()
    }

    /// Parses a sum; zero is fine.
    pub(super) fn sum(&mut self, field: &'static str) -> Result<Option<Money>> {
        let currency = self.visit.desk.shop().currency;
        let parsed = Money::parse(field, self.visit.typed(field), currency);
        self.errors.take(parsed, &self.visit.texts)
    }

    pub(super) fn again(&self) -> Result<Response> {
        self.visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, self)
    }

    /// Makes the change once, and shows the form again when it is refused.
    pub(super) async fn send(
        mut self,
        make: impl FnOnce(&Transaction<'_>) -> Result<i64> + Send + 'static,
    ) -> Result<Response> {
        let visit = self.visit;
        let (post, now) = (visit.post(), visit.desk.clock.now());
        let work = move |tx: &Transaction<'_>| posts::once(tx, post, now, || make(tx));
        match self
            .errors
            .take(visit.desk.db.write(work).await, &visit.texts)?
        {
            Some(_) => Ok(visit.go("/cash")),
            None => self.again(),
        }
    }
}
