//! Receiving updates, by registered address or polling, and the command menu.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::Client;
use super::client::POLL;
use crate::channels::Failure;

/// Relevant kinds of updates (<https://core.telegram.org/bots/api#update>).
const KINDS: &[&str] = &[
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
];

pub(super) const GET_UPDATES: &str = "getUpdates";
/// Updates per poll: this many always fit into the maximum response.
const UPDATES: usize = 30;

/// Returns the address of the telegram update route of a server with this `public_url`.
pub fn webhook_url(public_url: &str) -> String {
    format!("{public_url}/telegram/webhook")
}

impl Client {
    /// Registers `url` for updates, with `secret` in their header. Pending updates are kept.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn set_webhook(&self, url: &str, secret: &SecretString) -> Result<(), Failure> {
        let params = json!({
            "url": url,
            "secret_token": secret.expose_secret(),
            "allowed_updates": KINDS,
            "drop_pending_updates": false,
        });
        self.execute("setWebhook", &params).await
    }

    /// Removes the registration, so that updates can be polled. Pending updates are kept.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn delete_webhook(&self) -> Result<(), Failure> {
        let params = json!({ "drop_pending_updates": false });
        self.execute("deleteWebhook", &params).await
    }

    /// Sets the command menu for one language, or the default menu.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn set_my_commands(
        &self,
        commands: &[(&str, String)],
        language: Option<&str>,
    ) -> Result<(), Failure> {
        let command =
            |(name, about): &(&str, String)| json!({ "command": name, "description": about });
        let commands: Vec<Value> = commands.iter().map(command).collect();
        let mut params = json!({ "commands": commands });
        if let Some(language) = language {
            params["language_code"] = language.into();
        }
        self.execute("setMyCommands", &params).await
    }

    /// Polls updates from `offset` on, and returns them unparsed. Waits for the first one when `long`.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn get_updates(
        &self,
        offset: Option<i64>,
        long: bool,
    ) -> Result<Vec<Value>, Failure> {
        let (client, wait) = match long {
            true => (&self.poller, POLL.as_secs()),
            false => (&self.bot, 0),
        };
        let mut params = json!({ "timeout": wait, "limit": UPDATES, "allowed_updates": KINDS });
        if let Some(offset) = offset {
            params["offset"] = offset.into();
        }
        // An update of unknown kind must not hide the others, so each is parsed separately.
        self.call(client, GET_UPDATES, &params).await
    }
}
