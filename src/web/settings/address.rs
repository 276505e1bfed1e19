//! The page of the public address: how a failed test is repeated with a phone, and where a new address is opened.

use askama::Template;
use warp::reply::Response;

use crate::domain::{Error, Result};
use crate::web::qr::Qr;
use crate::web::visit::Visit;

/// What the page of the public address has besides its field.
pub(super) struct AddressBox {
    pub(super) url: String,
    pub(super) is_local: bool,
    /// The link to be opened on a phone, after a test has failed.
    pub(super) link: Option<AddressLink>,
    /// The address to sign in at, after this one was replaced.
    pub(super) moved: Option<String>,
}

pub(super) struct AddressLink {
    pub(super) url: String,
    pub(super) qr: Qr,
}

impl AddressBox {
    pub(super) fn of(visit: &Visit, is_refused: bool) -> Result<Self> {
        let url = visit.desk.public_url();
        let link = visit.desk.reach.link().filter(|_| is_refused);
        let link = link.map(|url| {
            let qr = Qr::of(&url)?;
            Ok::<_, Error>(AddressLink { url, qr })
        });
        Ok(Self {
            is_local: url.is_local(),
            link: link.transpose()?,
            moved: (visit.is_submission() && !is_refused).then(|| format!("{url}/login")),
            url: url.to_string(),
        })
    }
}

#[derive(Template)]
#[template(path = "reach.html")]
struct ReachPage<'a> {
    visit: &'a Visit,
}

/// Answers the test of a new address.
pub fn reach(visit: &Visit, code: &str) -> Result<Response> {
    let (host, now) = (visit.host().unwrap_or_default(), visit.desk.clock.now());
    match visit.desk.reach.arrive(code, &host, now) {
        true => visit.page(&ReachPage { visit }),
        false => Err(Error::NotFound),
    }
}
