//! Batch loading: every row of a list knows its list, and the first row that needs related data
//! loads it for all of them.

mod customers;
mod tasks;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use tokio::sync::OnceCell;

use super::RequestContext;
use super::engine::state::RequestState;
use super::view::{CustomerFields, CustomerView, TaskFields, TaskView, Written};
use crate::domain::{Customer, Result, TimeZone};
use crate::store::Connection;
use crate::store::tasks::{Listed, TaskRow};
pub use customers::Customers;
pub use tasks::Tasks;

/// Data loaded once for a whole list, or the reason why loading failed: it is not retried for each
/// row.
struct Once<T>(OnceCell<Result<T>>);

impl<T> Once<T> {
    fn new() -> Self {
        Self(OnceCell::new())
    }

    async fn get<F>(&self, fetch: impl FnOnce() -> F) -> Result<&T>
    where
        F: Future<Output = Result<T>>,
    {
        self.0
            .get_or_init(fetch)
            .await
            .as_ref()
            .map_err(Clone::clone)
    }
}

/// The views of a list of tasks of which everything was read.
pub fn whole_tasks(
    rows: Vec<TaskRow>,
    zone: &TimeZone,
) -> impl ExactSizeIterator<Item = TaskView> + Send + use<> {
    tasks(rows.into_iter().map(Listed::from).collect(), zone)
}

/// Returns the views of a list of tasks.
pub fn tasks(
    rows: Vec<Listed>,
    zone: &TimeZone,
) -> impl ExactSizeIterator<Item = TaskView> + Send + use<> {
    let list = Arc::new(Tasks::of(&rows, zone));
    rows.into_iter().map(move |row| {
        let list = list.clone();
        Written(TaskFields { row, list })
    })
}

/// Returns the view of one task.
pub fn task(row: impl Into<Listed>, zone: &TimeZone) -> TaskView {
    let row = row.into();
    let list = Arc::new(Tasks::of(std::slice::from_ref(&row), zone));
    Written(TaskFields { row, list })
}

/// Returns the views of a list of customers.
pub fn customers(all: Vec<Customer>) -> Vec<CustomerView> {
    let ids = all.iter().map(|customer| customer.id).collect();
    let list = Arc::new(Customers::of(ids));
    let view = |customer: Customer| {
        let (row, list) = (Arc::new(customer.into()), list.clone());
        Written(CustomerFields { row, list })
    };
    all.into_iter().map(view).collect()
}

/// Returns the view of one customer.
pub fn customer(customer: Customer) -> CustomerView {
    let list = Arc::new(Customers::of(vec![customer.id]));
    let row = Arc::new(customer.into());
    Written(CustomerFields { row, list })
}

/// Loads data of a whole list, and counts its entries. A request that is over the limit loads nothing
/// more.
async fn load<T: Send + 'static>(
    ctx: &Context<'_>,
    work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    count: impl Fn(&T) -> usize,
) -> Result<T> {
    spend(ctx, 0).await?;
    let found = ctx.desk()?.db.read(work).await?;
    spend(ctx, count(&found)).await?;
    Ok(found)
}

/// Counts nested list entries, which are limited.
async fn spend(ctx: &Context<'_>, entries: usize) -> Result<()> {
    RequestState::of(ctx)?.spend(entries).await
}

fn group<K: std::hash::Hash + Eq, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
