//! What an update says, as the conversation sees it.

use super::conversation::{Input, Press, Pressed};
use crate::app::answers::Said;
use crate::domain::{ApprovalId, CommentId, Language, Message, Phone, Shop, TaskId};
use crate::telegram::{Contact, Event, Person};

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
        Event::Message {
            from,
            contact: Some(contact),
            ..
        } => Some((from, read_contact(&contact, shop))),
        Event::Message {
            from,
            text,
            picture,
            contact: None,
        } => Some((from, read_text(&text.unwrap_or_default(), picture, shop))),
    }
}

pub fn language(who: &Person, shop: &Shop) -> Language {
    who.language
        .as_deref()
        .and_then(Language::parse)
        .unwrap_or(shop.language)
}

fn read_contact(contact: &Contact, shop: &Shop) -> Input {
    match Phone::parse_international("phone", &contact.phone, shop.country) {
        Ok(phone) if contact.own => Input::OwnContact(phone),
        _ => Input::OtherContact,
    }
}

fn read_text(text: &str, picture: Option<String>, shop: &Shop) -> Input {
    // In a private chat a command may still be written "/start@bot", and "/start" may carry a
    // payload from a link.
    let command = text.split(['@', ' ', '\n']).next().unwrap_or_default();
    let payload = || text.split_whitespace().nth(1);
    let said = Message::from_telegram(text);
    let said = match (&picture, said) {
        (Some(_), said) => Some(said.unwrap_or_else(Message::wordless)),
        (None, said) => said,
    };
    let said = said.map(|text| Said { text, picture });
    match (command, said) {
        ("/start", _) => match payload() {
            Some(token) => Input::Follow(token.to_owned()),
            None => Input::Start,
        },
        ("/help", _) => Input::Help,
        (_, Some(said)) if !command.starts_with('/') => {
            match Phone::parse("phone", text, shop.country) {
                // A number with words beside it is something that is said.
                Ok(phone) if phone.note().is_none() => Input::TypedPhone(phone, said),
                Ok(_) | Err(_) => Input::Said(said),
            }
        }
        _ => Input::Anything,
    }
}

/// A button says what it does and to what, as "page:2" or "move:7:12". One that can't be read is of
/// another version of the program; it shows the tasks.
fn read_press(data: &str, query: String, message: Option<i32>) -> Input {
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
