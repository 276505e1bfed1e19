//! How updates come, by webhook or by asking, and the menu of what people may send.

use frankenstein::methods::{
    DeleteWebhookParams, GetUpdatesParams, SetMyCommandsParams, SetWebhookParams,
};
use frankenstein::types::{AllowedUpdate, BotCommand};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::client::POLL;
use super::{Client, Failure};

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
        let params = SetWebhookParams::builder()
            .url(url)
            .secret_token(secret.expose_secret())
            .allowed_updates(allowed_updates())
            .drop_pending_updates(false)
            .build();
        self.tell("setWebhook", &params).await
    }

    /// Asks Telegram to keep updates until they are polled.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn delete_webhook(&self) -> Result<(), Failure> {
        let params = DeleteWebhookParams::builder()
            .drop_pending_updates(false)
            .build();
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
        let command = |(name, about): &(&str, String)| {
            BotCommand::builder()
                .command(*name)
                .description(about.as_str())
                .build()
        };
        let params = SetMyCommandsParams::builder()
            .commands(commands.iter().map(command).collect())
            .maybe_language_code(language)
            .build();
        self.tell("setMyCommands", &params).await
    }

    /// Waits for updates from `offset` on, and returns them as Telegram wrote them.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn get_updates(&self, offset: Option<i64>) -> Result<Vec<Value>, Failure> {
        let params = GetUpdatesParams::builder()
            .maybe_offset(offset)
            .timeout(u32::try_from(POLL.as_secs()).unwrap_or_default())
            .allowed_updates(allowed_updates())
            .build();
        // One update of an unknown kind must not hide the others, so each is read by itself.
        self.call(&self.poller, "getUpdates", &params).await
    }
}

fn allowed_updates() -> Vec<AllowedUpdate> {
    vec![
        AllowedUpdate::Message,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::MyChatMember,
    ]
}
