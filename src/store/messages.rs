//! The `chat_messages` table: what each message of a chat refers to.

use jiff::{Timestamp, ToSpan};
use rusqlite::{OptionalExtension, named_params};

use super::{Connection, Transaction};
use crate::domain::{Chat, CommentId, MessageKey, Messenger, Result, TaskId};
use crate::store::engine::types::Millis;

/// The subject of a message in a chat.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// The task of a message that the bot sent.
    pub task: Option<TaskId>,
    /// The comment that a customer's message became.
    pub comment: Option<CommentId>,
    /// Whether the message had a text.
    pub has_words: bool,
}

/// Records what a message refers to; an edited message may refer to something else afterwards.
///
/// The task may be deleted before its message is known to have arrived.
///
/// A row without a reference only records that the message's album was answered. It counts for a week.
pub fn note(
    tx: &Transaction,
    chat: Chat,
    message: &MessageKey,
    about: &About,
    album: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let week_ago = now.saturating_sub(168.hours()).unwrap_or(now);
    tx.prepare_cached(
        "DELETE FROM chat_messages
         WHERE task_id IS NULL AND comment_id IS NULL AND at < ?1",
    )?
    .execute([Millis(week_ago)])?;
    tx.prepare_cached(
        "INSERT INTO chat_messages (messenger, chat_id, message, task_id, comment_id, album, has_words, at)
         VALUES (:messenger, :chat, :message, (SELECT id FROM tasks WHERE id = :task),
             (SELECT id FROM comments WHERE id = :comment), :album, :words, :now)
         ON CONFLICT (messenger, chat_id, message) DO UPDATE SET task_id = excluded.task_id,
             comment_id = excluded.comment_id, album = excluded.album,
             has_words = excluded.has_words, at = excluded.at",
    )?
    .execute(named_params! {
        ":messenger": chat.messenger, ":chat": chat.id, ":message": message.as_str(), ":task": about.task, ":comment": about.comment,
        ":album": album, ":words": about.has_words, ":now": Millis(now),
    })?;
    Ok(())
}

/// Returns what a message refers to, where that is known.
pub fn about(connection: &Connection, chat: Chat, message: &MessageKey) -> Result<Option<About>> {
    let sql = "SELECT task_id, comment_id, has_words FROM chat_messages
               WHERE messenger = ?1 AND chat_id = ?2 AND message = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let about = statement.query_row((chat.messenger, chat.id, message.as_str()), |row| {
        Ok(About {
            task: row.get("task_id")?,
            comment: row.get("comment_id")?,
            has_words: row.get("has_words")?,
        })
    });
    Ok(about.optional()?)
}

/// Returns the comment that an earlier part of an album became; `None` for the first part.
pub fn of_album(
    connection: &Connection,
    chat: Chat,
    album: &str,
) -> Result<Option<Option<CommentId>>> {
    let sql =
        "SELECT comment_id FROM chat_messages WHERE messenger = ?1 AND chat_id = ?2 AND album = ?3
               ORDER BY comment_id IS NULL, at, message LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((chat.messenger, chat.id, album), |row| {
        row.get("comment_id")
    });
    Ok(found.optional()?)
}

/// Counts the parts of an album that had a text.
pub fn count_with_words(connection: &Connection, comment: CommentId) -> Result<usize> {
    let sql = "SELECT count(*) FROM chat_messages WHERE comment_id = ?1 AND has_words = 1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([comment], |row| row.get(0))?)
}

/// Deletes every row of a chat.
pub fn delete_of_chat(tx: &Transaction, chat: Chat) -> Result<()> {
    let sql = "DELETE FROM chat_messages WHERE messenger = ?1 AND chat_id = ?2";
    tx.execute(sql, (chat.messenger, chat.id))?;
    Ok(())
}

/// Deletes every row of a messenger, for another bot, whose messages have names of their own.
pub fn delete_all(tx: &Transaction, messenger: Messenger) -> Result<()> {
    tx.execute(
        "DELETE FROM chat_messages WHERE messenger = ?1",
        [messenger],
    )?;
    Ok(())
}
