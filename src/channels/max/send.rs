//! Sending of messages with their buttons.

use std::num::NonZeroU32;

use governor::Quota;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Call;
use super::{Client, html, keyboard};
use crate::channels::{Failure, Outbound, Pauses, Sent, Transport};
use crate::domain::{Channel, Chat, MessageKey, Messenger, Reply};

const MESSAGES: &str = "/messages";

/// MAX allows 2 messages a second to one dialog, and 30 requests in all
/// (<https://dev.max.ru/docs-api/methods/POST/messages>).
impl Transport for Client {
    const CHANNEL: Channel = Channel::Max;
    /// Evenly spaced: a burst would add to what a second admits anyway.
    const PER_PERSON: Quota =
        Quota::per_second(NonZeroU32::new(2).unwrap()).allow_burst(NonZeroU32::MIN);
    /// A few requests a second are left for answers to buttons, files and registration.
    const OVERALL: Quota =
        Quota::per_second(NonZeroU32::new(20).unwrap()).allow_burst(NonZeroU32::new(5).unwrap());

    fn pauses(&self) -> &Pauses {
        self.pauses()
    }

    async fn send(&self, message: &Outbound) -> Result<Sent, Failure> {
        match message {
            Outbound::Chat(chat, reply) if chat.messenger == Messenger::Max => {
                let sent = self.send_reply(*chat, reply).await;
                self.note(&sent);
                Ok(Sent {
                    message: sent?,
                    ..Sent::default()
                })
            }
            _ => Err(Failure::Refused("not a message for MAX".to_owned())),
        }
    }
}

impl Client {
    /// Sends a message, or edits an earlier one. Returns the message's key, to which replies refer; `None` when MAX's
    /// response lacks it.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn send_reply(
        &self,
        chat: Chat,
        reply: &Reply,
    ) -> Result<Option<MessageKey>, Failure> {
        match (&reply.answers, &reply.edits) {
            (Some(query), Some(message)) => {
                // The answer to a button replaces its message. One that comes too late is refused.
                match self.answer(query, Some(reply)).await {
                    Ok(()) => Ok(Some(message.clone())),
                    Err(Failure::Refused(_)) => self.edit(chat, message, reply).await,
                    Err(failure) => Err(failure),
                }
            }
            (Some(query), None) => {
                // It only confirms the press: a failure has no consequences.
                if let Err(failure) = self.answer(query, None).await {
                    tracing::debug!(why = failure.detail(), "failed to answer callback");
                }
                self.send_anew(chat, reply).await
            }
            (None, Some(message)) => self.edit(chat, message, reply).await,
            (None, None) => self.send_anew(chat, reply).await,
        }
    }

    /// Sends a message. A sent message must not look unsent, whatever the response contains.
    async fn send_anew(&self, chat: Chat, reply: &Reply) -> Result<Option<MessageKey>, Failure> {
        let user = chat.id.to_string();
        let mut call = Call::new(Method::POST, MESSAGES).with("user_id", &user);
        if reply.no_preview {
            call = call.with("disable_link_preview", "true");
        }
        let sent = self.call(call.body(body(reply))).await?;
        let sent: Value = serde_json::from_slice(&sent).unwrap_or_default();
        let key = sent["message"]["body"]["mid"].as_str();
        Ok(key.map(MessageKey::new))
    }

    /// Edits a message, or sends a new one where it can't be edited any more.
    async fn edit(
        &self,
        chat: Chat,
        which: &MessageKey,
        reply: &Reply,
    ) -> Result<Option<MessageKey>, Failure> {
        let call = Call::new(Method::PUT, MESSAGES).with("message_id", which.as_str());
        match self.call(call.body(body(reply))).await {
            Ok(_) => Ok(Some(which.clone())),
            // The message is too old, or deleted.
            Err(Failure::Refused(why)) => {
                tracing::debug!(why, "failed to edit message");
                self.send_anew(chat, reply).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// Answers a press of a button, with what its message becomes. MAX refuses an empty answer.
    async fn answer(&self, query: &str, becomes: Option<&Reply>) -> Result<(), Failure> {
        let answer = match becomes {
            Some(reply) => json!({ "message": body(reply) }),
            None => json!({ "notification": "✓" }),
        };
        let call = Call::new(Method::POST, "/answers").with("callback_id", query);
        self.call(call.body(answer)).await.map(drop)
    }
}

/// Builds a message. It always names its attachments: without them an edited message would keep its buttons.
fn body(reply: &Reply) -> Value {
    json!({
        "text": html::of_max(&reply.text),
        "format": "html",
        "attachments": keyboard::attachments(&reply.buttons),
    })
}
