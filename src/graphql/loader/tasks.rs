//! The data of the tasks of a list.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use jiff::Timestamp;

use super::customers::Customers;
use super::{Once, group, load, spend, whole_tasks};
use crate::app;
use crate::app::details::Linked;
use crate::domain::{
    Actor, Approval, CatalogueItem, Comment, Details, Error, ItemId, Line, Link, NoticeRecord,
    Payment, Result, TaskEvent, TaskId, TimeZone,
};
use crate::graphql::RequestContext;
use crate::graphql::view::{CatalogueItemView, CustomerFields, CustomerView, TaskView, Written};
use crate::store::Connection;
use crate::store::customers::CustomerParts;
use crate::store::tasks::Listed;

/// The tasks of one list.
pub struct Tasks {
    /// Time zone of the shop, for its days.
    pub zone: TimeZone,
    ids: Vec<TaskId>,
    customers: Arc<Customers>,
    history: OfTasks<TaskEvent>,
    comments: OfTasks<Comment>,
    approvals: OfTasks<Approval>,
    notices: OfTasks<NoticeRecord>,
    lines: OfTasks<Line>,
    payments: OfTasks<Payment>,
    /// Items of the catalogue that the lines are copied from.
    items: Once<HashMap<ItemId, CatalogueItemView>>,
    details: Once<HashMap<TaskId, Details>>,
    /// Generations of the status links.
    links: Once<HashMap<TaskId, i64>>,
    /// Times of the last changes.
    times: Once<HashMap<TaskId, Timestamp>>,
    of_device: Once<Others>,
    warranty_of: Once<Others>,
    under_warranty: Once<Others>,
}

/// Data of each task of a list, once one of them was asked for it.
type OfTasks<T> = Once<HashMap<TaskId, Vec<T>>>;
/// Loads data of several tasks.
type ReadForTasks<T> = fn(&Connection, &Actor, &[TaskId]) -> Result<Vec<T>>;

/// Related tasks of a list, by one kind of relation.
struct Others {
    numbers: HashMap<TaskId, Vec<TaskId>>,
    /// One list, so that batching continues below.
    tasks: HashMap<TaskId, TaskView>,
}

impl Tasks {
    pub(super) fn of(rows: &[Listed], zone: &TimeZone) -> Self {
        let customers = rows.iter().filter_map(Listed::customer_id).collect();
        Self {
            zone: zone.clone(),
            ids: rows.iter().map(|row| row.id).collect(),
            customers: Arc::new(Customers::of(customers)),
            history: Once::new(),
            comments: Once::new(),
            approvals: Once::new(),
            notices: Once::new(),
            lines: Once::new(),
            payments: Once::new(),
            items: Once::new(),
            details: Once::new(),
            links: Once::new(),
            times: Once::new(),
            of_device: Once::new(),
            warranty_of: Once::new(),
            under_warranty: Once::new(),
        }
    }

    /// Returns the customer of a task of this list.
    pub fn customer(&self, row: Arc<CustomerParts>) -> CustomerView {
        let list = self.customers.clone();
        Written(CustomerFields { row, list })
    }

    /// Returns the details of a task of this list.
    pub async fn details(&self, ctx: &Context<'_>, id: TaskId) -> Result<Details> {
        let details = self.details.get(|| self.fetch_details(ctx));
        Ok(details.await?.get(&id).cloned().unwrap_or_default())
    }

    async fn fetch_details(&self, ctx: &Context<'_>) -> Result<HashMap<TaskId, Details>> {
        let (actor, ids) = (ctx.actor()?, self.ids.clone());
        let work = move |c: &_| app::details::of_tasks(c, &actor, &ids);
        load(ctx, work, HashMap::len).await
    }

    /// Returns the generation of the status link of a task of this list.
    pub async fn link(&self, ctx: &Context<'_>, id: TaskId) -> Result<Option<i64>> {
        let links = self.links.get(|| self.fetch_links(ctx));
        Ok(links.await?.get(&id).copied())
    }

    async fn fetch_links(&self, ctx: &Context<'_>) -> Result<HashMap<TaskId, i64>> {
        let (actor, ids) = (ctx.actor()?, self.ids.clone());
        let work = move |c: &_| app::status_links::of_tasks(c, &actor, &ids);
        load(ctx, work, HashMap::len).await
    }

    /// Returns when a task of this list changed last.
    pub async fn updated(&self, ctx: &Context<'_>, id: TaskId) -> Result<Timestamp> {
        let times = self.times.get(|| self.fetch_times(ctx)).await?;
        times.get(&id).copied().ok_or(Error::NotFound)
    }

