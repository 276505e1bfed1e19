//! The customers' conversation. [`step`] is the whole of it and touches nothing; [`handle`]
//! reads an update, runs the step, and does what it says, in the caller's transaction. What is
//! said goes to the outbox, like everything else that is sent. What employees say to the bot is
//! `staff`'s.

mod say;
mod staff;

use jiff::Timestamp;

use crate::app::answers::{self, Said};
use crate::app::links::{self, Standing};
use crate::app::status_links::{self, Links};
use crate::domain::{
    ApprovalId, CommentId, Error, Language, Message, Phone, Reply, Result, Shop, TaskId,
};
use crate::i18n;
use crate::store::{self, Transaction};
use crate::telegram::{Contact, Event, Person, Update};

pub use say::Sentence;

/// What a customer did, as the conversation sees it.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    Start,
    /// Came by the link of one task.
    Follow(String),
    Help,
    /// Shared their own contact.
    OwnContact(Phone),
    /// Shared somebody else's, or a forwarded one, or one that can't be read.
    OtherContact,
    TypedPhone(Phone, Said),
    Said(Said),
    /// A sticker, a voice, a command that there isn't.
    Anything,
    /// Turned to another page of the list in the message that shows it.
    Page {
        page: usize,
        query: String,
        message: Option<i32>,
    },
    /// Pressed a button under one of our messages.
    Press(Press),
    Blocked,
    Unblocked,
}

/// A button that was pressed: what to do, and what to put into the place of the message.
#[derive(Debug, PartialEq, Eq)]
pub struct Press {
    pub what: Pressed,
    pub query: String,
    pub message: Option<i32>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Pressed {
    /// An earlier message was about another task.
    Move(CommentId, TaskId),
    Decide(ApprovalId, bool),
}

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    Link(Phone),
    Claim(Phone),
    SetBlocked(bool),
    Say(Sentence),
    /// Shows one task to whoever has its link.
    Show {
        token: String,
        standing: Standing,
    },
    /// Takes a message in, and shows the tasks.
    Take(Said),
    Do(Press),
    List {
        page: usize,
        query: Option<String>,
        message: Option<i32>,
    },
}

/// The conversation: how well we know the person, and what they did, decide everything.
pub fn step(standing: Standing, input: Input) -> (Standing, Vec<Effect>) {
    use Effect::{Claim, Do, Link, List, Say, SetBlocked, Show, Take};
    let list = List {
        page: 0,
        query: None,
        message: None,
    };
    match (input, standing) {
        (Input::Blocked, standing) => (standing, vec![SetBlocked(true)]),
        (Input::Unblocked, standing) => (standing, vec![SetBlocked(false)]),
        (Input::Help, standing) => (standing, vec![Say(Sentence::Help)]),
        (Input::Follow(token), standing) => (standing, vec![Show { token, standing }]),
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
        (Input::Said(said) | Input::TypedPhone(_, said), Standing::Verified) => {
            (Standing::Verified, vec![Take(said)])
        }
        (Input::Press(press), Standing::Verified) => (Standing::Verified, vec![Do(press)]),
        (_, Standing::Verified) => (Standing::Verified, vec![list]),
        (Input::Start, standing) => (standing, vec![Say(Sentence::Welcome)]),
        (Input::TypedPhone(phone, _), standing) => {
            let next = match standing {
                Standing::Stranger => Standing::Unverified,
                known => known,
            };
            (next, vec![Claim(phone), Say(Sentence::ProvePhone)])
        }
        (Input::Said(_) | Input::Anything | Input::Page { .. } | Input::Press(_), standing) => {
            (standing, vec![Say(Sentence::AskContact)])
        }
    }
}

/// Takes an update of Telegram. One that comes again, and one that isn't for us, does nothing.
///
/// # Errors
/// Only those of our own store; Telegram is to send the update again then.
pub fn handle(
    tx: &Transaction,
    shop: &Shop,
    links: &Links,
    update: Update,
    now: Timestamp,
) -> Result<()> {
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
    let desk = Context {
        tx,
        shop,
        links,
        language,
        now,
    };
    for effect in effects {
        perform(&desk, &who, effect)?;
    }
    Ok(())
}

/// What an effect needs.
struct Context<'a> {
    tx: &'a Transaction<'a>,
    shop: &'a Shop,
    links: &'a Links,
    language: Language,
    now: Timestamp,
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
                Ok(phone) => Input::TypedPhone(phone, said),
                Err(_) => Input::Said(said),
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

fn language(who: &Person, shop: &Shop) -> Language {
    who.language
        .as_deref()
        .and_then(Language::parse)
        .unwrap_or(shop.language)
}

