//! Settings of the bot at MAX.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::Result;
use super::raw::{RawMax, Sources};
use super::values::{check_url, invalid, on_this_machine, secret, wrong};
use crate::domain::{BotMode, MaxToken, Origin, Problem, SettingKey as Key};

/// The keys of the token.
const TOKEN: [&str; 2] = [MaxToken::KEY, "max.token_file"];

/// Settings of the bot at MAX that owners don't change in the browser.
#[derive(Debug)]
pub struct Max {
    /// The token, and where it is set; `None` leaves it to the owners.
    pub token: Option<(MaxToken, Origin)>,
    pub api_url: String,
}

impl Max {
    pub(super) fn check(raw: RawMax, sources: &Sources, secure: bool) -> Result<Self> {
        let token = secret(TOKEN, raw.token, raw.token_file)?;
        // A package installs an empty token file to be filled in.
        let token = token.filter(|token| !token.expose_secret().is_empty());
        let token = token.map(|token| {
            let wrong = |_| wrong(TOKEN[0], "write the token alone, as MAX shows it");
            MaxToken::parse(TOKEN[0], token.expose_secret()).map_err(wrong)
        });
        let origin = TOKEN.iter().find_map(|key| sources.origin_of(key));
        let api_url = check_url("max.api_url", &raw.api_url)?;
        if !api_url.starts_with("https://") && !on_this_machine(&api_url) {
            let why = "use https; plain http is for this machine only";
            return Err(wrong("max.api_url", why));
        }
        if raw.mode == BotMode::Webhook.word() && !secure {
            let why = "webhook mode needs an https address; without one use max.mode = \"polling\"";
            return Err(wrong("public_url", why));
        }
        Ok(Self {
            token: token.transpose()?.zip(origin),
            api_url,
        })
    }
}

impl RawMax {
    /// Returns how updates arrive.
    pub(super) fn mode(&self) -> Result<BotMode> {
        BotMode::from_word(&self.mode).ok_or_else(|| {
            let why = "write auto, webhook, polling or off";
            invalid(Key::MaxMode, Problem::ChoiceUnknown, why)
        })
    }

    /// Returns the file with the certificate authorities; `None` for those of the system.
    pub(super) fn ca_file(&self) -> Option<PathBuf> {
        let file = self.ca_file.clone();
        file.filter(|file| !file.as_os_str().is_empty())
    }
}
