//! Settings of the bot at MAX.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::Result;
use super::raw::RawMax;
use super::values::{check_url, on_this_machine, secret, wrong};
use crate::domain::BotMode;

/// Settings of the bot at MAX.
#[derive(Debug)]
pub struct Max {
    /// `None` without a bot.
    pub token: Option<SecretString>,
    pub api_url: String,
    /// File with the certificate authorities of the API's server; `None` for those of the system.
    pub ca_file: Option<PathBuf>,
    pub mode: BotMode,
}

impl Max {
    pub(super) fn check(raw: RawMax, secure: bool) -> Result<Self> {
        let token = secret(["max.token", "max.token_file"], raw.token, raw.token_file)?;
        // A package installs an empty token file to be filled in.
        let token = token.filter(|token| !token.expose_secret().is_empty());
        // It is the value of a header.
        let fits =
            |token: &SecretString| token.expose_secret().bytes().all(|c| c.is_ascii_graphic());
        if !token.as_ref().is_none_or(fits) {
            return Err(wrong("max.token", "write the token alone, as MAX shows it"));
        }
        let api_url = check_url("max.api_url", &raw.api_url)?;
        if !api_url.starts_with("https://") && !on_this_machine(&api_url) {
            let why = "use https; plain http is for this machine only";
            return Err(wrong("max.api_url", why));
        }
        let mode = BotMode::from_word(&raw.mode)
            .ok_or_else(|| wrong("max.mode", "write auto, webhook, polling or off"))?;
        if mode == BotMode::Webhook && !secure {
            let why = "webhook mode needs an https address; without one use max.mode = \"polling\"";
            return Err(wrong("public_url", why));
        }
        Ok(Self {
            token,
            api_url,
            ca_file: raw.ca_file.filter(|file| !file.as_os_str().is_empty()),
            mode,
        })
    }
}
