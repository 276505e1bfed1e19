//! The customers' conversation. [`step`] is the whole of it and touches nothing; [`handle`]
//! reads an update, runs the step, and does what it says, in the caller's transaction. What is
//! said goes to the outbox, like everything else that is sent. What employees say to the bot is
//! [`staff`]'s.

mod say;
mod staff;

use jiff::Timestamp;

use crate::app::links::{self, Standing};
use crate::domain::{Language, Phone, Result, Shop, TelegramId};
use crate::store::{self, Transaction};
use crate::telegram::{Contact, Event, Person, Update};

pub use say::Sentence;

/// What a customer did, as the conversation sees it.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    Start,
    Help,
    /// Shared their own contact.
    OwnContact(Phone),
    /// Shared somebody else's, or a forwarded one, or one that can't be read.
    OtherContact,
    TypedPhone(Phone),
    Anything,
    /// Turned to another page of the list in the message that shows it.
    Page {
        page: usize,
        query: String,
        message: Option<i32>,
    },
    Blocked,
    Unblocked,
}

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    Link(Phone),
    Claim(Phone),
    SetBlocked(bool),
    Say(Sentence),
    List {
        page: usize,
        query: Option<String>,
        message: Option<i32>,
    },
}

/// The conversation: how well we know the person, and what they did, decide everything.
pub fn step(standing: Standing, input: Input) -> (Standing, Vec<Effect>) {
    use Effect::{Claim, Link, List, Say, SetBlocked};
    let list = List {
        page: 0,
        query: None,
        message: None,
    };
    match (input, standing) {
        (Input::Blocked, standing) => (standing, vec![SetBlocked(true)]),
        (Input::Unblocked, standing) => (standing, vec![SetBlocked(false)]),
        (Input::Help, standing) => (standing, vec![Say(Sentence::Help)]),
        (Input::OwnContact(phone), _) => (
            Standing::Verified,
            vec![Link(phone), Say(Sentence::Linked), list],
        ),
        (Input::OtherContact, standing) => (standing, vec![Say(Sentence::ForeignContact)]),
        (
            Input::Page {
                page,
                query,
                message,
            },
            Standing::Verified,
        ) => {
            let query = Some(query);
            (
                Standing::Verified,
                vec![List {
                    page,
                    query,
                    message,
                }],
            )
        }
        (_, Standing::Verified) => (Standing::Verified, vec![list]),
        (Input::Start, standing) => (standing, vec![Say(Sentence::Welcome)]),
        (Input::TypedPhone(phone), standing) => {
            let next = match standing {
                Standing::Stranger => Standing::Unverified,
                known => known,
            };
            (next, vec![Claim(phone), Say(Sentence::ProvePhone)])
        }
        (Input::Anything | Input::Page { .. }, standing) => {
            (standing, vec![Say(Sentence::AskContact)])
        }
    }
}

/// Takes an update of Telegram. One that comes again, and one that isn't for us, does nothing.
///
/// # Errors
/// Only those of our own store; Telegram is to send the update again then.
pub fn handle(tx: &Transaction, shop: &Shop, update: Update, now: Timestamp) -> Result<()> {
    if !store::updates::note(tx, update.id, now)? {
        return Ok(());
    }
    if staff::take(tx, shop, &update.event, now)? {
        return Ok(());
    }
    let Some((who, input)) = read(update.event, shop) else {
        return Ok(());
    };
    let language = language(&who, shop);
    if input != Input::Blocked {
        links::heard_from(tx, who.id, language)?;
    }
    let (_, effects) = step(links::standing(tx, who.id)?, input);
    for effect in effects {
        perform(tx, shop, &who, language, effect, now)?;
    }
    Ok(())
}

fn read(event: Event, shop: &Shop) -> Option<(Person, Input)> {
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
            let page = data
                .strip_prefix("page:")
                .and_then(|page| page.parse().ok());
            let page = page.unwrap_or_default();
            Some((
                from,
                Input::Page {
                    page,
                    query,
                    message,
                },
            ))
        }
        Event::Message {
            from,
            contact: Some(contact),
            ..
        } => Some((from, read_contact(&contact, shop))),
        Event::Message {
            from,
            text,
            contact: None,
        } => Some((from, read_text(&text.unwrap_or_default(), shop))),
    }
}

fn read_contact(contact: &Contact, shop: &Shop) -> Input {
    match Phone::parse_international("phone", &contact.phone, shop.country) {
        Ok(phone) if contact.own => Input::OwnContact(phone),
        _ => Input::OtherContact,
    }
}

fn read_text(text: &str, shop: &Shop) -> Input {
    // In a private chat a command may still be written "/start@bot", and "/start" may carry a
    // payload from a link.
    let command = text.split(['@', ' ', '\n']).next().unwrap_or_default();
    match command {
        "/start" => Input::Start,
        "/help" => Input::Help,
        _ => match Phone::parse("phone", text, shop.country) {
            Ok(phone) => Input::TypedPhone(phone),
            Err(_) => Input::Anything,
        },
    }
}

fn language(who: &Person, shop: &Shop) -> Language {
    who.language
        .as_deref()
        .and_then(Language::parse)
        .unwrap_or(shop.language)
}

fn perform(
    tx: &Transaction,
    shop: &Shop,
    who: &Person,
    language: Language,
    effect: Effect,
    now: Timestamp,
) -> Result<()> {
    let name = who.name.as_ref();
    match effect {
        Effect::Link(phone) => links::link(tx, who.id, &phone, name, language, now),
        Effect::Claim(phone) => links::claim(tx, who.id, &phone, name, language, now),
        Effect::SetBlocked(blocked) => links::set_blocked(tx, who.id, blocked, now),
        Effect::Say(sentence) => reply(tx, who.id, &say::sentence(sentence, language), now),
        Effect::List {
            page,
            query,
            message,
        } => {
            let page = say::Page::new(page, links::count(tx, who.id)?);
            let tasks = links::tasks(tx, who.id, page.skip(), say::PAGE)?;
            let mut list = say::list(&tasks, page, language, &shop.timezone);
            list.answers = query;
            list.edits = message;
            reply(tx, who.id, &list, now)
        }
    }
}

fn reply(
    tx: &Transaction,
    who: TelegramId,
    reply: &crate::domain::Reply,
    now: Timestamp,
) -> Result<()> {
    store::outbox::push_reply(tx, who, reply, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Country;

    fn phone() -> Phone {
        Phone::parse("phone", "+79000000000", Country::parse("RU").unwrap()).unwrap()
    }

    #[test]
    fn only_an_own_contact_makes_a_person_verified() {
        for standing in [Standing::Stranger, Standing::Unverified] {
            for input in [
                Input::Start,
                Input::Help,
                Input::OtherContact,
                Input::TypedPhone(phone()),
                Input::Anything,
                Input::Page {
                    page: 3,
                    query: String::new(),
                    message: None,
                },
                Input::Unblocked,
            ] {
                let (next, effects) = step(standing, input);
                assert_ne!(next, Standing::Verified);
                assert!(
                    !effects
                        .iter()
                        .any(|e| matches!(e, Effect::List { .. } | Effect::Link(_)))
                );
            }
            assert_eq!(
                step(standing, Input::OwnContact(phone())).0,
                Standing::Verified
            );
        }
    }

    #[test]
    fn a_typed_phone_gets_one_answer_whoever_types_it() {
        let say = |standing| step(standing, Input::TypedPhone(phone())).1;
        assert_eq!(say(Standing::Stranger), say(Standing::Unverified));
    }
}
