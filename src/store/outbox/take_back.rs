//! What leaves the queue unsent.

use super::NO_NOTICE;
use crate::domain::{ApprovalId, CustomerId, NoticeId, Result, TaskId, TelegramId};
use crate::store::Transaction;

pub fn delete(tx: &Transaction, id: NoticeId) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
    Ok(())
}

/// Takes the reminders of a task back, which has nothing to remind of any more. One that is being
/// sent can't be.
pub fn delete_reminders(tx: &Transaction, task: TaskId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM outbox
         WHERE task_id = ?1 AND kind = 'REMINDER' AND state IN ('WAITING', 'DEAD')",
    )?
    .execute([task])?;
    Ok(())
}

/// Takes back what waits for a customer, who is no longer at that chat.
pub fn delete_waiting_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE customer_id = ?1 AND state = 'WAITING'",
        [customer],
    )?;
    Ok(())
}

/// Takes back a question that waits to be asked.
pub fn delete_waiting_of_approval(tx: &Transaction, approval: ApprovalId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE approval_id = ?1 AND state = 'WAITING'",
        [approval],
    )?;
    Ok(())
}

/// Takes back what waits for a chat and is no notice.
pub fn delete_waiting_replies(tx: &Transaction, chat: TelegramId) -> Result<()> {
    let sql = format!(
        "DELETE FROM outbox WHERE chat_id = ?1 AND state IN ('WAITING', 'SENDING')
             AND state = 'WAITING' AND kind IN {NO_NOTICE}"
    );
    tx.execute(&sql, [chat])?;
    Ok(())
}

/// Removes every trace of a chat from the queue.
pub fn delete_of_chat(tx: &Transaction, chat: TelegramId) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE chat_id = ?1", [chat])?;
    Ok(())
}
