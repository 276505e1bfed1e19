//! Converts messengers' updates to inputs of the conversation.

use super::conversation::{Input, Press, Pressed};
use crate::app::answers::CustomerMessage;
use crate::channels::{self, Contact, Content, Event, Person};
use crate::domain::{
    ApprovalId, AttachmentKind, CommentId, Enclosure, Language, Message, MessageKey, Phone, Shop,
    TaskId, one_line,
};

pub fn read(event: Event, shop: &Shop) -> Option<(Person, Input)> {
    match event {
        Event::Other => None,
        Event::Membership {
            from,
            blocked: true,
        } => Some((from, Input::Blocked)),
        Event::Membership {
            from,
            blocked: false,
        } => Some((from, Input::Unblocked)),
        Event::Press {
            from,
            query,
            data,
            message,
        } => {
            let input = read_press(&data, query, message);
            Some((from, input))
        }
        Event::Started { from, payload } => {
            let token = payload.filter(|token| is_payload(token));
            Some((from, token.map_or(Input::Start, Input::Follow)))
        }
        Event::Message(message) => Some(read_message(message, shop)),
        Event::Edited(message) => {
            let (from, said) = read_said(message);
            Some((from, said.map_or(Input::Empty, Input::Edited)))
        }
    }
}

pub fn language(who: &Person, shop: &Shop) -> Language {
    who.language
        .as_deref()
        .and_then(Language::parse)
        .unwrap_or(shop.language)
}

fn read_message(message: channels::Message, shop: &Shop) -> (Person, Input) {
    let own = match &message.content {
        Content::Contact(contact) => own_contact(contact, shop),
        Content::Words | Content::Enclosure(_) => None,
    };
    let is_contact = matches!(message.content, Content::Contact(_));
    // A picture's caption is text, even if it looks like a command.
    let command = match (&message.content, message.text.as_deref()) {
        (Content::Words, Some(text)) => read_command(text),
        _ => None,
    };
    let (from, said) = read_said(message);
    let input = match (own.map(Input::OwnContact).or(command), said) {
        (Some(input), _) => input,
        (None, None) => Input::Empty,
        (None, Some(said)) if is_contact => Input::OtherContact(said),
        (None, Some(said)) if said.enclosure.is_some() => Input::CustomerMessage(said),
        (None, Some(said)) => match Phone::parse("phone", said.text.as_str(), shop.country) {
            // A number with words beside it is an ordinary message.
            Ok(phone) if phone.note().is_none() => Input::TypedPhone(phone, said),
            Ok(_) | Err(_) => Input::CustomerMessage(said),
        },
    };
    (from, input)
}

/// Returns the phone of the sender's own contact, which the messenger vouches for.
fn own_contact(contact: &Contact, shop: &Shop) -> Option<Phone> {
    let phone = Phone::parse_international("phone", &contact.phone, shop.country);
    phone.ok().filter(|_| contact.own)
}

/// Returns the content of a message; `None` when nothing of it is visible.
fn read_said(message: channels::Message) -> (Person, Option<CustomerMessage>) {
    let text = message.text.as_deref().and_then(Message::from_telegram);
    let enclosure = match message.content {
        Content::Words => None,
        Content::Enclosure(enclosure) => Some(enclosure),
        Content::Contact(contact) => Some(Enclosure {
            kind: AttachmentKind::Contact,
            file: None,
            file_name: String::new(),
            size: None,
            duration: None,
            about: match contact.name.as_str() {
                "" => one_line(&contact.phone),
                name => format!("{name}, {}", one_line(&contact.phone)),
            },
        }),
    };
    let said = (text.is_some() || enclosure.is_some()).then(|| CustomerMessage {
        message: message.id,
        answers: message.answers,
        album: message.album,
        text: text.unwrap_or_else(Message::wordless),
        enclosure,
    });
    (message.from, said)
}

/// Parses a command without further words; with words after it, the text is an ordinary message. In
/// a private chat a command may still be written "/start@bot", and "/start" may carry a payload
/// from a link (<https://core.telegram.org/bots/features#deep-linking>).
fn read_command(text: &str) -> Option<Input> {
    let mut words = text.split_whitespace();
    let command = words.next()?.split('@').next()?;
    match (command, words.next(), words.next()) {
        ("/start", None, _) => Some(Input::Start),
        ("/start", Some(token), None) if is_payload(token) => Some(Input::Follow(token.to_owned())),
        ("/help", None, _) => Some(Input::Help),
        _ => None,
    }
}

fn is_payload(text: &str) -> bool {
    let mut characters = text.chars();
    !text.is_empty() && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// Parses a button's callback data such as "page:2" or "move:7:12". Unknown data comes from another
/// version of the program and shows the task list.
fn read_press(data: &str, query: String, message: Option<MessageKey>) -> Input {
    let mut parts = data.split(':');
    let what = parts.next().unwrap_or_default();
    let mut number = || parts.next()?.parse::<i64>().ok();
    let pressed = match what {
        "move" => number().zip(number()).map(|(comment, task)| {
            Pressed::Move(CommentId::from_row(comment), TaskId::from_row(task))
        }),
        "agree" | "decline" => number()
            .map(|approval| Pressed::Decide(ApprovalId::from_row(approval), what == "agree")),
        _ => None,
    };
    match pressed {
        Some(what) => Input::Press(Press {
            what,
            query,
            message,
        }),
        None => Input::Page {
            page: number()
                .and_then(|page| page.try_into().ok())
                .unwrap_or_default(),
            query,
            message,
        },
    }
}
