//! `POST /max/webhook`: the max update route.

use std::sync::Arc;

use warp::http::{HeaderMap, StatusCode};

use super::asker::Asker;
use super::{Body, Site, messenger_secret};
use crate::app::max_connection::MaxInUse;
use crate::bot;
use crate::channels::max;
use crate::domain::{Receiving, chain};
use crate::store::Transaction;

/// Source: <https://dev.max.ru/docs-api/methods/POST/subscriptions>, `secret`.
const SECRET: &str = "x-max-bot-api-secret";

/// Responds with 200 once the update was handled, or if it can never be; 503 makes MAX redeliver it.
pub(super) async fn answer(
    site: Arc<Site>,
    _: Asker,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let desk = &site.desk;
    let is_open = |bot: &MaxInUse| bot.wanted.receiving == Receiving::Webhook;
    let Some(bot) = desk.max.in_use().filter(is_open) else {
        return StatusCode::NOT_FOUND;
    };
    if !messenger_secret::is_right(&headers, SECRET, &bot.secret) {
        return StatusCode::UNAUTHORIZED;
    }
    let body = match body {
        Ok(body) => body,
        Err(status) => return status,
    };
    let updates = max::parse(&body, bot.wanted.token.secret());
    if updates.is_empty() {
        tracing::warn!("failed to parse update of MAX");
        return StatusCode::OK;
    }
    let (shop, links, now) = (desk.shop(), desk.links(), desk.clock.now());
    let handle = move |tx: &Transaction<'_>| bot::handle_all(tx, &shop, &links, updates, now);
    match desk.db.write(handle).await {
        Ok(()) => {
            desk.db.metrics().updated();
            StatusCode::OK
        }
        Err(error) => {
            tracing::error!(error = %chain(&error), "failed to process update of MAX");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
