//! What is taken out of the shop as a whole, page by page. The owner's, since it is every
//! customer's phone at once.

use super::details;
use crate::domain::{Customer, CustomerId, Days, Details, Owner, Result, TaskFilter, TaskOrder};
use crate::store::customers::Search;
use crate::store::tasks::{After, TaskRow};
use crate::store::{self, Connection};

/// Rows of a page: a file of any length is written with no more of them in memory.
pub const PAGE: usize = 500;

/// The tasks of those days behind `after`, oldest first, with what is known of them.
pub fn tasks(
    connection: &Connection,
    _: &Owner,
    created: Days,
    after: Option<After>,
) -> Result<Vec<(TaskRow, Details)>> {
    let filter = TaskFilter {
        created,
        ..TaskFilter::default()
    };
    let rows = store::tasks::page(connection, &filter, TaskOrder::Oldest, after, PAGE)?;
    details::with(connection, rows)
}

/// The cards behind `after`, oldest first.
pub fn customers(
    connection: &Connection,
    _: &Owner,
    after: Option<CustomerId>,
) -> Result<Vec<Customer>> {
    store::customers::page(connection, &Search::default(), after, PAGE)
}
