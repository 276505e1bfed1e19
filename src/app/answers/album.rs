//! Albums, whose parts are messages of their own at Telegram: here they are one, with one answer.

use jiff::Timestamp;

use super::{Landed, Said, Taken, enclose, found, note, own};
use crate::domain::{Comment, Keeping, Result, TelegramId};
use crate::store::{self, Transaction};

/// What is known of a message's album.
pub(super) enum Album {
    /// It is no part of one, or the first.
    New,
    /// An earlier part was not taken, and its sender was told so.
    Refused,
    Of(Comment),
}

/// Looks whether an earlier part of the same album came, and notes this one.
pub(super) fn begin(
    tx: &Transaction,
    who: TelegramId,
    said: &Said,
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

/// Whether to answer a message that can't be taken: of an album, one part is answered.
pub fn is_to_be_answered(
    tx: &Transaction,
    who: TelegramId,
    said: &Said,
    now: Timestamp,
) -> Result<bool> {
    Ok(matches!(begin(tx, who, said, now)?, Album::New))
}

/// Adds a part of an album to what the first part has said.
pub(super) fn join(
    tx: &Transaction,
    who: TelegramId,
    comment: &Comment,
    said: &Said,
    now: Timestamp,
) -> Result<Taken> {
    let Some(task) = found(own(tx, who, comment.task))? else {
        return Ok(Taken::Silently);
    };
    let keeping = enclose(tx, &task, comment.id, said.enclosure.as_ref(), now)?;
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
