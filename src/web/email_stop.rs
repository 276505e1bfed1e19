//! The page on which a person asks for no more e-mail, by the link in a letter and without signing in.

use askama::Template;
use warp::reply::Response;

use super::visit::Visit;
use crate::app::email_stops::{self, AddressDigest};
use crate::domain::{Error, Result};

#[derive(Template)]
#[template(path = "email-stop.html")]
struct EmailStopPage<'a> {
    visit: &'a Visit,
    token: &'a str,
    is_stopped: bool,
}

/// Shows a button: programs that look at links in letters must change nothing.
pub async fn ask(visit: &Visit, token: &str) -> Result<Response> {
    let address = address(visit, token)?;
    let read = move |c: &_| email_stops::is_stopped(c, address);
    let is_stopped = visit.desk.db.read(read).await?;
    show(visit, token, is_stopped)
}

/// Ends e-mail to the address, by the button or by a mail program's own (RFC 8058).
pub async fn stop(visit: &Visit, token: &str) -> Result<Response> {
    email_stops::stop(&visit.desk, address(visit, token)?).await?;
    show(visit, token, true)
}

fn address(visit: &Visit, token: &str) -> Result<AddressDigest> {
    visit.desk.limits.look(visit.address)?;
    AddressDigest::from_token(&visit.desk.links, token).ok_or(Error::NotFound)
}

fn show(visit: &Visit, token: &str, is_stopped: bool) -> Result<Response> {
    visit.page(&EmailStopPage {
        visit,
        token,
        is_stopped,
    })
}
