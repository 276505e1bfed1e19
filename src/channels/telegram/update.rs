//! Parsing of updates of the relevant kinds.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::content;
use crate::channels::{Event, Message, Person, Update};
use crate::domain::{MessageKey, Name, TelegramId};

/// Parses an update; `None` when it isn't one.
pub fn parse(json: &[u8]) -> Option<Update> {
    #[derive(Deserialize)]
    struct Numbered {
        update_id: i64,
    }
    let Numbered { update_id: id } = serde_json::from_slice(json).ok()?;
    let happened = serde_json::from_slice(json).ok().and_then(Wire::event);
    Some(Update {
        key: id.to_string(),
        event: happened.unwrap_or(Event::Other),
    })
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
        let user = self.from.as_ref()?;
        let (sender, from) = (user.id, in_private(&self.chat, user)?);
        let has = |key: &str| self.content.get(key).is_some_and(|value| !value.is_null());
        let first_hand = !has("forward_origin") && !has("via_bot");
        let own = |user| first_hand && user == sender;
        let word = |key: &str| Some(self.content.get(key)?.as_str()?.to_owned());
        let earlier = self.content.get("reply_to_message");
        let earlier = earlier.and_then(|earlier| earlier["message_id"].as_i64());
        Some(Message {
            id: self.message_id.into(),
            answers: earlier.map(|id| MessageKey::new(id.to_string())),
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
            from: in_private(&message.chat, &self.from)?,
            query: self.id,
            data: self.data.unwrap_or_default(),
            message: (message.date != 0).then(|| message.message_id.into()),
        })
    }
}

impl ChatMemberUpdated {
    fn event(self) -> Option<Event> {
        let status = self.new_chat_member.status.as_str();
        Some(Event::Membership {
            from: in_private(&self.chat, &self.from)?,
            blocked: matches!(status, "kicked" | "left"),
        })
    }
}

/// Returns the person; `None` outside their own chat with the bot.
fn in_private(chat: &Chat, user: &User) -> Option<Person> {
    let id = TelegramId::from_wire(user.id)?;
    if chat.kind != "private" || chat.id != user.id || user.is_bot {
        return None;
    }
    let last = user.last_name.as_deref().unwrap_or_default();
    Some(Person {
        chat: id.into(),
        name: Name::from_telegram(&format!("{} {last}", user.first_name)),
        language: user.language_code.clone(),
    })
}
