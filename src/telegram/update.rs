//! Updates: what of Telegram's many kinds concerns us.

use frankenstein::types::{
    CallbackQuery, Chat, ChatMember, ChatMemberUpdated, ChatType, MaybeInaccessibleMessage,
    Message, User,
};
use frankenstein::updates::UpdateContent;

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
        text: Option<String>,
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
        #[derive(serde::Deserialize)]
        struct Numbered {
            update_id: i64,
        }
        if let Ok(update) = serde_json::from_slice::<frankenstein::updates::Update>(json) {
            return Some(Self {
                id: update.update_id.into(),
                event: Event::from_content(update.content).unwrap_or(Event::Other),
            });
        }
        let numbered: Numbered = serde_json::from_slice(json).ok()?;
        Some(Self {
            id: numbered.update_id,
            event: Event::Other,
        })
    }
}

impl Event {
    fn from_content(content: UpdateContent) -> Option<Self> {
        match content {
            UpdateContent::Message(message) => Self::from_message(*message),
            UpdateContent::CallbackQuery(query) => Self::from_query(*query),
            UpdateContent::MyChatMember(update) => Self::from_membership(update),
            _ => None,
        }
    }

    fn from_message(message: Message) -> Option<Self> {
        let from = Person::in_private(&message.chat, message.from.as_deref()?)?;
        let first_hand = message.forward_origin.is_none() && message.via_bot.is_none();
        let contact = message.contact.map(|contact| Contact {
            own: first_hand
                && contact
                    .user_id
                    .and_then(telegram_id)
                    .is_some_and(|id| id == from.id),
            phone: contact.phone_number,
        });
        Some(Self::Message {
            from,
            text: message.text,
            contact,
        })
    }

    fn from_query(query: CallbackQuery) -> Option<Self> {
        let (chat, message) = match query.message? {
            MaybeInaccessibleMessage::Message(message) => {
                ((*message.chat).clone(), Some(message.message_id))
            }
            MaybeInaccessibleMessage::InaccessibleMessage(message) => (message.chat, None),
        };
        Some(Self::Press {
            from: Person::in_private(&chat, &query.from)?,
            query: query.id,
            data: query.data.unwrap_or_default(),
            message,
        })
    }

    fn from_membership(update: ChatMemberUpdated) -> Option<Self> {
        Some(Self::Membership {
            from: Person::in_private(&update.chat, &update.from)?,
            blocked: matches!(
                update.new_chat_member,
                ChatMember::Kicked(_) | ChatMember::Left(_)
            ),
        })
    }
}

impl Person {
    /// `None` outside of the person's own chat with the bot.
    fn in_private(chat: &Chat, user: &User) -> Option<Self> {
        let id = telegram_id(user.id)?;
        if chat.type_field != ChatType::Private || chat.id != id.get() || user.is_bot {
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

fn telegram_id(id: u64) -> Option<TelegramId> {
    i64::try_from(id).ok().and_then(TelegramId::from_wire)
}
