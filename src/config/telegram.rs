//! Settings of the bot: its token, and its secret for updates.

use secrecy::{ExposeSecret, SecretString};

use super::Result;
use super::raw::{RawTelegram, Sources};
use super::values::{check_url, on_this_machine, secret, wrong};
use crate::domain::{BotMode, BotToken, Origin};

/// The keys of the token.
const TOKEN: [&str; 2] = [BotToken::KEY, "telegram.token_file"];

/// Settings of the bot that owners don't change in the browser.
#[derive(Debug)]
pub struct Telegram {
    /// The token, and where it is set; `None` leaves it to the owners.
    pub token: Option<(BotToken, Origin)>,
    pub api_url: String,
    pub webhook_secret: Option<SecretString>,
}

impl Telegram {
    pub(super) fn check(raw: RawTelegram, sources: &Sources, secure: bool) -> Result<Self> {
        let token = secret(TOKEN, raw.token, raw.token_file)?;
        // A package installs an empty token file to be filled in.
        let token = token.filter(|token| !token.expose_secret().is_empty());
        let origin = TOKEN.iter().find_map(|key| sources.origin_of(key));
        let keys = ["telegram.webhook_secret", "telegram.webhook_secret_file"];
        let webhook_secret = secret(keys, raw.webhook_secret, raw.webhook_secret_file)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let proper = |text: &str| (1..=256).contains(&text.len()) && text.chars().all(fits);
        if webhook_secret
            .as_ref()
            .is_some_and(|secret| !proper(secret.expose_secret()))
        {
            return Err(wrong(keys[0], "use 1 to 256 of A-Z a-z 0-9 _ -"));
        }
        let api_url = check_url("telegram.api_url", &raw.api_url)?;
        if !api_url.starts_with("https://") && !on_this_machine(&api_url) {
            return Err(wrong(
                "telegram.api_url",
                "use https; plain http is for this machine only",
            ));
        }
        if raw.mode == BotMode::Webhook.word() && !secure {
            let why =
                "webhook mode needs an https address; without one use telegram.mode = \"polling\"";
            return Err(wrong("public_url", why));
        }
        Ok(Self {
            token: token.map(BotToken::trusted).zip(origin),
            api_url,
            webhook_secret,
        })
    }
}
