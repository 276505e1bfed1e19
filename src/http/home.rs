//! The front door while there are no pages, and the monitor's question.

use std::sync::Arc;

use warp::Reply;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

use super::asker::Asker;
use super::{Site, languages};
use crate::app::accounts;
use crate::domain::Language;
use crate::i18n;

/// Says that the server runs; and on a new database, that it is new, so that a wrong path is
/// never taken for lost data. Only who is on this machine reads where the file is.
pub(super) async fn show(site: Arc<Site>, _: Asker, headers: HeaderMap) -> Response {
    let desk = &site.desk;
    let named = languages(&headers)
        .split([',', ';'])
        .find_map(Language::parse);
    let language = named.unwrap_or(desk.shop.language);
    let say = |id, args: Option<i18n::Arg>| i18n::text_with(language, id, args) + "\n";
    let mut text = say("home", Some(("url", desk.public_url.clone().into())));
    match desk.db.read(accounts::any).await {
        Ok(true) => {}
        Ok(false) => {
            text += &("\n".to_owned() + &say("home-first-run", None));
            if desk.loopback {
                let path = desk.db.path().display().to_string();
                text += &say("home-database", Some(("path", path.into())));
            }
        }
        Err(error) => return unready(&error),
    }
    text.into_response()
}

/// 200 when the database answers; its migrations are done before anything is served.
pub(super) async fn ready(site: Arc<Site>) -> Response {
    match site.desk.db.read(accounts::any).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => unready(&error),
    }
}

fn unready(error: &crate::domain::Error) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the database doesn't answer"
    );
    let text = "the database doesn't answer\n";
    warp::reply::with_status(text, StatusCode::SERVICE_UNAVAILABLE).into_response()
}
