//! Opaque cursors of paginated lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::changes::Place;
use crate::domain::{
    AuditEventId, CommentId, CustomerId, DeliveryId, EventId, Invalid, InviteId, ItemId, Problem,
    Result, TaskId, TaskOrder,
};
use crate::store::tasks::After;

pub fn task_cursor(after: After, order: TaskOrder) -> String {
    encode(&format!("{}:{}:{}", word(order), after.key, after.id))
}

pub fn read_task_cursor(field: &'static str, text: &str, order: TaskOrder) -> Result<After> {
    let malformed = || Problem::CursorMalformed.at(field);
    let plain = decode(text).ok_or_else(malformed)?;
    let mut parts = plain.split(':');
    let (of, key, id) = (parts.next(), parts.next(), parts.next());
    if of.is_some_and(|of| of != word(order) && ORDERS.contains(&of)) {
        return Err(Problem::CursorOfAnotherOrder.at(field).into());
    }
    let key = key.and_then(|key| key.parse().ok()).ok_or_else(malformed)?;
    let id = id
        .and_then(|id| TaskId::parse(field, id).ok())
        .ok_or_else(malformed)?;
    match of == Some(word(order)) && parts.next().is_none() {
        true => Ok(After { key, id }),
        false => Err(malformed().into()),
    }
}

pub fn customer_cursor(id: CustomerId) -> String {
    encode(&format!("customer:{id}"))
}

pub fn read_customer_cursor(field: &'static str, text: &str) -> Result<CustomerId> {
    read_id(field, text, "customer:", CustomerId::parse)
}

pub fn comment_cursor(id: CommentId) -> String {
    encode(&format!("comment:{id}"))
}

pub fn read_comment_cursor(field: &'static str, text: &str) -> Result<CommentId> {
    read_id(field, text, "comment:", CommentId::parse)
}

pub fn event_cursor(id: EventId) -> String {
    encode(&format!("event:{id}"))
}

pub fn read_event_cursor(field: &'static str, text: &str) -> Result<EventId> {
    read_id(field, text, "event:", EventId::parse)
}

/// Cursor of a customer's task.
pub fn own_task_cursor(id: TaskId) -> String {
    encode(&format!("task:{id}"))
}

pub fn read_own_task_cursor(field: &'static str, text: &str) -> Result<TaskId> {
    read_id(field, text, "task:", TaskId::parse)
}

/// Returns the cursor of a customer in the order of changes.
pub fn changed_customer_cursor(seq: i64) -> String {
    encode(&format!("changed-customer:{seq}"))
}

pub fn read_changed_customer_cursor(field: &'static str, text: &str) -> Result<i64> {
    let plain = decode(text);
    let seq = plain
        .as_deref()
        .and_then(|plain| plain.strip_prefix("changed-customer:"));
    let seq = seq.and_then(|seq| seq.parse().ok());
    seq.ok_or_else(|| Problem::CursorMalformed.at(field).into())
}

/// Returns the cursor of a change: the place, and by what its file is recognised.
pub fn change_cursor(place: &Place) -> String {
    encode(&format!(
        "change:{}:{}",
        URL_SAFE_NO_PAD.encode(&place.mark),
        place.seq
    ))
}

pub fn read_change_cursor(field: &'static str, text: &str) -> Result<Place> {
    let plain = decode(text);
    let read = |plain: &str| {
        let (mark, seq) = plain.strip_prefix("change:")?.split_once(':')?;
        let mark = URL_SAFE_NO_PAD.decode(mark).ok()?;
        let seq = seq.parse().ok()?;
        Some(Place { mark, seq })
    };
    let place = plain.as_deref().and_then(read);
    place.ok_or_else(|| Problem::CursorMalformed.at(field).into())
}

pub fn invite_cursor(id: InviteId) -> String {
    encode(&format!("invite:{id}"))
}

pub fn read_invite_cursor(field: &'static str, text: &str) -> Result<InviteId> {
    read_id(field, text, "invite:", InviteId::parse)
}

pub fn audit_cursor(id: AuditEventId) -> String {
    encode(&format!("audit:{id}"))
}

pub fn read_audit_cursor(field: &'static str, text: &str) -> Result<AuditEventId> {
    read_id(field, text, "audit:", AuditEventId::parse)
}

pub fn delivery_cursor(id: DeliveryId) -> String {
    encode(&format!("delivery:{id}"))
}

pub fn read_delivery_cursor(field: &'static str, text: &str) -> Result<DeliveryId> {
    read_id(field, text, "delivery:", DeliveryId::parse)
}

pub fn item_cursor(id: ItemId) -> String {
    encode(&format!("item:{id}"))
}

pub fn read_item_cursor(field: &'static str, text: &str) -> Result<ItemId> {
    read_id(field, text, "item:", ItemId::parse)
}

pub fn debt_cursor(at: Timestamp, task: TaskId) -> String {
    encode(&format!("debt:{}:{task}", at.as_millisecond()))
}

pub fn read_debt_cursor(field: &'static str, text: &str) -> Result<(Timestamp, TaskId)> {
    let plain = decode(text);
    let place = plain
        .as_deref()
        .and_then(|plain| plain.strip_prefix("debt:")?.split_once(':'));
    let read = |(at, task): (&str, &str)| {
        let at = Timestamp::from_millisecond(at.parse().ok()?).ok()?;
        Some((at, TaskId::parse(field, task).ok()?))
    };
    place
        .and_then(read)
        .ok_or_else(|| Problem::CursorMalformed.at(field).into())
}

/// Reads a cursor that is an id behind a prefix.
fn read_id<Id>(
    field: &'static str,
    text: &str,
    prefix: &str,
    parse: fn(&'static str, &str) -> Result<Id, Invalid>,
) -> Result<Id> {
    let plain = decode(text);
    let id = plain
        .as_deref()
        .and_then(|plain| plain.strip_prefix(prefix));
    id.and_then(|id| parse(field, id).ok())
        .ok_or_else(|| Problem::CursorMalformed.at(field).into())
}

const ORDERS: &[&str] = &[
    "newest", "oldest", "updated", "changed", "ready", "due", "total", "to-pay",
];

fn word(order: TaskOrder) -> &'static str {
    match order {
        TaskOrder::Newest => "newest",
        TaskOrder::Oldest => "oldest",
        TaskOrder::RecentlyUpdated => "updated",
        TaskOrder::LeastRecentlyUpdated => "changed",
        TaskOrder::LongestReady => "ready",
        TaskOrder::EarliestDue => "due",
        TaskOrder::LargestTotal => "total",
        TaskOrder::LargestToPay => "to-pay",
    }
}

fn encode(plain: &str) -> String {
    URL_SAFE_NO_PAD.encode(plain)
}

fn decode(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
