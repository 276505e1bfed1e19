//! The conversation with customers. [`step`] is a pure function that decides everything; [`handle`]
//! parses an update, runs the step and performs its effects, in the caller's transaction. Replies
//! go to the outbox, like all outgoing messages. Messages from employees are handled by `staff`.

mod conversation;
mod perform;
mod read;
mod say;
mod staff;

use jiff::Timestamp;

use crate::app::chat_links;
use crate::app::status_links::Links;
use crate::channels::Update;
use crate::domain::{Messenger, Result, Shop};
use crate::store::{self, Transaction};

pub use conversation::{Effect, Input, Press, Pressed, step};
use perform::{Context, perform};
use read::{language, read};
pub use say::Sentence;

/// Handles the updates that MAX sends as one. See [`handle`].
///
/// # Errors
/// As for [`handle`].
pub fn handle_all(
    tx: &Transaction,
    shop: &Shop,
    links: &Links,
    updates: Vec<Update>,
    now: Timestamp,
) -> Result<()> {
    let mut updates = updates.into_iter();
    updates.try_for_each(|update| handle(tx, shop, links, Messenger::Max, update, now))
}

/// Handles a messenger's update. Idempotent: a redelivered update, or one that isn't for us, has no
/// effect.
///
/// # Errors
/// Only failures of the store; the messenger then redelivers the update.
pub fn handle(
    tx: &Transaction,
    shop: &Shop,
    links: &Links,
    messenger: Messenger,
    update: Update,
    now: Timestamp,
) -> Result<()> {
    if !store::updates::note(tx, messenger, &update.key, now)? {
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
        chat_links::heard_from(tx, who.chat, language)?;
    }
    let (_, effects) = step(chat_links::standing(tx, who.chat)?, input);
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
