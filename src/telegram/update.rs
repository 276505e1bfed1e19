//! Updates: what of Telegram's many kinds concerns us.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::{Name, TelegramId};

/// One thing that happened at Telegram.
#[derive(Debug)]
pub struct Update {
    /// Telegram's number; one that comes twice is one.
    pub id: i64,
    pub event: Event,
}

/// What happened, in a private chat.
#[derive(Debug)]
pub enum Event {
    Message {
        from: Person,
        /// What was written, or stands below a picture.
        text: Option<String>,
        /// What Telegram calls a picture that was sent.
        picture: Option<String>,
        contact: Option<Contact>,
    },
    /// A button under one of our messages was pressed.
    Press {
        from: Person,
        query: String,
        data: String,
        message: Option<i32>,
    },
    /// The person blocked the bot, or let it in again.
    Membership { from: Person, blocked: bool },
    /// A group, a channel, a bot, or a kind that we don't know.
    Other,
}

/// Who did it.
#[derive(Debug)]
pub struct Person {
    pub id: TelegramId,
    pub name: Option<Name>,
    /// IETF tag of the language that their Telegram speaks.
    pub language: Option<String>,
}

/// A phone that somebody sent with Telegram's own button or attachment menu.
#[derive(Debug)]
pub struct Contact {
    pub phone: String,
    /// Telegram vouches that the sender has this phone: it is their own contact, and first hand.
    pub own: bool,
}

impl Update {
    /// Reads an update; `None` for what isn't one.
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

/// What is read of Telegram's `Update` (<https://core.telegram.org/bots/api#update>). Whatever else
/// stands in it, now or later, is passed over.
#[derive(Deserialize)]
struct Wire {
    message: Option<Message>,
    callback_query: Option<CallbackQuery>,
    my_chat_member: Option<ChatMemberUpdated>,
}

#[derive(Deserialize)]
struct Message {
    message_id: i32,
    /// 0 for a message that the bot can't reach any more.
    date: i64,
    chat: Chat,
    from: Option<User>,
    text: Option<String>,
    caption: Option<String>,
    /// One picture in several sizes.
    #[serde(default)]
    photo: Vec<PhotoSize>,
    /// A file, which may be a picture that was not made smaller.
    document: Option<Document>,
    contact: Option<SharedContact>,
    forward_origin: Option<IgnoredAny>,
    via_bot: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct PhotoSize {
    file_id: String,
    width: i64,
}

#[derive(Deserialize)]
struct Document {
    file_id: String,
    #[serde(default)]
    mime_type: String,
}

#[derive(Deserialize)]
struct CallbackQuery {
    id: String,
    from: User,
    message: Option<Message>,
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

#[derive(Deserialize)]
struct SharedContact {
    phone_number: String,
    user_id: Option<i64>,
}

impl Wire {
    fn event(self) -> Option<Event> {
        match self {
            Self {
                message: Some(message),
                ..
            } => message.event(),
            Self {
                callback_query: Some(query),
                ..
            } => query.event(),
            Self { my_chat_member, .. } => my_chat_member?.event(),
        }
    }
}

impl Message {
    fn event(self) -> Option<Event> {
        let from = Person::in_private(&self.chat, self.from.as_ref()?)?;
        let first_hand = self.forward_origin.is_none() && self.via_bot.is_none();
        let contact = self.contact.map(|contact| Contact {
            own: first_hand && contact.user_id == Some(from.id.get()),
            phone: contact.phone_number,
        });
        let picture = self.photo.into_iter().max_by_key(|size| size.width);
        let picture = picture.map(|size| size.file_id);
        let file = self
            .document
            .filter(|file| file.mime_type.starts_with("image/"));
        Some(Event::Message {
            from,
            text: self.text.or(self.caption),
            picture: picture.or(file.map(|file| file.file_id)),
            contact,
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
    /// `None` outside of the person's own chat with the bot.
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
