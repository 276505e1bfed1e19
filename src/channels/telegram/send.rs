//! Sending of messages with their buttons.

use serde_json::{Value, json};

use super::{Client, Failure};
use crate::domain::{Buttons, Reply, TelegramId};

/// Escapes a text for a message (<https://core.telegram.org/bots/api#html-style>).
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl Client {
    /// Sends a message in Telegram's HTML, or edits an earlier one. Returns the message's id, to
    /// which replies refer; `None` when Telegram's response lacks it.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn send_reply(
        &self,
        chat: TelegramId,
        reply: &Reply,
    ) -> Result<Option<i32>, Failure> {
        if let Some(query) = &reply.answers {
            self.answer(query).await;
        }
        match reply.edits {
            Some(message) => self.edit(chat, message, reply).await,
            None => self.send(chat, reply).await,
        }
    }

    /// Sends a message. A sent message must not look unsent, whatever the response contains.
    async fn send(&self, chat: TelegramId, reply: &Reply) -> Result<Option<i32>, Failure> {
        let message = message(chat, reply, markup(&reply.buttons));
        let sent: Value = self.call(&self.bot, "sendMessage", &message).await?;
        let number = sent["message_id"].as_i64();
        Ok(number.and_then(|number| number.try_into().ok()))
    }

    async fn edit(
        &self,
        chat: TelegramId,
        which: i32,
        reply: &Reply,
    ) -> Result<Option<i32>, Failure> {
        let mut message = message(chat, reply, inline(&reply.buttons));
        message["message_id"] = which.into();
        match self.execute("editMessageText", &message).await {
            Ok(()) => Ok(Some(which)),
            // A page turned twice: the message is as requested already.
            Err(Failure::Refused(why)) if why.contains("message is not modified") => {
                Ok(Some(which))
            }
            // The message is too old, deleted, or has no text: send a new one instead.
            Err(Failure::Refused(why)) => {
                tracing::debug!(why, "failed to edit message");
                self.send(chat, reply).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// Stops the button's spinner. A failure has no consequences.
    async fn answer(&self, query: &str) {
        let params = json!({ "callback_query_id": query });
        if let Err(failure) = self.execute("answerCallbackQuery", &params).await {
            tracing::debug!(why = failure.detail(), "failed to answer callback query");
        }
    }
}

fn message(chat: TelegramId, reply: &Reply, markup: Option<Value>) -> Value {
    let mut message = json!({ "chat_id": chat.get(), "text": reply.text, "parse_mode": "HTML" });
    if reply.no_preview {
        message["link_preview_options"] = json!({ "is_disabled": true });
    }
    if let Some(markup) = markup {
        message["reply_markup"] = markup;
    }
    message
}

/// Builds the keyboard of a message (<https://core.telegram.org/bots/api#sendmessage>).
fn markup(buttons: &Buttons) -> Option<Value> {
    match buttons {
        Buttons::None => None,
        Buttons::Row(_) | Buttons::Column(_) => inline(buttons),
        Buttons::RemoveKeyboard => Some(json!({ "remove_keyboard": true })),
        Buttons::ShareContact(label) => {
            let button = json!({ "text": label, "request_contact": true });
            Some(json!({ "keyboard": [[button]], "resize_keyboard": true }))
        }
    }
}

/// Builds an inline keyboard, the only kind that an edited message can have.
fn inline(buttons: &Buttons) -> Option<Value> {
    let button = |(label, data): &(String, String)| json!({ "text": label, "callback_data": data });
    let rows: Vec<Vec<Value>> = match buttons {
        Buttons::Row(row) => vec![row.iter().map(button).collect()],
        Buttons::Column(all) => all.iter().map(|one| vec![button(one)]).collect(),
        _ => return None,
    };
    Some(json!({ "inline_keyboard": rows }))
}
