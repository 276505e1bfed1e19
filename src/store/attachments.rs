//! The `photos` table: what came with customers' messages, pictures and everything else.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    Attachment, AttachmentId, AttachmentKind, CommentId, Contents, CustomerId, Enclosure, Image,
    Keeping, Result, Wanted,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str =
    "id, comment_id, kind, state, file_name, mime, size, duration, about, width, height";

/// A file that is here.
pub struct Stored {
    pub attachment: Attachment,
    pub bytes: Vec<u8>,
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<(CommentId, Attachment)> {
    let row = &mut Columns::of("photos", row);
    let (id, comment) = (row.take("id")?, row.take("comment_id")?);
    let attachment = Attachment {
        id,
        kind: row.take("kind")?,
        state: row.take("state")?,
        file_name: row.take("file_name")?,
        media_type: row.take("mime")?,
        size: row.take("size")?,
        duration: row.take("duration")?,
        about: row.take("about")?,
        width: row.take("width")?,
        height: row.take("height")?,
    };
    Ok((comment, attachment))
}

/// Writes down what came with a message, and that its file is to be fetched where it is wanted.
pub fn insert(
    tx: &Transaction,
    comment: CommentId,
    enclosure: &Enclosure,
    keeping: Keeping,
    now: Timestamp,
) -> Result<AttachmentId> {
    let state = match enclosure.wanted(keeping) {
        Some(_) => "WAITING",
        None => "NOTED",
    };
    let file = enclosure.file.as_ref();
    tx.prepare_cached(
        "INSERT INTO photos (comment_id, kind, state, telegram_file, telegram_unique, created_at,
             try_at, file_name, size, duration, about)
         VALUES (:comment, :kind, :state, :file, :unique, :now, :now, :name, :size, :duration, :about)",
    )?
    .execute(named_params! {
        ":comment": comment, ":kind": enclosure.kind, ":state": state,
        ":file": file.map_or("", |file| &file.id), ":unique": file.map_or("", |file| &file.unique),
        ":now": Millis(now), ":name": enclosure.file_name, ":size": enclosure.size,
        ":duration": enclosure.duration, ":about": enclosure.about,
    })?;
    Ok(AttachmentId::from_row(tx.last_insert_rowid()))
}

/// The file that is to be fetched next, and when: at that instant or before it.
pub fn next(connection: &Connection) -> Result<Option<(Wanted, Timestamp)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, comment_id, kind, telegram_file, attempts, created_at, try_at FROM photos
         WHERE state = 'WAITING' ORDER BY try_at, id LIMIT 1",
    )?;
    let next = statement.query_row([], |row| {
        let wanted = Wanted {
            id: row.get("id")?,
            comment: row.get("comment_id")?,
            kind: row.get("kind")?,
            file: row.get("telegram_file")?,
            attempts: row.get("attempts")?,
            created: row.get::<_, Millis>("created_at")?.0,
        };
        Ok((wanted, row.get::<_, Millis>("try_at")?.0))
    });
    Ok(next.optional()?)
}

/// Keeps a file that was fetched, as what it turned out to be.
pub fn set_here(
    tx: &Transaction,
    id: AttachmentId,
    kind: AttachmentKind,
    contents: &Contents,
) -> Result<()> {
    let (width, height) = contents.picture().map(Image::size).unzip();
    tx.execute(
        "UPDATE photos SET state = 'HERE', kind = ?2, mime = ?3, width = ?4, height = ?5, size = ?6,
             image = ?7
         WHERE id = ?1",
        (
            id,
            kind,
            contents.media_type(),
            width,
            height,
            contents.bytes().len(),
            contents.bytes(),
        ),
    )?;
    Ok(())
}

/// Tries again at that instant.
pub fn set_retry(tx: &Transaction, id: AttachmentId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE photos SET attempts = attempts + 1, try_at = ?2 WHERE id = ?1";
    tx.execute(sql, (id, Millis(at)))?;
    Ok(())
}

/// Gives up.
pub fn set_lost(tx: &Transaction, id: AttachmentId) -> Result<()> {
    tx.execute("UPDATE photos SET state = 'LOST' WHERE id = ?1", [id])?;
    Ok(())
}

/// Changes what the note says.
pub fn set_about(tx: &Transaction, id: AttachmentId, about: &str) -> Result<()> {
    tx.execute("UPDATE photos SET about = ?2 WHERE id = ?1", (id, about))?;
    Ok(())
}

/// A file that is here.
pub fn stored(connection: &Connection, id: AttachmentId) -> Result<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS}, image FROM photos WHERE id = ?1 AND state = 'HERE'");
    let mut statement = connection.prepare_cached(&sql)?;
    let stored = statement.query_row([id], |row| {
        Ok(Stored {
            attachment: from_row(row)?.1,
            bytes: row.get("image")?,
        })
    });
    Ok(stored.optional()?)
}

/// What came with these messages, in the order in which it came. The numbers are those of
/// [`numbers`](crate::store::engine::types::numbers).
pub(super) fn of_comments(
    connection: &Connection,
    comments: &str,
) -> Result<HashMap<CommentId, Vec<Attachment>>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM photos WHERE comment_id IN (SELECT value FROM json_each(?1))
         ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in statement.query_map([comments], from_row)? {
        let (comment, attachment) = row?;
        all.entry(comment).or_default().push(attachment);
    }
    Ok(all)
}

/// Whether that very file came with a message.
pub fn has_file(connection: &Connection, comment: CommentId, unique: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM photos WHERE comment_id = ?1 AND telegram_unique = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((comment, unique), |row| row.get(0))?)
}

/// How many files of a customer were to be fetched since that instant. What a clock that was ahead has dated
/// later than now is of no day that anybody could wait out.
pub fn count_since(
    connection: &Connection,
    of: CustomerId,
    since: Timestamp,
    now: Timestamp,
) -> Result<usize> {
    let sql = "SELECT count(*) FROM comments AS c JOIN photos AS p ON p.comment_id = c.id
               WHERE c.customer_id = ?1 AND p.created_at > ?2 AND p.created_at <= ?3
                   AND p.state <> 'NOTED'";
    let mut statement = connection.prepare_cached(sql)?;
    let span = (of, Millis(since), Millis(super::ahead::soon(now)));
    Ok(statement.query_row(span, |row| row.get(0))?)
}

/// Removes what came with the messages about a customer's tasks.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute(
        "DELETE FROM photos WHERE comment_id IN (
             SELECT c.id FROM comments AS c JOIN tasks AS t ON t.id = c.task_id
             WHERE t.customer_id = ?1)",
        [customer],
    )?;
    Ok(())
}
