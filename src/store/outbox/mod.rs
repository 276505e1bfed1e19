//! The `outbox` table: messages to people, and the outcome of sending them.

mod arrivals;
mod fill;
mod person;
mod plan;
mod record;
mod send;
mod take_back;

use rusqlite::Row;

use crate::domain::{Channel, Chat, Messenger, Notice, Told};
use crate::store::engine::types::Millis;

pub use arrivals::{Arriving, arriving, on_the_way, set_arrived, set_cost, set_lost, sms_since};
pub use fill::{
    move_to_stage, push_notice, push_reply, push_reply_once, push_staff_news, replace, revive,
    waiting_of_task,
};
pub use person::{regroup_chat, regroup_customer};
pub use plan::{Planned, planned, set_channel, set_waiting, waited_for};
pub(super) use record::DEAD_NOTICE;
pub use record::{
    all_undelivered, count_settled, get_undelivered, notice_of_task, of_tasks, undelivered_by_ids,
};
pub use send::{
    Delivered, is_for, next_try, ready, recover, set_dead, set_dead_of_blocked_chat,
    set_dead_replies, set_delivered, set_retry, set_sending, waiting,
};
pub use take_back::{
    delete, delete_of_chat, delete_of_customer, delete_reminders, delete_unsent_of_task,
    delete_unsent_replies, delete_waiting_of_approval, delete_waiting_of_customer,
    delete_waiting_replies,
};

/// Kinds of rows that are no news of a task for a customer; they are deleted once sent.
const NO_NOTICE: &str = "('REPLY', 'STAFF_NEWS')";

/// Returns what a notice, or a reply that staff see with a task, is about.
fn read_told(row: &Row<'_>) -> rusqlite::Result<Told> {
    match row.get("answer_of")? {
        Some(task) => Ok(Told::Reply { task }),
        None => notice(row).map(Told::Notice),
    }
}

/// The columns from which a row is read, before and after it is settled.
pub(super) const COLUMNS: &str = "id, person, channel, chat_id, refused_by, kind, task_id, answer_of, from_status, to_status, from_stage, \
    to_stage, comment_id, approval_id, reply, customer_id, state, reason, detail, attempts, created_at, due_at, try_at, \
    settled_at, cost, arrival, passed_on_at";

/// Reads a row in every way in which it is used.
pub(super) fn read_through(row: &Row<'_>) -> rusqlite::Result<()> {
    send::outgoing(row)?;
    record::fate(row)?;
    row.get::<_, Option<Millis>>("settled_at")?;
    row.get::<_, Millis>("try_at").map(drop)
}

fn notice(row: &Row<'_>) -> rusqlite::Result<Notice> {
    let task = row.get("task_id")?;
    if let Some(comment) = row.get("comment_id")? {
        return Ok(Notice::Comment { task, comment });
    }
    if let Some(approval) = row.get("approval_id")? {
        return Ok(Notice::Approval { task, approval });
    }
    Ok(match row.get::<_, String>("kind")?.as_str() {
        "REMINDER" => Notice::Reminder { task },
        _ => Notice::StatusChanged {
            task,
            from: row.get("from_status")?,
            to: row.get("to_status")?,
            from_stage: row.get("from_stage")?,
            to_stage: row.get("to_stage")?,
        },
    })
}

/// Returns the chat of a row, if it has one.
fn chat(row: &Row<'_>) -> rusqlite::Result<Option<Chat>> {
    let messenger = match row.get("channel")? {
        Channel::Telegram => Messenger::Telegram,
        Channel::Max => Messenger::Max,
        Channel::Sms | Channel::Email | Channel::Page | Channel::Phone => return Ok(None),
    };
    let id: Option<i64> = row.get("chat_id")?;
    Ok(id.map(|id| Chat::new(messenger, id)))
}
