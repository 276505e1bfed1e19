//! Health check of the bot.

use jiff::Timestamp;
use serde::Deserialize;

use super::Client;
use crate::channels::Failure;
use crate::domain::{BotHealth, BotTrouble, NetworkFailure, Webhook};

impl Client {
    /// Checks the bot, where `wanted` is the expected update address (empty in polling mode). Takes
    /// a few seconds at most.
    pub async fn health(&self, wanted: &str, now: Timestamp) -> BotHealth {
        let mut health = BotHealth {
            seen: now,
            name: None,
            troubles: Vec::new(),
        };
        match self.username().await {
            Ok(name) => health.name = Some(name),
            Err(trouble) => {
                health.troubles.push(trouble);
                return health;
            }
        }
        match self.ask::<WebhookInfo>("getWebhookInfo").await {
            Ok(info) => health.troubles = self.webhook(info).troubles(wanted, now),
            Err(failure) => health.troubles.push(trouble(&failure)),
        }
        let files = self.local.trouble();
        let files = files.map(|why| BotTrouble::Files { why });
        health.troubles.extend(files);
        health
    }

    /// Returns the bot's username.
    ///
    /// # Errors
    /// The trouble: Telegram can't be reached, or refuses the token.
    pub async fn username(&self) -> Result<String, BotTrouble> {
        match self.ask::<Me>("getMe").await {
            Ok(me) => Ok(self.clean(&me.username)),
            Err(failure) => Err(trouble(&failure)),
        }
    }

    /// Converts Telegram's record. Its texts are shown to people, so they are cleaned: a URL may
    /// contain the token.
    fn webhook(&self, info: WebhookInfo) -> Webhook {
        let at = info.last_error_date.map(Timestamp::from_second);
        let said = info.last_error_message.unwrap_or_default();
        Webhook {
            url: self.clean(&info.url),
            waiting: info.pending_update_count,
            last_error: at.and_then(Result::ok).map(|at| (at, self.clean(&said))),
            own_certificate: info.has_custom_certificate,
        }
    }
}

/// The parsed fields of `getMe`.
#[derive(Deserialize)]
struct Me {
    #[serde(default)]
    username: String,
}

/// The parsed fields of `getWebhookInfo`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct WebhookInfo {
    url: String,
    has_custom_certificate: bool,
    pending_update_count: u32,
    last_error_date: Option<i64>,
    last_error_message: Option<String>,
}

/// Classifies the failure of a call without parameters, which is rejected only for a wrong token.
pub fn trouble(failure: &Failure) -> BotTrouble {
    let detail = failure.detail();
    if detail.starts_with("401 ") || detail.starts_with("404 ") {
        return BotTrouble::TokenRefused;
    }
    let detail = detail.to_owned();
    match NetworkFailure::from_word(&detail).is_some_and(NetworkFailure::is_of_proxy) {
        true => BotTrouble::Proxy { detail },
        false => BotTrouble::Unreachable { detail },
    }
}