    async fn fetch_times(&self, ctx: &Context<'_>) -> Result<HashMap<TaskId, Timestamp>> {
        let (actor, ids) = (ctx.actor()?, self.ids.clone());
        let work = move |c: &_| app::changes::times_of_tasks(c, &actor, &ids);
        load(ctx, work, |_| 0).await
    }

    /// Returns the related tasks of a task of this list.
    pub async fn linked(&self, ctx: &Context<'_>, link: Link, id: TaskId) -> Result<Vec<TaskView>> {
        let others = match link {
            Link::Device => &self.of_device,
            Link::WarrantyOf => &self.warranty_of,
            Link::UnderWarranty => &self.under_warranty,
        };
        let others = others.get(|| self.fetch_others(ctx, link));
        let Others { numbers, tasks } = others.await?;
        let numbers = numbers.get(&id).map_or(&[][..], Vec::as_slice);
        spend(ctx, numbers.len()).await?;
        let found = numbers.iter().filter_map(|number| tasks.get(number));
        Ok(found.cloned().collect())
    }

    async fn fetch_others(&self, ctx: &Context<'_>, link: Link) -> Result<Others> {
        let (actor, ids) = (ctx.actor()?, self.ids.clone());
        let work = move |c: &_| app::details::linked(c, &actor, link, &ids);
        let found = load(ctx, work, |linked: &Linked| linked.rows.len());
        let Linked { numbers, rows } = found.await?;
        let tasks = whole_tasks(rows, &self.zone);
        let tasks = tasks.map(|view| (view.row.id, view)).collect();
        Ok(Others { numbers, tasks })
    }

    /// Returns the history of a task of this list.
    pub async fn history(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<TaskEvent>> {
        let task = |event: &TaskEvent| Some(event.task);
        self.of_one(ctx, &self.history, app::tasks::history, task, id)
            .await
    }

    /// Returns the comments on a task of this list.
    pub async fn comments(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Comment>> {
        let task = |comment: &Comment| Some(comment.task);
        self.of_one(ctx, &self.comments, app::comments::of_tasks, task, id)
            .await
    }

    /// Returns the quotes of a task of this list.
    pub async fn approvals(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Approval>> {
        let task = |approval: &Approval| Some(approval.task);
        self.of_one(ctx, &self.approvals, app::approvals::of_tasks, task, id)
            .await
    }

    /// Returns the messages to the customer of a task of this list.
    pub async fn notices(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<NoticeRecord>> {
        let task = |notice: &NoticeRecord| Some(notice.told.task());
        self.of_one(ctx, &self.notices, app::notices::of_tasks, task, id)
            .await
    }

    /// Returns the lines of a task of this list.
    pub async fn lines(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Line>> {
        let task = |line: &Line| Some(line.task);
        self.of_one(ctx, &self.lines, app::lines::of_tasks, task, id)
            .await
    }

    /// Returns the rows of the ledger about a task of this list.
    pub async fn payments(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Payment>> {
        let task = |payment: &Payment| payment.entry.task;
        self.of_one(ctx, &self.payments, app::payments::of_tasks, task, id)
            .await
    }

    /// Returns an item of the catalogue that a line of this list is copied from.
    pub async fn item(&self, ctx: &Context<'_>, id: ItemId) -> Result<Option<CatalogueItemView>> {
        let items = self.items.get(|| self.fetch_items(ctx));
        Ok(items.await?.get(&id).cloned())
    }

    async fn fetch_items(&self, ctx: &Context<'_>) -> Result<HashMap<ItemId, CatalogueItemView>> {
        let (actor, ids) = (ctx.actor()?, self.ids.clone());
        let work = move |c: &_| app::catalogue::of_tasks(c, &actor, &ids);
        let items = load(ctx, work, Vec::len).await?;
        let view = |item: CatalogueItem| (item.id, CatalogueItemView(item));
        Ok(items.into_iter().map(view).collect())
    }

    /// Returns data of a task, which are loaded for the whole list.
    async fn of_one<T: Clone + Send + 'static>(
        &self,
        ctx: &Context<'_>,
        loaded: &OfTasks<T>,
        read: ReadForTasks<T>,
        task: fn(&T) -> Option<TaskId>,
        id: TaskId,
    ) -> Result<Vec<T>> {
        let fetch = async || {
            let (actor, ids) = (ctx.actor()?, self.ids.clone());
            let found = load(ctx, move |c: &_| read(c, &actor, &ids), Vec::len).await?;
            Ok(group(
                found.into_iter().filter_map(|one| Some((task(&one)?, one))),
            ))
        };
        let all = loaded.get(fetch).await?;
        Ok(all.get(&id).cloned().unwrap_or_default())
    }
}
