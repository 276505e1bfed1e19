//! Who looks at a page: the session in a cookie.

use std::net::IpAddr;
use std::sync::Arc;

use warp::http::HeaderMap;
use warp::http::header::COOKIE;

use crate::app::tokens::Session;
use crate::app::{Desk, accounts, comments, tasks};
use crate::domain::{Actor, Employee, Error, Result};

/// A signed-in employee at a browser.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub actor: Actor,
    pub session: Session,
    pub me: Arc<Employee>,
    /// The newest event before anything of the page was read.
    pub seen: i64,
    /// In how many tasks, of the viewer or of nobody, a customer waits for an answer.
    pub unanswered: i64,
}

/// The session that the cookie of a request has, where it holds.
///
/// # Errors
/// [`Error::RateLimited`] for an account that asks too often, and [`Error::Internal`] when the
/// database can't say.
pub async fn viewer(desk: &Desk, headers: &HeaderMap, address: IpAddr) -> Result<Option<Viewer>> {
    let Some(token) = cookie(headers, cookie_name(desk)) else {
        return Ok(None);
    };
    match accounts::authenticate(desk, token, address).await {
        Ok((actor, session)) => {
            let look = move |c: &_| {
                let seen = tasks::newest_event(c, &actor)?;
                Ok((seen, comments::count_unanswered(c, &actor)?))
            };
            let (seen, unanswered) = desk.db.look_up(look).await?;
            let me = accounts::myself(desk, &actor).await?;
            Ok(Some(Viewer {
                actor,
                session,
                me,
                seen,
                unanswered,
            }))
        }
        Err(Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

/// With https the browser itself sees to it that the cookie is ours alone.
pub fn cookie_name(desk: &Desk) -> &'static str {
    match desk.public_url.starts_with("https://") {
        true => "__Host-zayavka",
        false => "zayavka",
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}
