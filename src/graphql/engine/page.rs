//! Pagination by Relay's cursor connections (<https://relay.dev/graphql/connections.htm>).

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, SelectionField, SimpleObject};

use crate::domain::{Problem, Result};

/// Page size where none is given.
pub const DEFAULT: usize = 20;
/// Maximum page size.
pub const LONGEST_PAGE: usize = 100;

/// Total number of matching entries.
#[derive(SimpleObject)]
pub struct Total {
    /// Total number of matching entries on all pages.
    pub total_count: i64,
}

/// One page of `N`.
pub type Page<N> = Connection<String, N, Total>;

/// Validates a page size, 1 to 100; 20 by default.
pub fn size(first: Option<i32>) -> Result<usize> {
    let size = usize::try_from(first.unwrap_or(DEFAULT as i32)).unwrap_or_default();
    match (1..=LONGEST_PAGE).contains(&size) {
        true => Ok(size),
        false => Err(Problem::PageSize { max: LONGEST_PAGE }.at("first").into()),
    }
}

/// Returns whether the total is selected: counting can take longer than the page.
pub fn is_counted(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("totalCount").exists()
}

/// Returns the places in the document where the entries of a page stand.
pub fn entries<'a>(ctx: &'a Context<'a>) -> Vec<SelectionField<'a>> {
    let asked = ctx.look_ahead();
    let nodes = asked.field("nodes").selection_fields();
    let edges = asked.field("edges").field("node").selection_fields();
    nodes.into_iter().chain(edges).collect()
}

/// Makes a page of what was fetched, which is one more than asked for where there is a next page.
/// The total is `None` where nobody asks for it.
///
/// # Errors
/// The result of `cursor`.
pub fn page<R, N: async_graphql::OutputType>(
    mut rows: Vec<R>,
    size: usize,
    has_previous: bool,
    total: Option<i64>,
    cursor: impl Fn(&R) -> Result<String>,
    views: impl Fn(Vec<R>) -> Vec<N>,
) -> Result<Page<N>> {
    let has_next = rows.len() > size;
    rows.truncate(size);
    let total = Total {
        total_count: total.unwrap_or_default(),
    };
    let mut page = Connection::with_additional_fields(has_previous, has_next, total);
    let cursors: Vec<String> = rows.iter().map(cursor).collect::<Result<_>>()?;
    let edges = cursors.into_iter().zip(views(rows));
    page.edges
        .extend(edges.map(|(cursor, node)| Edge::new(cursor, node)));
    Ok(page)
}
