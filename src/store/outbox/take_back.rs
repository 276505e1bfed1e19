//! Cancelling of waiting messages.

use super::NO_NOTICE;
use crate::domain::{ApprovalId, Channel, Chat, CustomerId, NoticeId, Result, TaskId};
use crate::store::Transaction;

pub fn delete(tx: &Transaction, id: NoticeId) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
    Ok(())
}

/// Cancels the reminders of a task that no longer needs any. One that is being sent can't be
/// cancelled.
pub fn delete_reminders(tx: &Transaction, task: TaskId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM outbox
         WHERE task_id = ?1 AND kind = 'REMINDER' AND state IN ('WAITING', 'DEAD')",
    )?
    .execute([task])?;
    Ok(())
}

/// Cancels what a task's former customer would still be told about it, now or when somebody sends it again.
pub fn delete_unsent_of_task(tx: &Transaction, task: TaskId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE (task_id = ?1 OR answer_of = ?1) AND state IN ('WAITING', 'DEAD')",
        [task],
    )?;
    Ok(())
}

/// Cancels what waits for a customer whose chat it no longer is.
pub fn delete_waiting_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE customer_id = ?1 AND state = 'WAITING'",
        [customer],
    )?;
    Ok(())
}

/// Cancels a question that waits to be asked.
pub fn delete_waiting_of_approval(tx: &Transaction, approval: ApprovalId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE approval_id = ?1 AND state = 'WAITING'",
        [approval],
    )?;
    Ok(())
}

/// Cancels the waiting messages of a chat that are no notices.
pub fn delete_waiting_replies(tx: &Transaction, chat: Chat) -> Result<()> {
    let sql = format!(
        "DELETE FROM outbox WHERE chat_id = ?1 AND channel = ?2 AND state IN ('WAITING', 'SENDING')
             AND state = 'WAITING' AND kind IN {NO_NOTICE}"
    );
    tx.execute(&sql, of(chat))?;
    Ok(())
}

/// Deletes the bot's replies to a chat that were not delivered, now or for good.
pub fn delete_unsent_replies(tx: &Transaction, chat: Chat) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND channel = ?2 AND state IN ('WAITING', 'DEAD') AND kind = 'REPLY'",
        of(chat),
    )?;
    Ok(())
}

/// Deletes all notices of a customer, in whatever chat.
pub fn delete_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE customer_id = ?1", [customer])?;
    Ok(())
}

/// Deletes all messages of a chat.
pub fn delete_of_chat(tx: &Transaction, chat: Chat) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND channel = ?2",
        of(chat),
    )?;
    Ok(())
}

/// Returns a chat as the columns have it.
fn of(chat: Chat) -> (i64, Channel) {
    (chat.id, chat.messenger.channel())
}
