//! How updates come, by webhook or by asking, and the menu of what people may send.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::client::POLL;
use super::{Client, Failure};

/// The kinds of updates that concern us (<https://core.telegram.org/bots/api#update>).
const KINDS: [&str; 4] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
];

pub(super) const GET_UPDATES: &str = "getUpdates";
/// How many updates one call fetches: so many fit into the longest answer that is read, whatever they are.
const UPDATES: usize = 30;

/// Where Telegram delivers updates to a server that people reach at `public_url`.
pub fn webhook_url(public_url: &str) -> String {
    format!("{public_url}/telegram/webhook")
}

impl Client {
    /// Asks Telegram to deliver updates to `url` with `secret` in the header. Those that wait
    /// there are kept.
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
        self.tell("setWebhook", &params).await
    }

    /// Asks Telegram to keep updates until they are polled.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn delete_webhook(&self) -> Result<(), Failure> {
        let params = json!({ "drop_pending_updates": false });
        self.tell("deleteWebhook", &params).await
    }

    /// Sets the menu of commands for one language, or for all that have none of their own.
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
        self.tell("setMyCommands", &params).await
    }

    /// Waits for updates from `offset` on, and returns them as Telegram wrote them.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn get_updates(&self, offset: Option<i64>) -> Result<Vec<Value>, Failure> {
        let mut params =
            json!({ "timeout": POLL.as_secs(), "limit": UPDATES, "allowed_updates": KINDS });
        if let Some(offset) = offset {
            params["offset"] = offset.into();
        }
        // One update of an unknown kind must not hide the others, so each is read by itself.
        self.call(&self.poller, GET_UPDATES, &params).await
    }
}
