//! The `photos` table: attachments of comments, pictures and other files.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    Attachment, AttachmentId, AttachmentKind, CommentId, Contents, CustomerId, Enclosure, Image,
    Keeping, Messenger, NewFile, Result, Wanted,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str =
    "id, comment_id, kind, state, file_name, mime, size, duration, about, width, height";

/// A stored file.
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

/// Stores an attachment of a message of a messenger, and queues the download of its file where it is wanted.
pub fn insert(
    tx: &Transaction,
    messenger: Messenger,
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
        "INSERT INTO photos (messenger, comment_id, kind, state, remote_file, remote_unique, created_at,
             try_at, file_name, size, duration, about)
         VALUES (:messenger, :comment, :kind, :state, :file, :unique, :now, :now, :name, :size, :duration,
             :about)",
    )?
    .execute(named_params! {
        ":messenger": messenger, ":comment": comment, ":kind": enclosure.kind, ":state": state,
        ":file": file.map_or("", |file| &file.id), ":unique": file.map_or("", |file| &file.unique),
        ":now": Millis(now), ":name": enclosure.file_name, ":size": enclosure.size,
        ":duration": enclosure.duration, ":about": enclosure.about,
    })?;
    Ok(AttachmentId::from_row(tx.last_insert_rowid()))
}

/// Stores a file that an employee has sent.
pub fn insert_here(
    tx: &Transaction,
    comment: CommentId,
    file: &NewFile,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO photos (comment_id, kind, state, remote_file, created_at, try_at, file_name, size,
             mime, width, height, image)
         VALUES (:comment, :kind, 'HERE', '', :now, :now, :name, :size, :mime, :width, :height, :image)",
    )?
    .execute(named_params! {
        ":comment": comment, ":kind": file.kind(), ":now": Millis(now), ":name": file.name,
        ":size": file.contents.bytes().len(), ":mime": file.contents.media_type(),
        ":width": file.contents.picture().map(|image| image.size().0),
        ":height": file.contents.picture().map(|image| image.size().1),
        ":image": file.contents.bytes(),
    })?;
    Ok(())
}

/// Returns the next file to download from a messenger, and the instant from which it may be.
pub fn next(connection: &Connection, messenger: Messenger) -> Result<Option<(Wanted, Timestamp)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, comment_id, kind, remote_file, attempts, created_at, try_at FROM photos
         WHERE state = 'WAITING' AND messenger = ?1 ORDER BY try_at, id LIMIT 1",
    )?;
    let next = statement.query_row([messenger], |row| {
        let wanted = Wanted {
            id: row.get("id")?,
            comment: row.get("comment_id")?,
            kind: row.get("kind")?,
            file: row.get("remote_file")?,
            attempts: row.get("attempts")?,
            created: row.get::<_, Millis>("created_at")?.0,
        };
        Ok((wanted, row.get::<_, Millis>("try_at")?.0))
    });
    Ok(next.optional()?)
}

/// Stores a downloaded file with its detected kind.
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

/// Schedules the next attempt.
pub fn set_retry(tx: &Transaction, id: AttachmentId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE photos SET attempts = attempts + 1, try_at = ?2 WHERE id = ?1";
    tx.execute(sql, (id, Millis(at)))?;
    Ok(())
}

/// Gives the download up.
pub fn set_lost(tx: &Transaction, id: AttachmentId) -> Result<()> {
    tx.execute("UPDATE photos SET state = 'LOST' WHERE id = ?1", [id])?;
    Ok(())
}

/// Updates the note shown with an attachment.
pub fn set_about(tx: &Transaction, id: AttachmentId, about: &str) -> Result<()> {
    tx.execute("UPDATE photos SET about = ?2 WHERE id = ?1", (id, about))?;
    Ok(())
}

/// Returns a stored file.
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

/// Returns the attachments of several messages in order of arrival. `comments` is encoded by
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

/// Returns whether a message has an attachment with that very file.
pub fn has_file(connection: &Connection, comment: CommentId, unique: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM photos WHERE comment_id = ?1 AND remote_unique = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((comment, unique), |row| row.get(0))?)
}

/// Counts a customer's downloads queued since an instant. Rows dated later than now, by a clock that ran ahead, are
/// not counted: they would block the customer until that day.
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

/// Deletes the attachments of the messages about a customer's tasks.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let of_customer = super::history::comments_of_customer();
    let sql = format!("DELETE FROM photos WHERE comment_id IN ({of_customer})");
    tx.execute(&sql, [customer])?;
    Ok(())
}
