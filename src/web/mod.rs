//! Server-rendered pages for staff and customers. A handler parses the request, calls one use case
//! and renders the result; it contains no rules. The route table of `http` calls the handlers.
//! Everything works without a script; the script only makes it faster.

pub mod accounts;
pub mod aliases;
pub mod assets;
pub mod attachments;
mod bill;
pub mod board;
mod bot_line;
pub mod cash;
pub mod catalogue;
mod confirm;
pub mod customers;
pub mod data;
pub mod debts;
mod edited;
pub mod email_stop;
mod errors;
mod form;
pub mod keys;
pub mod logo;
pub mod months;
pub mod negotiate;
pub mod papers;
mod qr;
pub mod settings;
mod staff_bot;
pub mod stages;
pub mod status;
pub mod tasks;
mod text;
pub mod today;
mod visit;
pub mod webhooks;

use warp::reply::Response;

use crate::domain::Error;

pub use errors::{foreign_origin, method_not_allowed, say_when};
pub use visit::{PageRequest, Viewer, Visit, has_parts, is_own_origin, parts, receive, viewer};

/// Responds with an error page.
pub fn refuse(visit: &Visit, error: &Error) -> Response {
    errors::answer(visit, error)
}
