//! Performs the effects that the conversation decided on.

use jiff::Timestamp;

use super::conversation::{Effect, Press, Pressed};
use super::say::{self, Sentence};
use super::staff;
use crate::app::answers::{self, Changed, CustomerMessage, Taken};
use crate::app::chat_links::{self, Standing};
use crate::app::status_links::{self, Links};
use crate::channels::Person;
use crate::domain::{Error, Language, Reply, Result, Shop};
use crate::i18n;
use crate::store::{self, Transaction};

/// Context of an effect.
pub struct Context<'a> {
    pub tx: &'a Transaction<'a>,
    pub shop: &'a Shop,
    pub links: &'a Links,
    pub language: Language,
    pub now: Timestamp,
}

pub fn perform(desk: &Context<'_>, who: &Person, effect: Effect) -> Result<()> {
    let (tx, now, language) = (desk.tx, desk.now, desk.language);
    let name = who.name.as_ref();
    match effect {
        Effect::Link(phone) => chat_links::link(tx, who.chat, &phone, name, language, now),
        Effect::Claim(phone) => chat_links::claim(tx, who.chat, &phone, name, language, now),
        Effect::SetBlocked(blocked) => {
            chat_links::set_blocked(tx, desk.shop, who.chat, blocked, now)
        }
        Effect::Say(sentence) => reply(desk, who, &say::sentence(sentence, language)),
        Effect::Show { token, standing } => show(desk, who, &token, standing),
        Effect::Take(said) => take(desk, who, &said),
        Effect::Change(said) => change(desk, who, &said),
        Effect::Turn(said) => turn(desk, who, &said),
        Effect::RefuseEmpty => {
            let list = list(desk, who, 0)?;
            reply(desk, who, &say::above("bot-empty", list, language))
        }
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
    let page = say::Page::new(page, chat_links::count(desk.tx, who.chat)?);
    let tasks = chat_links::tasks(desk.tx, who.chat, page.skip(), say::PAGE)?;
    Ok(say::list(&tasks, page, desk.language, &desk.shop.timezone))
}

/// Shows one task to the holder of its status link, who can verify their phone to see all.
fn show(desk: &Context<'_>, who: &Person, token: &str, standing: Standing) -> Result<()> {
    let (shop, language) = (desk.shop, desk.language);
    let followed = match status_links::follow(desk.tx, desk.links, token, desk.now) {
        Ok(task) => Some(task),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    let text = match &followed {
        Some(task) => say::task(task, language, shop),
        None => i18n::text(language, "bot-link-dead"),
    };
    let mut shown = say::shown(text, standing, language);
    shown.task = followed.map(|task| task.id);
    reply(desk, who, &shown)
}

/// Stores a message for the shop, confirms to which task it went, and shows the tasks.
fn take(desk: &Context<'_>, who: &Person, said: &CustomerMessage) -> Result<()> {
    let (language, list) = (desk.language, list(desk, who, 0)?);
    let answer = match answers::take(desk.tx, desk.links, who.chat, said, desk.now) {
        Ok(Taken::Landed(landed)) => say::landed("bot-taken", &landed, list, language),
        Ok(Taken::Joined(landed)) => say::landed("bot-taken", &landed, Reply::none(), language),
        Ok(Taken::Silently) => return Ok(()),
        Ok(Taken::Nowhere) => say::above("bot-not-taken", list, language),
        Err(Error::Invalid(_)) => say::above("bot-too-many", list, language),
        Err(error) => return Err(error),
    };
    reply(desk, who, &answer)
}

/// Updates an earlier message of the customer.
fn change(desk: &Context<'_>, who: &Person, said: &CustomerMessage) -> Result<()> {
    let language = desk.language;
    let answer = match answers::change(desk.tx, who.chat, said, desk.now) {
        Ok(Changed::Landed(landed)) => say::landed("bot-edited", &landed, Reply::none(), language),
        Ok(Changed::Unknown) => return take(desk, who, said),
        Ok(Changed::Silently) => return Ok(()),
        Err(Error::Invalid(_)) => say::above("bot-too-many-edits", list(desk, who, 0)?, language),
        Err(error) => return Err(error),
    };
    reply(desk, who, &answer)
}

/// Replies that a message was not passed on and how to reach the shop: to an employee or to an
/// unknown person.
fn turn(desk: &Context<'_>, who: &Person, said: &CustomerMessage) -> Result<()> {
    let (tx, now) = (desk.tx, desk.now);
    let is_answered = !answers::is_to_be_answered(tx, who.chat, said, now)?;
    if is_answered || staff::turn(tx, desk.shop, who, now)? {
        return Ok(());
    }
    reply(desk, who, &say::sentence(Sentence::Unheard, desk.language))
}

fn press_button(desk: &Context<'_>, who: &Person, press: Press) -> Result<()> {
    let (tx, now, language) = (desk.tx, desk.now, desk.language);
    let done = match press.what {
        Pressed::Move(comment, task) => {
            answers::move_to(tx, desk.links, who.chat, comment, task, now)
                .map(|landed| say::landed("bot-taken", &landed, Reply::none(), language))
        }
        Pressed::Decide(approval, agreed) => answers::decide(tx, who.chat, approval, agreed, now)
            .map(|approval| say::decided(&approval, language, desk.shop)),
    };
    let mut answer = match done {
        Ok(answer) => answer,
        // The task is gone, or no longer the customer's.
        Err(Error::NotFound) => list(desk, who, 0)?,
        Err(error) => return Err(error),
    };
    answer.answers = Some(press.query);
    answer.edits = press.message;
    reply(desk, who, &answer)
}

fn reply(desk: &Context<'_>, who: &Person, reply: &Reply) -> Result<()> {
    store::outbox::push_reply(desk.tx, who.chat, reply, desk.now)
}
