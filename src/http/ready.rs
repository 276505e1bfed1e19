//! The readiness check.

use std::sync::Arc;

use warp::Reply;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Site;
use crate::app::accounts;
use crate::domain::chain;

/// Responds 200 when the database can be read and written. Migrations are done before anything is served.
pub(super) async fn answer(site: Arc<Site>) -> Response {
    let desk = &site.desk;
    if let Err(error) = desk.db.read(accounts::any).await {
        let error = chain(&error);
        tracing::error!(%error, "the database doesn't answer");
        return not_ready("the database doesn't answer");
    }
    match desk.db.trouble(desk.clock.elapsed()).await {
        None => "ready\n".into_response(),
        Some(why) => not_ready(&format!(
            "the last change was not stored: {}",
            why.sentence()
        )),
    }
}

fn not_ready(why: &str) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    warp::reply::with_status(format!("{why}\n"), status).into_response()
}
