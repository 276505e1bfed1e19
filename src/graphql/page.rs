//! Pages of lists, by Relay's cursor connections
//! (<https://relay.dev/graphql/connections.htm>).

use async_graphql::SimpleObject;
use async_graphql::connection::{Connection, Edge};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{CustomerId, Problem, Result, TaskId, TaskOrder};
use crate::store::tasks::After;

const DEFAULT: usize = 20;
const MAX: usize = 100;

/// How many entries match in all.
#[derive(SimpleObject)]
pub struct Total {
    /// The number of all entries that match, on every page.
    pub total_count: i64,
}

/// One page of `N`.
pub type Page<N> = Connection<String, N, Total>;

/// The size of a page, 1 to 100; 20 when none was asked for.
pub fn size(first: Option<i32>) -> Result<usize> {
    let size = usize::try_from(first.unwrap_or(DEFAULT as i32)).unwrap_or_default();
    match (1..=MAX).contains(&size) {
        true => Ok(size),
        false => Err(Problem::PageSize { max: MAX }.at("first").into()),
    }
}

/// Makes a page of what was fetched, which is one more than asked for where there is a next page.
pub fn page<R, N: async_graphql::OutputType>(
    mut rows: Vec<R>,
    size: usize,
    has_previous: bool,
    total: i64,
    cursor: impl Fn(&R) -> String,
    views: impl Fn(Vec<R>) -> Vec<N>,
) -> Page<N> {
    let has_next = rows.len() > size;
    rows.truncate(size);
    let total = Total { total_count: total };
    let mut page = Connection::with_additional_fields(has_previous, has_next, total);
    let cursors: Vec<String> = rows.iter().map(cursor).collect();
    let edges = cursors.into_iter().zip(views(rows));
    page.edges
        .extend(edges.map(|(cursor, node)| Edge::new(cursor, node)));
    page
}

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

const ORDERS: [&str; 3] = ["newest", "oldest", "updated"];

fn word(order: TaskOrder) -> &'static str {
    match order {
        TaskOrder::Newest => "newest",
        TaskOrder::Oldest => "oldest",
        TaskOrder::RecentlyUpdated => "updated",
    }
}

fn encode(plain: &str) -> String {
    URL_SAFE_NO_PAD.encode(plain)
}

fn decode(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
