//! `POST /telegram/webhook`: the telegram update route.

use std::sync::Arc;

use warp::http::{HeaderMap, StatusCode};

use super::asker::Asker;
use super::{Body, Site, messenger_secret};
use crate::bot;
use crate::channels::telegram;
use crate::domain::{Messenger, Receiving, chain};

/// Source: <https://core.telegram.org/bots/api#setwebhook>, `secret_token`.
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// Responds with 200 once the update was handled, or if it can never be; 503 makes Telegram
/// redeliver it.
pub(super) async fn answer(
    site: Arc<Site>,
    _: Asker,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let desk = &site.desk;
    let secret = match (desk.bot.in_use(), desk.wanted_bot()) {
        (Some(bot), _) if bot.wanted.receiving == Receiving::Webhook => bot.secret,
        // Telegram redelivers what comes while the bot is being replaced.
        (None, Some(_)) => return StatusCode::SERVICE_UNAVAILABLE,
        _ => return StatusCode::NOT_FOUND,
    };
    if !messenger_secret::is_right(&headers, SECRET, &secret) {
        return StatusCode::UNAUTHORIZED;
    }
    let body = match body {
        Ok(body) => body,
        Err(status) => return status,
    };
    let Some(update) = telegram::parse(&body) else {
        tracing::warn!("failed to parse update");
        return StatusCode::OK;
    };
    let (shop, links, now) = (desk.shop(), desk.links(), desk.clock.now());
    match desk
        .db
        .write(move |tx| bot::handle(tx, &shop, &links, Messenger::Telegram, update, now))
        .await
    {
        Ok(()) => {
            desk.db.metrics().updated();
            StatusCode::OK
        }
        Err(error) => {
            tracing::error!(
                error = %chain(&error),
                "failed to process update"
            );
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
