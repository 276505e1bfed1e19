//! Planning of waiting notices: by which channel each goes, and when.

use jiff::Timestamp;
use rusqlite::Row;

use super::notice;
use crate::domain::{Channel, CustomerId, Notice, NoticeId, Result};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Transaction};

/// A waiting notice, with the channel by which it is to go.
pub struct Planned {
    pub id: NoticeId,
    pub notice: Notice,
    pub channel: Channel,
    pub refused_by: Vec<Channel>,
}

/// Returns the waiting notices of a customer.
pub fn planned(connection: &Connection, customer: CustomerId) -> Result<Vec<Planned>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, channel, refused_by, kind, task_id, from_status, to_status, from_stage, to_stage,
             comment_id, approval_id
         FROM outbox WHERE customer_id = ?1 AND state = 'WAITING' AND task_id IS NOT NULL ORDER BY id",
    )?;
    let rows = statement.query_map([customer], |row| {
        Ok(Planned {
            id: row.get("id")?,
            notice: notice(row)?,
            channel: row.get("channel")?,
            refused_by: refused_by(row)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns customers for whom notices wait, in the order of their ids after `after`, at most `most`.
pub fn waited_for(
    connection: &Connection,
    after: Option<CustomerId>,
    most: usize,
) -> Result<Vec<CustomerId>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT customer_id FROM outbox
         WHERE state IN ('WAITING', 'SENDING') AND state = 'WAITING' AND task_id IS NOT NULL
           AND customer_id > coalesce(?1, 0)
         ORDER BY customer_id LIMIT ?2",
    )?;
    let rows = statement.query_map((after, most), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sends a waiting row by another channel, whose attempts begin now.
pub fn set_channel(
    tx: &Transaction,
    id: NoticeId,
    channel: Channel,
    refused_by: &[Channel],
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'WAITING', channel = ?2, refused_by = ?3, attempts = 0, try_at = ?4,
             passed_on_at = ?4, chat_id = iif(task_id IS NULL, chat_id, NULL)
         WHERE id = ?1",
    )?
    .execute((id, channel, words(refused_by), Millis(now)))?;
    Ok(())
}

fn words(channels: &[Channel]) -> String {
    let words: Vec<&str> = channels.iter().map(|channel| channel.word()).collect();
    words.join(" ")
}

/// Lets a row wait until an instant, which is no attempt.
pub fn set_waiting(tx: &Transaction, id: NoticeId, until: Timestamp) -> Result<()> {
    let sql = "UPDATE outbox SET try_at = max(try_at, ?2) WHERE id = ?1";
    tx.prepare_cached(sql)?.execute((id, Millis(until)))?;
    Ok(())
}

/// Reads the channels that refused a row.
pub(super) fn refused_by(row: &Row<'_>) -> rusqlite::Result<Vec<Channel>> {
    let words: String = row.get("refused_by")?;
    let words = words.split(' ').filter_map(Channel::from_word);
    Ok(words.collect())
}
