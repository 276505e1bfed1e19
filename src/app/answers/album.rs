//! Albums: Telegram sends each part as a message of its own; here they form one comment with one
//! confirmation.

use jiff::Timestamp;

use super::{CustomerMessage, Landed, Taken, enclose, found, note, own};
use crate::domain::{Chat, Comment, Keeping, Result};
use crate::store::{self, Transaction};

/// State of a message's album.
pub(super) enum Album {
    /// The message is not part of an album, or is its first part.
    New,
    /// An earlier part was rejected, and the sender was told.
    Refused,
    Of(Comment),
}

/// Looks up earlier parts of the album, and records this one.
pub(super) fn begin(
    tx: &Transaction,
    who: Chat,
    said: &CustomerMessage,
    now: Timestamp,
) -> Result<Album> {
    let Some(album) = &said.album else {
        return Ok(Album::New);
    };
    let earlier = store::messages::of_album(tx, who, album)?;
    if earlier.is_none() {
        note(tx, who, said, None, now)?;
    }
    let comment = match earlier {
        Some(Some(comment)) => store::comments::get(tx, comment)?,
        _ => None,
    };
    Ok(match (earlier, comment) {
        (None, _) => Album::New,
        (Some(_), Some(comment)) => Album::Of(comment),
        (Some(_), None) => Album::Refused,
    })
}

/// Returns whether to reply to a rejected message: only the first part of an album gets a reply.
pub fn is_to_be_answered(
    tx: &Transaction,
    who: Chat,
    said: &CustomerMessage,
    now: Timestamp,
) -> Result<bool> {
    Ok(matches!(begin(tx, who, said, now)?, Album::New))
}

/// Adds a part of an album to the comment of its first part.
pub(super) fn join(
    tx: &Transaction,
    who: Chat,
    comment: &Comment,
    said: &CustomerMessage,
    now: Timestamp,
) -> Result<Taken> {
    let Some(task) = found(own(tx, who, comment.task))? else {
        return Ok(Taken::Silently);
    };
    let keeping = enclose(tx, who, &task, comment.id, said.enclosure.as_ref(), now)?;
    store::comments::set_text(tx, comment.id, &comment.text.and(&said.text))?;
    store::tasks::touch(tx, task.id, now)?;
    note(tx, who, said, Some(comment.id), now)?;
    Ok(match keeping {
        Keeping::Whole => Taken::Silently,
        _ => Taken::Joined(Landed {
            comment: comment.id,
            task: task.id,
            others: Vec::new(),
            keeping,
        }),
    })
}
