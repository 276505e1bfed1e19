//! Settling of messages after an attempt to send them.

use jiff::Timestamp;

use crate::app::{chat_links, routes};
use crate::channels::{Failure, Sent};
use crate::domain::{
    Arrival, Channel, Chat, MessageKey, NoticeId, Outgoing, Reason, Result, Shop, backoff,
    is_given_up,
};
use crate::store::outbox::Delivered;
use crate::store::{self, Transaction};

/// Settles a row. `repeats` tells whether a message is sent again after an attempt whose outcome is unknown.
pub(super) fn settle(
    tx: &Transaction,
    shop: &Shop,
    row: &Outgoing,
    chat: Option<Chat>,
    sent: Result<Sent, Failure>,
    repeats: bool,
    now: Timestamp,
) -> Result<()> {
    match sent {
        Ok(sent) => delivered(tx, row, chat, sent, now),
        Err(Failure::Blocked(detail)) => {
            refused(tx, shop, row, (Reason::Blocked, &detail), now)?;
            match chat {
                Some(chat) => blocked(tx, shop, chat, now),
                None => Ok(()),
            }
        }
        Err(Failure::Refused(detail)) => refused(tx, shop, row, (Reason::Refused, &detail), now),
        // Whether it arrived is unknown, and asking for it twice costs twice.
        Err(Failure::Retry {
            maybe_done: true, ..
        }) if !repeats => {
            let delivered = Delivered {
                arrival: Some(Arrival::Pending),
                ..Delivered::default()
            };
            store::outbox::set_delivered(tx, row.id, &delivered, now)
        }
        Err(Failure::Retry { detail, .. }) if is_given_up(row.created, now) => {
            store::outbox::set_dead(tx, row.id, Reason::Expired, &detail, now)
        }
        Err(Failure::Retry {
            after,
            maybe_done,
            detail,
        }) => {
            let wait = after.unwrap_or_else(|| backoff(row.attempts));
            let at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
            // Another channel takes over on time, whatever the pause between attempts.
            let late = routes::late(row, now);
            let at = match after {
                None if now < late => at.min(late),
                _ => at,
            };
            store::outbox::set_retry(tx, row.id, now, at, maybe_done, &detail)?;
            match routes::is_late(row, now) {
                true => pass_on(tx, shop, row, &row.refused_by, now).map(drop),
                false => Ok(()),
            }
        }
    }
}

fn delivered(
    tx: &Transaction,
    row: &Outgoing,
    chat: Option<Chat>,
    sent: Sent,
    now: Timestamp,
) -> Result<()> {
    if let Some(chat) = chat {
        store::customers::set_blocked(tx, chat, false)?;
        note_sent(tx, row, chat, sent.message.as_ref(), now)?;
    }
    let delivered = Delivered {
        cost: sent.cost,
        arrival: sent.external_id.as_ref().map(|_| Arrival::Pending),
        external_id: sent.external_id,
    };
    store::outbox::set_delivered(tx, row.id, &delivered, now)
}

/// Settles a row that its channel will never deliver: it goes by another one, or is dead.
pub(super) fn refused(
    tx: &Transaction,
    shop: &Shop,
    row: &Outgoing,
    (reason, detail): (Reason, &str),
    now: Timestamp,
) -> Result<()> {
    let mut refused_by = row.refused_by.clone();
    refused_by.push(row.channel);
    store::outbox::set_retry(tx, row.id, now, now, false, detail)?;
    match pass_on(tx, shop, row, &refused_by, now)? {
        Some(_) => Ok(()),
        None => store::outbox::set_dead(tx, row.id, reason, detail, now),
    }
}

/// Plans a row for another channel, if there is one.
fn pass_on(
    tx: &Transaction,
    shop: &Shop,
    row: &Outgoing,
    refused_by: &[Channel],
    now: Timestamp,
) -> Result<Option<NoticeId>> {
    let Some(other) = routes::other(tx, shop, row, refused_by)? else {
        return Ok(None);
    };
    store::outbox::set_channel(tx, row.id, other, refused_by, now)?;
    Ok(Some(row.id))
}

/// Records that a chat can't be reached.
fn blocked(tx: &Transaction, shop: &Shop, chat: Chat, now: Timestamp) -> Result<()> {
    store::employees::forget_chat(tx, chat)?;
    chat_links::set_blocked(tx, shop, chat, true, now)
}

/// Records the task of a delivered message, so that a reply to it finds the task.
fn note_sent(
    tx: &Transaction,
    row: &Outgoing,
    chat: Chat,
    message: Option<&MessageKey>,
    now: Timestamp,
) -> Result<()> {
    let (Some(task), Some(message)) = (row.content.task(), message) else {
        return Ok(());
    };
    let about = store::messages::About {
        task: Some(task),
        ..store::messages::About::default()
    };
    store::messages::note(tx, chat, message, &about, None, now)
}
