//! The `telegram_messages` table: which message of a chat is about what.

use jiff::{Timestamp, ToSpan};
use rusqlite::{OptionalExtension, named_params};

use super::{Connection, Transaction};
use crate::domain::{CommentId, Result, TaskId, TelegramId};
use crate::store::engine::types::Millis;

/// What a message of a chat is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// The task of a message of ours.
    pub task: Option<TaskId>,
    /// What a customer said by it.
    pub comment: Option<CommentId>,
    /// Whether there were words with it.
    pub has_words: bool,
}

/// Notes what a message is about. One that is edited may be about something else from then on.
///
/// A task may be gone by the time at which a message about it is known to have arrived.
///
/// What is about nothing only says that its album was answered, and that counts for a week.
pub fn note(
    tx: &Transaction,
    chat: TelegramId,
    message: i32,
    about: &About,
    album: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let week_ago = now.saturating_sub(168.hours()).unwrap_or(now);
    tx.prepare_cached(
        "DELETE FROM telegram_messages
         WHERE task_id IS NULL AND comment_id IS NULL AND at < ?1",
    )?
    .execute([Millis(week_ago)])?;
    tx.prepare_cached(
                "INSERT INTO telegram_messages (chat_id, message_id, task_id, comment_id, album, has_words, at)
         VALUES (:chat, :message, (SELECT id FROM tasks WHERE id = :task),
             (SELECT id FROM comments WHERE id = :comment), :album, :words, :now)
         ON CONFLICT (chat_id, message_id) DO UPDATE SET task_id = excluded.task_id,
             comment_id = excluded.comment_id, album = excluded.album,
             has_words = excluded.has_words, at = excluded.at",
    )?
    .execute(named_params! {
        ":chat": chat, ":message": message, ":task": about.task, ":comment": about.comment,
        ":album": album, ":words": about.has_words, ":now": Millis(now),
    })?;
    Ok(())
}

/// What a message is about, where it is known.
pub fn about(connection: &Connection, chat: TelegramId, message: i32) -> Result<Option<About>> {
    let sql = "SELECT task_id, comment_id, has_words FROM telegram_messages
               WHERE chat_id = ?1 AND message_id = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let about = statement.query_row((chat, message), |row| {
        Ok(About {
            task: row.get("task_id")?,
            comment: row.get("comment_id")?,
            has_words: row.get("has_words")?,
        })
    });
    Ok(about.optional()?)
}

/// The message that an earlier part of an album has made, if it has made one; `None` where this is
/// its first part.
pub fn of_album(
    connection: &Connection,
    chat: TelegramId,
    album: &str,
) -> Result<Option<Option<CommentId>>> {
    let sql = "SELECT comment_id FROM telegram_messages WHERE chat_id = ?1 AND album = ?2
               ORDER BY comment_id IS NULL, message_id LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((chat, album), |row| row.get("comment_id"));
    Ok(found.optional()?)
}

/// How many parts of what was said by several messages came with words.
pub fn count_with_words(connection: &Connection, comment: CommentId) -> Result<usize> {
    let sql = "SELECT count(*) FROM telegram_messages WHERE comment_id = ?1 AND has_words = 1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([comment], |row| row.get(0))?)
}

/// Removes every trace of a chat.
pub fn delete_of_chat(tx: &Transaction, chat: TelegramId) -> Result<()> {
    tx.execute("DELETE FROM telegram_messages WHERE chat_id = ?1", [chat])?;
    Ok(())
}
