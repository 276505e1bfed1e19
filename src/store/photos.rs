//! The `photos` table: pictures that customers sent.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::types::Millis;
use super::{Connection, Transaction};
use crate::domain::{CommentId, CustomerId, Image, PhotoId, Result, Wanted};

/// Writes down that a picture is to be fetched.
pub fn insert(tx: &Transaction, comment: CommentId, file: &str, now: Timestamp) -> Result<PhotoId> {
    tx.execute(
        "INSERT INTO photos (comment_id, state, telegram_file, created_at, try_at)
         VALUES (?1, 'WAITING', ?2, ?3, ?3)",
        (comment, file, Millis(now)),
    )?;
    Ok(PhotoId::from_row(tx.last_insert_rowid()))
}

/// The picture that is to be fetched next, and when: at that instant or before it.
pub fn next(connection: &Connection) -> Result<Option<(Wanted, Timestamp)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, comment_id, telegram_file, attempts, created_at, try_at FROM photos
         WHERE state = 'WAITING' ORDER BY try_at, id LIMIT 1",
    )?;
    let next = statement.query_row([], |row| {
        let wanted = Wanted {
            id: row.get("id")?,
            comment: row.get("comment_id")?,
            file: row.get("telegram_file")?,
            attempts: row.get("attempts")?,
            created: row.get::<_, Millis>("created_at")?.0,
        };
        Ok((wanted, row.get::<_, Millis>("try_at")?.0))
    });
    Ok(next.optional()?)
}

/// Keeps a picture that was fetched.
pub fn set_here(tx: &Transaction, id: PhotoId, image: &Image) -> Result<()> {
    let (width, height) = image.size();
    tx.execute(
        "UPDATE photos SET state = 'HERE', mime = ?2, width = ?3, height = ?4, image = ?5
         WHERE id = ?1",
        (id, image.mime(), width, height, image.bytes()),
    )?;
    Ok(())
}

/// Tries again at that instant.
pub fn set_retry(tx: &Transaction, id: PhotoId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE photos SET attempts = attempts + 1, try_at = ?2 WHERE id = ?1";
    tx.execute(sql, (id, Millis(at)))?;
    Ok(())
}

/// Gives up.
pub fn set_lost(tx: &Transaction, id: PhotoId) -> Result<()> {
    tx.execute("UPDATE photos SET state = 'LOST' WHERE id = ?1", [id])?;
    Ok(())
}

/// A picture that is here, with its kind.
pub fn image(connection: &Connection, id: PhotoId) -> Result<Option<(String, Vec<u8>)>> {
    let sql = "SELECT mime, image FROM photos WHERE id = ?1 AND state = 'HERE'";
    let mut statement = connection.prepare_cached(sql)?;
    let image = statement.query_row([id], |row| Ok((row.get("mime")?, row.get("image")?)));
    Ok(image.optional()?)
}

/// Removes the pictures of a customer's tasks.
pub fn delete_of(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute(
        "DELETE FROM photos WHERE comment_id IN (
             SELECT c.id FROM comments AS c JOIN tasks AS t ON t.id = c.task_id
             WHERE t.customer_id = ?1)",
        [customer],
    )?;
    Ok(())
}
