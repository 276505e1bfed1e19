//! Settings of the bot: its token and how it receives updates.

use secrecy::{ExposeSecret, SecretString};

use super::Result;
use super::raw::RawTelegram;
use super::values::{check_url, on_this_machine, secret, wrong};

/// Settings of the bot.
#[derive(Debug)]
pub struct Telegram {
    pub token: SecretString,
    pub api_url: String,
    pub mode: Mode,
    pub webhook_secret: Option<SecretString>,
}

/// How the bot receives updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Webhook,
    Polling,
}

impl Telegram {
    pub(super) fn check(raw: RawTelegram, secure: bool) -> Result<Option<Self>> {
        let token = secret(
            ["telegram.token", "telegram.token_file"],
            raw.token,
            raw.token_file,
        )?;
        // A package installs an empty token file to be filled in.
        let token = token.filter(|token| !token.expose_secret().is_empty());
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
        let mode = match (raw.mode.as_deref(), &token) {
            (Some("off"), _) | (None, None) => return Ok(None),
            (Some("webhook"), _) | (None, Some(_)) => Mode::Webhook,
            (Some("polling"), _) => Mode::Polling,
            _ => return Err(wrong("telegram.mode", "write webhook, polling or off")),
        };
        let token = token.ok_or_else(|| {
            wrong(
                "telegram.token",
                "the mode needs a token: set this or telegram.token_file",
            )
        })?;
        if mode == Mode::Webhook && !secure {
            let why =
                "webhook mode needs an https address; without one use telegram.mode = \"polling\"";
            return Err(wrong("public_url", why));
        }
        Ok(Some(Self {
            token,
            api_url,
            mode,
            webhook_secret,
        }))
    }
}
