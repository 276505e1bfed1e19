//! The session of a page request, carried in a cookie.

use std::net::IpAddr;
use std::sync::Arc;

use warp::http::HeaderMap;
use warp::http::header::COOKIE;

use crate::app::security::known_devices::KnownDevice;
use crate::app::security::tokens::Session;
use crate::app::{Desk, accounts, reports, tasks};
use crate::domain::{Actor, CustomersWaiting, Employee, EmployeeId, Error, Result};
use crate::web::text::Texts;

/// A signed-in employee viewing a page.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub actor: Actor,
    pub session: Session,
    pub me: Arc<Employee>,
    /// Id of the newest history row, read before anything on the page.
    pub seen: i64,
    /// Numbers of the shop's tasks in which a customer awaits a reply or a reaction.
    pub waiting: CustomersWaiting,
}

/// The badge in the navigation bar, if there is anything to show.
pub struct Badge {
    pub count: i64,
    pub text: String,
}

impl Badge {
    pub fn new(waiting: &CustomersWaiting, texts: &Texts) -> Option<Self> {
        let parts = [
            ("nav-unanswered", waiting.unanswered),
            ("nav-declined", waiting.declined),
            ("nav-agreed", waiting.agreed),
            ("nav-undelivered", waiting.undelivered),
        ];
        let parts = parts.iter().filter(|(_, tasks)| *tasks > 0);
        let words: Vec<String> = parts.map(|(id, tasks)| texts.count(id, tasks)).collect();
        (!words.is_empty()).then(|| Self {
            count: waiting.tasks,
            text: words.join(", "),
        })
    }
}

/// Returns the valid session of a request's cookie.
///
/// # Errors
/// [`Error::RateLimited`] when the account exceeds its request rate, and [`Error::Internal`] when
/// the database fails.
pub async fn viewer(desk: &Desk, headers: &HeaderMap, address: IpAddr) -> Result<Option<Viewer>> {
    let Some(token) = cookie(headers, cookie_name(desk)) else {
        return Ok(None);
    };
    match accounts::authenticate(desk, token, address).await {
        Ok((actor, session)) => {
            let look = move |c: &_| {
                let seen = tasks::newest_event(c, &actor)?;
                Ok((seen, reports::waiting(c, &actor)?))
            };
            let (seen, waiting) = desk.db.look_up(look).await?;
            let me = accounts::myself(desk, &actor).await?;
            Ok(Some(Viewer {
                actor,
                session,
                me,
                seen,
                waiting,
            }))
        }
        Err(Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the cookie name. With https, the `__Host-` prefix makes browsers accept it from this
/// host only.
pub fn cookie_name(desk: &Desk) -> &'static str {
    match desk.public_url().is_https() {
        true => "__Host-zayavka",
        false => "zayavka",
    }
}

/// Returns the name of the known-device cookie of an employee. Each has one of their own, since
/// several sign in on the shop's shared computer.
pub fn device_cookie_name(desk: &Desk, employee: EmployeeId) -> String {
    format!("{}-device-{employee}", cookie_name(desk))
}

/// Returns the accounts that have signed in on the client's device before.
pub fn known(desk: &Desk, headers: &HeaderMap) -> Vec<KnownDevice> {
    let (prefix, now) = (format!("{}-device-", cookie_name(desk)), desk.clock.now());
    cookies(headers)
        .filter(|(name, _)| name.starts_with(&prefix))
        .filter_map(|(_, value)| desk.devices.known(value, now))
        .collect()
}

pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}
