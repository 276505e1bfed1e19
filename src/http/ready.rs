//! The monitor's question.

use std::sync::Arc;

use warp::Reply;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Site;
use crate::app::accounts;

/// 200 when the database answers; its migrations are done before anything is served.
pub(super) async fn answer(site: Arc<Site>) -> Response {
    match site.desk.db.read(accounts::any).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the database doesn't answer"
            );
            let text = "the database doesn't answer\n";
            warp::reply::with_status(text, StatusCode::SERVICE_UNAVAILABLE).into_response()
        }
    }
}
