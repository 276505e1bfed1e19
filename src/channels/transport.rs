//! Sending, whatever the channel.

use std::future::Future;

use governor::Quota;

use super::{Failure, Letter, Pauses};
use crate::domain::{Channel, Chat, MessageKey, Money, Phone, Reply};

/// A message as a channel carries it.
#[derive(Debug, Clone)]
pub enum Outbound {
    /// To a messenger, with buttons.
    Chat(Chat, Reply),
    /// A plain text to a phone, with our id of the message.
    Text {
        phone: Phone,
        text: String,
        id: String,
    },
    Letter(Letter),
}

/// What a channel tells of a message that it took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Its name in the chat, to which replies refer.
    pub message: Option<MessageKey>,
    pub cost: Option<Money>,
    /// Its number at a gateway that tells later whether it arrived.
    pub external_id: Option<String>,
}

/// A channel by which messages are sent.
pub trait Transport: Clone + Send + Sync + 'static {
    const CHANNEL: Channel;
    /// Limit of the messages to one person.
    const PER_PERSON: Quota;
    /// Limit of all messages.
    const OVERALL: Quota;
    /// Whether a message is sent again after an attempt whose outcome is unknown.
    const REPEATS: bool = true;
    /// Whether a request to wait may be meant for one person's messages alone.
    const PAUSES_PERSONS: bool = false;

    /// Returns the pauses that the channel has asked for.
    fn pauses(&self) -> &Pauses;

    /// Sends a message.
    ///
    /// # Errors
    /// See [`Failure`]; [`Failure::Refused`] for a message that the channel can't carry.
    fn send(&self, message: &Outbound) -> impl Future<Output = Result<Sent, Failure>> + Send;
}
