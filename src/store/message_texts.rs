//! The `message_texts` table: the texts of messages to customers that an owner has changed.

use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    MessageOccasion, MessagePurpose, MessageTemplate, MessageTextKey, Result, StageId,
    StoredMessageText,
};
use crate::store::engine::columns::Columns;

pub(super) const COLUMNS: &str = "id, purpose, stage_id, language, form, text";
/// The rows of a key.
const OF_KEY: &str =
    "purpose = :purpose AND stage_id IS :stage AND language = :language AND form = :form";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<StoredMessageText>> {
    let row = &mut Columns::of("message_texts", row);
    let _: i64 = row.take("id")?;
    let purpose: MessagePurpose = row.take("purpose")?;
    let stage: Option<StageId> = row.take("stage_id")?;
    let (language, form) = (row.take("language")?, row.take("form")?);
    let template = MessageTemplate::from_row(row.take("text")?);
    // The table refuses a stage of another purpose.
    let occasion = MessageOccasion::new(purpose, stage);
    Ok(occasion.map(|occasion| StoredMessageText {
        key: MessageTextKey {
            occasion,
            language,
            form,
        },
        template,
    }))
}

/// Returns all texts that were changed. They are few.
pub fn all(connection: &Connection) -> Result<Vec<StoredMessageText>> {
    let sql = format!("SELECT {COLUMNS} FROM message_texts ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// Returns a text, if it was changed.
pub fn get(connection: &Connection, key: MessageTextKey) -> Result<Option<MessageTemplate>> {
    let sql = format!("SELECT {COLUMNS} FROM message_texts WHERE {OF_KEY}");
    let mut statement = connection.prepare_cached(&sql)?;
    let values = named_params! {
        ":purpose": key.occasion.purpose(), ":stage": key.occasion.stage(),
        ":language": key.language, ":form": key.form,
    };
    let found = statement.query_row(values, from_row).optional()?;
    Ok(found.flatten().map(|found| found.template))
}

/// Stores a text in the place of an earlier one.
pub fn set(tx: &Transaction, key: MessageTextKey, template: &MessageTemplate) -> Result<()> {
    delete(tx, key)?;
    tx.execute(
        "INSERT INTO message_texts (purpose, stage_id, language, form, text)
         VALUES (:purpose, :stage, :language, :form, :text)",
        named_params! {
            ":purpose": key.occasion.purpose(), ":stage": key.occasion.stage(),
            ":language": key.language, ":form": key.form, ":text": template.as_str(),
        },
    )?;
    Ok(())
}

/// Removes a text, so that the program's own counts.
pub fn delete(tx: &Transaction, key: MessageTextKey) -> Result<()> {
    tx.execute(
        &format!("DELETE FROM message_texts WHERE {OF_KEY}"),
        named_params! {
            ":purpose": key.occasion.purpose(), ":stage": key.occasion.stage(),
            ":language": key.language, ":form": key.form,
        },
    )?;
    Ok(())
}
