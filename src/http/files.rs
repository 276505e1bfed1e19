//! Attachments for programs, which send a token instead of the pages' cookie.

use std::sync::Arc;

use futures_util::TryFutureExt;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::asker::{Asker, bearer};
use super::{Site, graphql};
use crate::domain::{Actor, Error, Result};
use crate::web::attachments;

/// Accepts a request with a token; one with another `Authorization`, such as a proxy's password, is a browser's.
pub(super) fn by_token() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::header::headers_cloned()
        .and_then(|headers: HeaderMap| async move {
            match bearer(&headers) {
                Some(_) => Ok(()),
                None => Err(warp::reject()),
            }
        })
        .untuple_one()
}

/// Serves a picture.
pub(super) async fn photo(
    id: String,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
) -> Response {
    let served = actor(&site, asker, &headers)
        .and_then(|actor| attachments::picture(&site.desk, actor, &id))
        .await;
    served.unwrap_or_else(|error| graphql::fail(&error, &headers))
}

/// Serves any attachment as a download.
pub(super) async fn attachment(
    id: String,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
) -> Response {
    let served = actor(&site, asker, &headers)
        .and_then(|actor| attachments::file(&site.desk, actor, &id))
        .await;
    served.unwrap_or_else(|error| graphql::fail(&error, &headers))
}

async fn actor(site: &Site, asker: Asker, headers: &HeaderMap) -> Result<Actor> {
    let caller = asker.caller(&site.desk, headers).await?;
    let viewer = caller.viewer.ok_or(Error::Unauthenticated)?;
    Ok(viewer.0)
}
