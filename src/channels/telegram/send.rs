//! Sending of messages with their buttons.

use std::num::NonZeroU32;

use governor::Quota;
use serde_json::{Value, json};

use super::Client;
use crate::channels::{Failure, Outbound, Pauses, Sent, Transport};
use crate::domain::{Buttons, Channel, MessageKey, Reply, TelegramId};

impl Transport for Client {
    const CHANNEL: Channel = Channel::Telegram;
    /// Telegram's limits
    /// (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
    const PER_PERSON: Quota = Quota::per_second(NonZeroU32::MIN);
    /// At most 30 in any second: a burst of 5, 24 more evenly spaced, and one unused permit. A longer
    /// burst would add to what a second admits anyway.
    const OVERALL: Quota =
        Quota::per_second(NonZeroU32::new(25).unwrap()).allow_burst(NonZeroU32::new(5).unwrap());
    const PAUSES_PERSONS: bool = true;

    fn pauses(&self) -> &Pauses {
        self.pauses()
    }

    async fn send(&self, message: &Outbound) -> Result<Sent, Failure> {
        let foreign = || Failure::Refused("not a message for Telegram".to_owned());
        let Outbound::Chat(chat, reply) = message else {
            return Err(foreign());
        };
        let chat = chat.telegram_id().ok_or_else(foreign)?;
        Ok(Sent {
            message: self.send_reply(chat, reply).await?,
            ..Sent::default()
        })
    }
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
    ) -> Result<Option<MessageKey>, Failure> {
        if let Some(query) = &reply.answers {
            self.answer(query).await;
        }
        match &reply.edits {
            Some(message) => self.edit(chat, message, reply).await,
            None => self.send_anew(chat, reply).await,
        }
    }

    /// Sends a message. A sent message must not look unsent, whatever the response contains.
    async fn send_anew(
        &self,
        chat: TelegramId,
        reply: &Reply,
    ) -> Result<Option<MessageKey>, Failure> {
        let message = message(chat, reply, markup(&reply.buttons));
        let sent: Value = self.call(&self.bot, "sendMessage", &message).await?;
        let number = sent["message_id"].as_i64();
        Ok(number.map(|number| MessageKey::new(number.to_string())))
    }

    async fn edit(
        &self,
        chat: TelegramId,
        which: &MessageKey,
        reply: &Reply,
    ) -> Result<Option<MessageKey>, Failure> {
        let mut message = message(chat, reply, inline(&reply.buttons));
        let Ok(number) = which.as_str().parse::<i64>() else {
            return self.send_anew(chat, reply).await;
        };
        message["message_id"] = number.into();
        match self.execute("editMessageText", &message).await {
            Ok(()) => Ok(Some(which.clone())),
            // A page turned twice: the message is as requested already.
            Err(Failure::Refused(why)) if why.contains("message is not modified") => {
                Ok(Some(which.clone()))
            }
            // The message is too old, deleted, or has no text: send a new one instead.
            Err(Failure::Refused(why)) => {
                tracing::debug!(why, "failed to edit message");
                self.send_anew(chat, reply).await
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
