//! Messages from employees to the bot. Anything else that they write belongs to the customers'
//! conversation, which is open to them as well.

use jiff::Timestamp;

use super::language;
use crate::app::staff_bot::{self, Linking};
use crate::channels::{Content, Event, Message, Person, html};
use crate::domain::{Buttons, Language, Reply, Result, Shop, StaffCode};
use crate::i18n::{self, messenger_name as name};
use crate::store::{self, Transaction};

/// An action of a person who may be an employee.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    Code(StaffCode),
    Stop,
    Today,
    Blocked,
}

/// An effect to be performed.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    Link(StaffCode),
    Unlink,
    /// Unlinks without a reply, since the chat is blocked.
    UnlinkSilently,
    List,
}

/// Returns the effect; `None` when the input is not for staff.
pub fn step(linked: bool, input: Input) -> Option<Effect> {
    match input {
        Input::Code(code) => Some(Effect::Link(code)),
        _ if !linked => None,
        Input::Stop => Some(Effect::Unlink),
        Input::Today => Some(Effect::List),
        Input::Blocked => Some(Effect::UnlinkSilently),
    }
}

/// Handles an employee's message; `false` leaves it to the customers' conversation.
///
/// # Errors
/// Failures of the store.
pub(super) fn take(tx: &Transaction, shop: &Shop, event: &Event, now: Timestamp) -> Result<bool> {
    let Some((who, input)) = read(event) else {
        return Ok(false);
    };
    let employee = staff_bot::of_chat(tx, who.chat)?;
    let Some(effect) = step(employee.is_some(), input) else {
        return Ok(false);
    };
    let chosen = employee.and_then(|employee| employee.language);
    let language = chosen.unwrap_or_else(|| language(who, shop));
    let text = match effect {
        Effect::Link(code) => match staff_bot::link(tx, shop, who.chat, &code, now)? {
            Linking::Linked(employee) => {
                let language = employee.language.unwrap_or(language);
                let args = [
                    ("email", html(employee.email.as_str()).into()),
                    ("messenger", name(who.chat.messenger).into()),
                ];
                i18n::text_with(language, "staff-bot-linked", args)
            }
            Linking::Wrong => i18n::text(language, "staff-bot-wrong-code"),
            Linking::TooMany => i18n::text(language, "staff-bot-too-many"),
        },
        Effect::Unlink => {
            staff_bot::unlink_chat(tx, who.chat)?;
            of_messenger(language, "staff-bot-unlinked", who)
        }
        Effect::UnlinkSilently => {
            staff_bot::unlink_chat(tx, who.chat)?;
            return Ok(false);
        }
        Effect::List => return staff_bot::send_today(tx, who.chat, now).map(|()| true),
    };
    reply(tx, who, text, now)?;
    Ok(true)
}

/// Replies to an employee who is not a customer that the message was not passed on; `false` when
/// the sender is not an employee. Employees answer customers on the task's page, where colleagues
/// see it too.
///
/// # Errors
/// Failures of the store.
pub(super) fn turn(tx: &Transaction, shop: &Shop, who: &Person, now: Timestamp) -> Result<bool> {
    let Some(employee) = staff_bot::of_chat(tx, who.chat)? else {
        return Ok(false);
    };
    let language = employee.language.unwrap_or_else(|| language(who, shop));
    let text = of_messenger(language, "staff-bot-not-taken", who);
    reply(tx, who, text, now)?;
    Ok(true)
}

/// Returns a text that names the messenger of a person.
fn of_messenger(language: Language, id: &str, who: &Person) -> String {
    let args = [("messenger", name(who.chat.messenger).into())];
    i18n::text_with(language, id, args)
}

fn read(event: &Event) -> Option<(&Person, Input)> {
    match event {
        Event::Membership {
            from,
            blocked: true,
        } => Some((from, Input::Blocked)),
        Event::Started {
            from,
            payload: Some(payload),
        } => {
            let code = StaffCode::read(payload.strip_prefix("staff-")?)?;
            Some((from, Input::Code(code)))
        }
        Event::Message(Message {
            from,
            text: Some(text),
            content: Content::Words,
            ..
        }) => Some((from, read_text(text.trim())?)),
        _ => None,
    }
}

fn read_text(text: &str) -> Option<Input> {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let code = match (first.split('@').next(), rest.trim()) {
        (Some("/stop"), _) => return Some(Input::Stop),
        (Some("/today"), _) => return Some(Input::Today),
        // Payload of the link on the profile page.
        (Some("/start"), payload) => payload.strip_prefix("staff-")?,
        _ => text.strip_prefix("staff-").unwrap_or(text),
    };
    StaffCode::read(code).map(Input::Code)
}

fn reply(tx: &Transaction, who: &Person, text: String, now: Timestamp) -> Result<()> {
    let said = Reply::new(text, Buttons::None);
    store::outbox::push_reply(tx, who.chat, &said, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_says_anything_to_somebody_who_is_no_employee() {
        let code = StaffCode::new(&[7; 32]);
        for (text, linked, stranger) in [
            ("/stop", Some(Effect::Unlink), None),
            ("/today@desk_bot", Some(Effect::List), None),
            ("/start", None, None),
            ("/start staff-nonsense", None, None),
            ("hello", None, None),
            ("+7 900 000-00-01", None, None),
        ] {
            let step = |is_linked| read_text(text).and_then(|input| step(is_linked, input));
            assert_eq!((step(true), step(false)), (linked, stranger), "{text}");
        }
        for text in [
            code.as_str().to_owned(),
            format!("staff-{}", code.as_str()),
            format!("/start staff-{}", code.as_str()),
            format!("/start@desk_bot staff-{}", code.as_str()),
        ] {
            assert_eq!(read_text(&text), Some(Input::Code(code.clone())), "{text}");
        }
    }
}
