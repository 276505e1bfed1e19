//! Confirmation page for actions that are hard to undo. A page with a form works without a script
//! as well: a link on the page of the object leads here, and the form here performs the action.

use askama::Template;
use warp::reply::Response;

use super::visit::Visit;
use crate::domain::Result;

/// The question, with the form that performs the action.
#[derive(Template)]
#[template(path = "confirm.html")]
pub struct Confirm<'a> {
    pub visit: &'a Visit,
    pub current: &'a str,
    pub title: String,
    /// Object of the action; empty when the title says it all.
    pub about: String,
    /// Consequences of the action.
    pub lead: String,
    /// Target of the form, and its hidden fields.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub button: String,
    /// Target of the cancel link.
    pub back: String,
}

impl Confirm<'_> {
    pub fn show(&self) -> Result<Response> {
        self.visit.page(self)
    }
}
