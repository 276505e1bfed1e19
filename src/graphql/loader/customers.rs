//! The data of the customers of a list.

use std::collections::{HashMap, HashSet};

use async_graphql::Context;
use jiff::Timestamp;

use super::{Once, group, load, spend, whole_tasks};
use crate::app;
use crate::domain::{CustomerId, Error, Money, Result};
use crate::graphql::RequestContext;
use crate::graphql::view::TaskView;

/// The customers of one list.
pub struct Customers {
    /// May contain duplicates.
    ids: Vec<CustomerId>,
    tasks: Once<HashMap<CustomerId, Vec<TaskView>>>,
    /// Of those who owe anything.
    debts: Once<HashMap<CustomerId, Money>>,
    /// Times of the last changes.
    times: Once<HashMap<CustomerId, Timestamp>>,
}

impl Customers {
    pub(super) fn of(ids: Vec<CustomerId>) -> Self {
        Self {
            ids,
            tasks: Once::new(),
            debts: Once::new(),
            times: Once::new(),
        }
    }

    /// Returns when a customer of this list changed last.
    pub async fn updated(&self, ctx: &Context<'_>, id: CustomerId) -> Result<Timestamp> {
        let times = self.times.get(|| self.fetch_times(ctx)).await?;
        times.get(&id).copied().ok_or(Error::NotFound)
    }

    async fn fetch_times(&self, ctx: &Context<'_>) -> Result<HashMap<CustomerId, Timestamp>> {
        let (actor, ids) = (ctx.actor()?, self.distinct());
        let work = move |c: &_| app::changes::times_of_customers(c, &actor, &ids);
        load(ctx, work, |_| 0).await
    }

    /// Returns what a customer of this list owes.
    pub async fn debt(&self, ctx: &Context<'_>, id: CustomerId) -> Result<Money> {
        let debts = self.debts.get(|| self.fetch_debts(ctx)).await?;
        Ok(debts.get(&id).copied().unwrap_or_default())
    }

    async fn fetch_debts(&self, ctx: &Context<'_>) -> Result<HashMap<CustomerId, Money>> {
        let (actor, ids) = (ctx.actor()?, self.distinct());
        let work = move |c: &_| app::handovers::debts_of_customers(c, &actor, &ids);
        load(ctx, work, |_| 0).await
    }

    fn distinct(&self) -> Vec<CustomerId> {
        let ids: HashSet<CustomerId> = self.ids.iter().copied().collect();
        ids.into_iter().collect()
    }

    /// Returns the tasks of a customer of this list.
    pub async fn tasks(&self, ctx: &Context<'_>, id: CustomerId) -> Result<Vec<TaskView>> {
        let tasks = self.tasks.get(|| self.fetch(ctx)).await?;
        let of_one = tasks.get(&id).cloned().unwrap_or_default();
        spend(ctx, of_one.len()).await?;
        Ok(of_one)
    }

    async fn fetch(&self, ctx: &Context<'_>) -> Result<HashMap<CustomerId, Vec<TaskView>>> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let ids = self.distinct();
        let work = move |c: &_| app::customers::tasks(c, &actor, &ids);
        let rows = load(ctx, work, Vec::len).await?;
        // One list for the tasks of all these customers, so that batching continues below.
        let views = whole_tasks(rows, &desk.shop().timezone);
        Ok(group(
            views.filter_map(|view| Some((view.row.customer_id()?, view))),
        ))
    }
}
