//! The customers' conversation. [`step`] is the whole of it and touches nothing; [`handle`]
//! reads an update, runs the step, and does what it says, in the caller's transaction. What is
//! said goes to the outbox, like everything else that is sent. What employees say to the bot is
//! `staff`'s.

mod conversation;
mod perform;
mod read;
mod say;
mod staff;

use jiff::Timestamp;

use crate::app::links;
use crate::app::status_links::Links;
use crate::channels::telegram::Update;
use crate::domain::{Result, Shop};
use crate::store::{self, Transaction};

pub use conversation::{Effect, Input, Press, Pressed, step};
use perform::{Context, perform};
use read::{language, read};
pub use say::Sentence;

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