fn perform(desk: &Context<'_>, who: &Person, effect: Effect) -> Result<()> {
    let (tx, now, language) = (desk.tx, desk.now, desk.language);
    let name = who.name.as_ref();
    match effect {
        Effect::Link(phone) => links::link(tx, who.id, &phone, name, language, now),
        Effect::Claim(phone) => links::claim(tx, who.id, &phone, name, language, now),
        Effect::SetBlocked(blocked) => links::set_blocked(tx, who.id, blocked, now),
        Effect::Say(sentence) => reply(desk, who, &say::sentence(sentence, language)),
        Effect::Show { token, standing } => show(desk, who, &token, standing),
        Effect::Take(said) => take(desk, who, &said),
        Effect::Do(press) => press_button(desk, who, press),
        Effect::List {
            page,
            query,
            message,
        } => {
            let mut list = list(desk, who, page)?;
            list.answers = query;
            list.edits = message;
            reply(desk, who, &list)
        }
    }
}

fn list(desk: &Context<'_>, who: &Person, page: usize) -> Result<Reply> {
    let page = say::Page::new(page, links::count(desk.tx, who.id)?);
    let tasks = links::tasks(desk.tx, who.id, page.skip(), say::PAGE)?;
    Ok(say::list(&tasks, page, desk.language, &desk.shop.timezone))
}

/// One task for the holder of its link, who may prove their number to see all.
fn show(desk: &Context<'_>, who: &Person, token: &str, standing: Standing) -> Result<()> {
    let (shop, language) = (desk.shop, desk.language);
    let text = match status_links::follow(desk.tx, desk.links, token, desk.now) {
        Ok(task) => say::task(&task, language, shop),
        Err(Error::NotFound) => i18n::text(language, "bot-link-dead"),
        Err(error) => return Err(error),
    };
    reply(desk, who, &say::shown(text, standing, language))
}

/// Takes a message to the shop, says where it went, and shows the tasks.
fn take(desk: &Context<'_>, who: &Person, said: &Said) -> Result<()> {
    let list = list(desk, who, 0)?;
    let answer = match answers::take(desk.tx, desk.links, who.id, said, desk.now) {
        Ok(Some(landed)) => say::landed(&landed, list, desk.language),
        Ok(None) => say::above("bot-not-taken", list, desk.language),
        Err(Error::Invalid(_)) => say::above("bot-too-many", list, desk.language),
        Err(error) => return Err(error),
    };
    reply(desk, who, &answer)
}

fn press_button(desk: &Context<'_>, who: &Person, press: Press) -> Result<()> {
    let (tx, now, language) = (desk.tx, desk.now, desk.language);
    let done = match press.what {
        Pressed::Move(comment, task) => {
            answers::move_to(tx, desk.links, who.id, comment, task, now)
                .map(|landed| say::landed(&landed, Reply::none(), language))
        }
        Pressed::Decide(approval, agreed) => answers::decide(tx, who.id, approval, agreed, now)
            .map(|approval| say::decided(&approval, language, desk.shop)),
    };
    let mut answer = match done {
        Ok(answer) => answer,
        // Of a task that is gone, or isn't theirs any more.
        Err(Error::NotFound) => list(desk, who, 0)?,
        Err(error) => return Err(error),
    };
    answer.answers = Some(press.query);
    answer.edits = press.message;
    reply(desk, who, &answer)
}

fn reply(desk: &Context<'_>, who: &Person, reply: &Reply) -> Result<()> {
    store::outbox::push_reply(desk.tx, who.id, reply, desk.now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Country;

    fn phone() -> Phone {
        Phone::parse("phone", "+79000000000", Country::parse("RU").unwrap()).unwrap()
    }

    fn said() -> Said {
        Said {
            text: Message::parse("text", "hello").unwrap(),
            picture: None,
        }
    }

    #[test]
    fn only_an_own_contact_makes_a_person_verified() {
        for standing in [Standing::Stranger, Standing::Unverified] {
            for input in [
                Input::Start,
                Input::Help,
                Input::OtherContact,
                Input::TypedPhone(phone(), said()),
                Input::Said(said()),
                Input::Anything,
                Input::Follow("token".to_owned()),
                Input::Press(Press {
                    what: Pressed::Decide(ApprovalId::from_row(1), true),
                    query: String::new(),
                    message: None,
                }),
                Input::Page {
                    page: 3,
                    query: String::new(),
                    message: None,
                },
                Input::Unblocked,
            ] {
                let (next, effects) = step(standing, input);
                assert_ne!(next, Standing::Verified);
                assert!(!effects.iter().any(|e| matches!(
                    e,
                    Effect::List { .. } | Effect::Link(_) | Effect::Do(_) | Effect::Take(_)
                )));
            }
            assert_eq!(
                step(standing, Input::OwnContact(phone())).0,
                Standing::Verified
            );
        }
    }

    #[test]
    fn a_typed_phone_gets_one_answer_whoever_types_it() {
        let say = |standing| step(standing, Input::TypedPhone(phone(), said())).1;
        assert_eq!(say(Standing::Stranger), say(Standing::Unverified));
    }
}
