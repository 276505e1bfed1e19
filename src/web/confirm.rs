//! A question before something that is hard to take back: a page with a form, so that it is asked
//! without a script as well. What a page lists leads here; the form here does it.

use askama::Template;
use warp::reply::Response;

use super::visit::Visit;
use crate::domain::Result;

/// The question, and the form of whoever says yes.
#[derive(Template)]
#[template(path = "confirm.html")]
pub struct Confirm<'a> {
    pub visit: &'a Visit,
    pub current: &'a str,
    pub title: String,
    /// Whom or what it is about; empty where the title says it all.
    pub about: String,
    /// What it comes to.
    pub lead: String,
    /// Where the form goes, and what it says beside its button.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    pub button: String,
    /// Where whoever says no goes back to.
    pub back: String,
}

impl Confirm<'_> {
    pub fn show(&self) -> Result<Response> {
        self.visit.page(self)
    }
}
