//! Parsing of updates of the relevant kinds.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::content;
use crate::domain::{Enclosure, Name, TelegramId};

/// An update of Telegram.
#[derive(Debug)]
pub struct Update {
    /// Telegram's id; redelivered updates have the same one.
    pub id: i64,
    pub event: Event,
}

/// An event in a private chat.
#[derive(Debug)]
pub enum Event {
    Message(Message),
    /// An edited message.
    Edited(Message),
    /// A button under a message of the bot was pressed.
    Press {
        from: Person,
        query: String,
        data: String,
        message: Option<i32>,
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
    /// Telegram's id of the message in this chat.
    pub id: i32,
    /// Telegram's id of the message that this one replies to.
    pub answers: Option<i32>,
    /// Telegram's `media_group_id`.
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
    pub id: TelegramId,
    pub name: Option<Name>,
    /// IETF tag of their Telegram's language.
    pub language: Option<String>,
}

/// A contact sent with Telegram's own button or attachment menu.
#[derive(Debug)]
pub struct Contact {
    pub phone: String,
    /// The person's name, as given by the sender.
    pub name: String,
    /// Whether the contact is the sender's own and sent first-hand, which Telegram vouches for.
    pub own: bool,
}

impl Update {
    /// Parses an update; `None` when it isn't one.
    pub fn parse(json: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Numbered {
            update_id: i64,
        }
        let Numbered { update_id: id } = serde_json::from_slice(json).ok()?;
        let happened = serde_json::from_slice(json).ok().and_then(Wire::event);
        Some(Self {
            id,
            event: happened.unwrap_or(Event::Other),
        })
    }
}

/// The parsed fields of Telegram's `Update` (<https://core.telegram.org/bots/api#update>). Other
/// fields, present or future, are ignored.
#[derive(Deserialize)]
struct Wire {
    message: Option<WireMessage>,
    edited_message: Option<WireMessage>,
    callback_query: Option<CallbackQuery>,
    my_chat_member: Option<ChatMemberUpdated>,
}

/// The fields that every message has. The remaining ones belong to the content and are parsed value
/// by value, so that no message is lost because of an unexpected shape.
#[derive(Deserialize)]
struct WireMessage {
    message_id: i32,
    /// 0 for a message that the bot can't access any more.
    date: i64,
    chat: Chat,
    from: Option<User>,
    #[serde(flatten)]
    content: Map<String, Value>,
}

#[derive(Deserialize)]
struct CallbackQuery {
    id: String,
    from: User,
    message: Option<WireMessage>,
    data: Option<String>,
}

#[derive(Deserialize)]
struct ChatMemberUpdated {
    chat: Chat,
    from: User,
    new_chat_member: ChatMember,
}

#[derive(Deserialize)]
struct ChatMember {
    status: String,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct User {
    id: i64,
    is_bot: bool,
    first_name: String,
    last_name: Option<String>,
    language_code: Option<String>,
}

impl Wire {
    fn event(self) -> Option<Event> {
        match self {
            Self {
                message: Some(message),
                ..
            } => message.read().map(Event::Message),
            Self {
                edited_message: Some(message),
                ..
            } => message.read().map(Event::Edited),
            Self {
                callback_query: Some(query),
                ..
            } => query.event(),
            Self { my_chat_member, .. } => my_chat_member?.event(),
        }
    }
}

impl WireMessage {
    /// Returns `None` for a message that wasn't sent by a person in their own chat with the bot.
    fn read(self) -> Option<Message> {
        let from = Person::in_private(&self.chat, self.from.as_ref()?)?;
        let has = |key: &str| self.content.get(key).is_some_and(|value| !value.is_null());
        let first_hand = !has("forward_origin") && !has("via_bot");
        let own = |user| first_hand && user == from.id.get();
        let word = |key: &str| Some(self.content.get(key)?.as_str()?.to_owned());
        let earlier = self.content.get("reply_to_message");
        let earlier = earlier.and_then(|earlier| earlier["message_id"].as_i64());
        Some(Message {
            id: self.message_id,
            answers: earlier.and_then(|id| id.try_into().ok()),
            album: word("media_group_id"),
            text: word("text").or_else(|| word("caption")),
            content: content::read(&self.content, own)?,
            from,
        })
    }
}

impl CallbackQuery {
    fn event(self) -> Option<Event> {
        let message = self.message?;
        Some(Event::Press {
            from: Person::in_private(&message.chat, &self.from)?,
            query: self.id,
            data: self.data.unwrap_or_default(),
            message: (message.date != 0).then_some(message.message_id),
        })
    }
}

impl ChatMemberUpdated {
    fn event(self) -> Option<Event> {
        let status = self.new_chat_member.status.as_str();
        Some(Event::Membership {
            from: Person::in_private(&self.chat, &self.from)?,
            blocked: matches!(status, "kicked" | "left"),
        })
    }
}

impl Person {
    /// Returns `None` outside the person's own chat with the bot.
    fn in_private(chat: &Chat, user: &User) -> Option<Self> {
        let id = TelegramId::from_wire(user.id)?;
        if chat.kind != "private" || chat.id != user.id || user.is_bot {
            return None;
        }
        let last = user.last_name.as_deref().unwrap_or_default();
        Some(Self {
            id,
            name: Name::from_telegram(&format!("{} {last}", user.first_name)),
            language: user.language_code.clone(),
        })
    }
}
