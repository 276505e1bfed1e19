//! What a person does in their private chat with a bot, whatever the messenger.

use crate::domain::{Chat, Enclosure, MessageKey, Name};

/// An update of a messenger.
#[derive(Debug)]
pub struct Update {
    /// The messenger's name of the update; a redelivered one has the same.
    pub key: String,
    pub event: Event,
}

/// An event in a private chat.
#[derive(Debug)]
pub enum Event {
    /// The person opened the bot, with the payload of the link by which they came. Telegram tells it by a message
    /// with the command instead.
    Started {
        from: Person,
        payload: Option<String>,
    },
    Message(Message),
    /// An edited message.
    Edited(Message),
    /// A button under a message of the bot was pressed.
    Press {
        from: Person,
        query: String,
        data: String,
        message: Option<MessageKey>,
    },
    /// The person blocked or unblocked the bot.
    Membership {
        from: Person,
        blocked: bool,
    },
    /// From a group, a channel or a bot, or of unknown kind.
    Other,
}

/// A message sent to the bot.
#[derive(Debug)]
pub struct Message {
    pub from: Person,
    pub id: MessageKey,
    /// The message that this one replies to.
    pub answers: Option<MessageKey>,
    /// Shared by the parts of an album that come as messages of their own.
    pub album: Option<String>,
    /// Text or caption.
    pub text: Option<String>,
    pub content: Content,
}

/// Content of a message besides its text.
#[derive(Debug)]
pub enum Content {
    Words,
    Contact(Contact),
    Enclosure(Enclosure),
}

/// The person who caused an event.
#[derive(Debug)]
pub struct Person {
    pub chat: Chat,
    pub name: Option<Name>,
    /// IETF tag of the language of their messenger.
    pub language: Option<String>,
}

/// A contact sent with the messenger's own button or attachment menu.
#[derive(Debug)]
pub struct Contact {
    pub phone: String,
    /// The person's name, as given by the sender.
    pub name: String,
    /// Whether the contact is the sender's own and sent first-hand, which the messenger vouches for.
    pub own: bool,
}
