//! Where a page of a list begins, as text that callers pass back unchanged.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{CustomerId, InviteId, Problem, Result, TaskId, TaskOrder};
use crate::store::tasks::After;

pub fn task_cursor(after: After, order: TaskOrder) -> String {
    encode(&format!("{}:{}:{}", word(order), after.key, after.id))
}

pub fn read_task_cursor(text: &str, order: TaskOrder) -> Result<After> {
    let malformed = || Problem::CursorMalformed.at("after");
    let plain = decode(text).ok_or_else(malformed)?;
    let mut parts = plain.split(':');
    let (of, key, id) = (parts.next(), parts.next(), parts.next());
    if of.is_some_and(|of| of != word(order) && ORDERS.contains(&of)) {
        return Err(Problem::CursorOfAnotherOrder.at("after").into());
    }
    let key = key.and_then(|key| key.parse().ok()).ok_or_else(malformed)?;
    let id = id
        .and_then(|id| TaskId::parse("after", id).ok())
        .ok_or_else(malformed)?;
    match of == Some(word(order)) && parts.next().is_none() {
        true => Ok(After { key, id }),
        false => Err(malformed().into()),
    }
}

pub fn customer_cursor(id: CustomerId) -> String {
    encode(&format!("customer:{id}"))
}

pub fn read_customer_cursor(text: &str) -> Result<CustomerId> {
    let plain = decode(text);
    let id = plain
        .as_deref()
        .and_then(|plain| plain.strip_prefix("customer:"));
    id.and_then(|id| CustomerId::parse("after", id).ok())
        .ok_or_else(|| Problem::CursorMalformed.at("after").into())
}

pub fn invite_cursor(id: InviteId) -> String {
    encode(&format!("invite:{id}"))
}

pub fn read_invite_cursor(text: &str) -> Result<InviteId> {
    let plain = decode(text);
    let id = plain
        .as_deref()
        .and_then(|plain| plain.strip_prefix("invite:"));
    id.and_then(|id| InviteId::parse("after", id).ok())
        .ok_or_else(|| Problem::CursorMalformed.at("after").into())
}

const ORDERS: &[&str] = &["newest", "oldest", "updated", "ready"];

fn word(order: TaskOrder) -> &'static str {
    match order {
        TaskOrder::Newest => "newest",
        TaskOrder::Oldest => "oldest",
        TaskOrder::RecentlyUpdated => "updated",
        TaskOrder::LongestReady => "ready",
    }
}

fn encode(plain: &str) -> String {
    URL_SAFE_NO_PAD.encode(plain)
}

fn decode(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
