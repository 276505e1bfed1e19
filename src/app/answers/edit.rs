//! Edited messages. Telegram reports each edit as a message with the same id.

use jiff::Timestamp;

use super::{CustomerMessage, Landed, day_before, enclose, found, note, own};
use crate::app::comments;
use crate::domain::{AttachmentKind, Chat, Comment, Message, Result};
use crate::store::messages::About;
use crate::store::{self, Transaction};

/// Updates the comment of an edited message. A live location only updates its note, without a
/// reply.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error::Invalid) when the message was edited too often.
pub fn change(
    tx: &Transaction,
    who: Chat,
    said: &CustomerMessage,
    now: Timestamp,
) -> Result<Changed> {
    let about = store::messages::about(tx, who, &said.message)?;
    let about = about.unwrap_or_default();
    let comment = match about.comment {
        Some(comment) => store::comments::get(tx, comment)?,
        None => None,
    };
    let Some(comment) = comment else {
        return match said.is_place() {
            true => Ok(Changed::Silently),
            false => Ok(Changed::Unknown),
        };
    };
    let Some(task) = found(own(tx, who, comment.task))? else {
        return Ok(Changed::Silently);
    };
    if said.is_place() {
        return move_place(tx, &comment, said, now).map(|()| Changed::Silently);
    }
    let text = changed_text(tx, &comment, &about, said)?;
    let enclosure = said.enclosure.as_ref();
    let file = enclosure.and_then(|enclosure| enclosure.file.as_ref());
    let enclosure = match file {
        Some(file) if !store::attachments::has_file(tx, comment.id, &file.unique)? => enclosure,
        _ => None,
    };
    if text == comment.text && enclosure.is_none() {
        return Ok(Changed::Silently);
    }
    comments::change(tx, &task, &comment, &text, day_before(now), now)?;
    let keeping = enclose(tx, who, &task, comment.id, enclosure, now)?;
    note(tx, who, said, Some(comment.id), now)?;
    Ok(Changed::Landed(Landed {
        comment: comment.id,
        task: task.id,
        others: Vec::new(),
        keeping,
    }))
}

/// Outcome of an edited message.
pub enum Changed {
    Landed(Landed),
    /// The original is unknown, so the edit is treated as a new message.
    Unknown,
    /// No reply is needed.
    Silently,
}

/// Returns the new text of the comment. Deleted text is kept, and so is the text of the other parts
/// of an album.
fn changed_text(
    tx: &Transaction,
    comment: &Comment,
    about: &About,
    said: &CustomerMessage,
) -> Result<Message> {
    let (old, new) = (&comment.text, &said.text);
    let others = store::messages::count_with_words(tx, comment.id)?
        .saturating_sub(usize::from(about.has_words));
    let is_there = *new == Message::wordless() || old.as_str().lines().any(|l| l == new.as_str());
    Ok(match (is_there, others) {
        (true, 1..) => old.clone(),
        (false, 1..) => old.and(new),
        _ if *new == Message::wordless() => old.clone(),
        _ => new.clone(),
    })
}

fn move_place(
    tx: &Transaction,
    comment: &Comment,
    said: &CustomerMessage,
    now: Timestamp,
) -> Result<()> {
    let mut places = comment.attachments.iter();
    let place = places.find(|one| one.kind == AttachmentKind::Place);
    if let (Some(place), Some(enclosure)) = (place, &said.enclosure) {
        store::attachments::set_about(tx, place.id, &enclosure.about)?;
        store::tasks::touch(tx, comment.task, now)?;
    }
    Ok(())
}
