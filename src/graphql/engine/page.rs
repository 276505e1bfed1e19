//! Pagination by Relay's cursor connections (<https://relay.dev/graphql/connections.htm>).

use std::borrow::Cow;

use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, OutputType, SelectionField, TypeName};

use crate::domain::{Problem, Result, Span};

/// Page size where none is given.
pub const DEFAULT: usize = 20;
/// Maximum page size.
pub const LONGEST_PAGE: usize = 100;

/// Entries of a list of this type come in pages.
pub trait Paged: OutputType {
    /// The beginning of the names of the types of a page and of its edges.
    const NAME: &'static str;
}

/// One page of `N`.
pub struct Page<N> {
    edges: Vec<Edge<N>>,
    has_previous: bool,
    has_next: bool,
    total: i64,
}

/// An entry of a page.
pub struct Edge<N> {
    cursor: String,
    node: N,
}

impl<N: Paged> TypeName for Page<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::NAME).into()
    }
}

impl<N: Paged> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::NAME).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<N: Paged> Page<N> {
    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// The entries with their cursors.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The entries.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Total number of matching entries on all pages.
    async fn total_count(&self) -> i64 {
        self.total
    }
}

/// An entry of a page.
#[Object(name_type)]
impl<N: Paged> Edge<N> {
    /// The entry.
    async fn node(&self) -> &N {
        &self.node
    }

    /// The place of the entry in the list, for `after` and `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }
}

/// The part of a list that a client asks for.
pub struct Asked {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl Asked {
    /// Reads the part of the list, with one entry more than asked for: so it shows whether there is another page.
    /// `place` reads a cursor, given in the field of that name.
    ///
    /// # Errors
    /// A size that isn't from 1 to 100, both sizes, and those of `place`.
    pub fn read<P>(self, place: impl Fn(&'static str, &str) -> Result<P>) -> Result<Span<P>> {
        let from_end = self.last.is_some();
        let limit = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Problem::FirstAndLast.at("last").into()),
            (first, None) => size("first", first)?,
            (None, last) => size("last", last)?,
        };
        let read = |field, cursor: Option<String>| {
            let cursor = cursor.map(|cursor| place(field, &cursor));
            cursor.transpose()
        };
        Ok(Span {
            after: read("after", self.after)?,
            before: read("before", self.before)?,
            from_end,
            limit: limit + 1,
        })
    }
}

/// Validates a page size, 1 to 100; 20 by default.
fn size(field: &'static str, given: Option<i32>) -> Result<usize> {
    let size = usize::try_from(given.unwrap_or(DEFAULT as i32)).unwrap_or_default();
    match (1..=LONGEST_PAGE).contains(&size) {
        true => Ok(size),
        false => Err(Problem::PageSize { max: LONGEST_PAGE }.at(field).into()),
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

/// Makes a page of a list that is in memory, in the order of its places.
///
/// # Errors
/// Those of [`page`].
pub fn cut<R, N, P: Ord + Copy>(
    all: Vec<R>,
    span: &Span<P>,
    place: impl Fn(&R) -> P,
    cursor: impl Fn(P) -> String,
    view: impl Fn(R) -> N,
) -> Result<Page<N>> {
    let total = Some(all.len() as i64);
    let rows = span.of(all, &place);
    let cursor = |row: &R| Ok(cursor(place(row)));
    let views = |rows: Vec<R>| rows.into_iter().map(view).collect();
    page(rows, span, total, cursor, views)
}

/// Makes a page of the rows of a span, in the order in which they were read.
/// The total is `None` where nobody asks for it.
///
/// # Errors
/// The result of `cursor`.
pub fn page<R, N, P>(
    mut rows: Vec<R>,
    span: &Span<P>,
    total: Option<i64>,
    cursor: impl Fn(&R) -> Result<String>,
    views: impl FnOnce(Vec<R>) -> Vec<N>,
) -> Result<Page<N>> {
    let has_more = rows.len() >= span.limit;
    rows.truncate(span.limit - 1);
    if span.from_end {
        rows.reverse();
    }
    let cursors: Vec<String> = rows.iter().map(cursor).collect::<Result<_>>()?;
    let edges = cursors.into_iter().zip(views(rows));
    let edges = edges.map(|(cursor, node)| Edge { cursor, node });
    Ok(Page {
        edges: edges.collect(),
        has_previous: if span.from_end {
            has_more
        } else {
            span.after.is_some()
        },
        has_next: if span.from_end {
            span.before.is_some()
        } else {
            has_more
        },
        total: total.unwrap_or_default(),
    })
}
