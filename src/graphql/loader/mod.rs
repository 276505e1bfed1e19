//! Batch loading: every row of a list knows its list, and the first row that needs related data
//! loads it for all of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::Context;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::RequestContext;
use super::engine::state::RequestState;
use super::view::{CatalogueItemView, CustomerFields, CustomerView, TaskFields, TaskView, Written};
use crate::app;
use crate::app::details::Linked;
use crate::domain::{
    Actor, Approval, CatalogueItem, Comment, Customer, CustomerId, Details, Error, ItemId, Line,
    Link, Money, NoticeRecord, Payment, Result, TaskEvent, TaskId, TimeZone,
};
use crate::store::Connection;
use crate::store::customers::CustomerParts;
use crate::store::tasks::{Listed, TaskRow};

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

impl Tasks {
    fn of(rows: &[Listed], zone: &TimeZone) -> Self {
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
        let fetch = || self.fetch(ctx, app::tasks::history, |event| Some(event.task));
        let history = self.history.get(fetch).await?;
        Ok(history.get(&id).cloned().unwrap_or_default())
    }

    /// Returns the comments on a task of this list.
    pub async fn comments(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Comment>> {
        let fetch = || self.fetch(ctx, app::comments::of_tasks, |comment| Some(comment.task));
        let comments = self.comments.get(fetch).await?;
        Ok(comments.get(&id).cloned().unwrap_or_default())
    }

    /// Returns the quotes of a task of this list.
    pub async fn approvals(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Approval>> {
        let fetch = || {
            self.fetch(ctx, app::approvals::of_tasks, |approval| {
                Some(approval.task)
            })
        };
        let approvals = self.approvals.get(fetch).await?;
        Ok(approvals.get(&id).cloned().unwrap_or_default())
    }

    /// Returns the messages to the customer of a task of this list.
    pub async fn notices(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<NoticeRecord>> {
        let fetch = || {
            self.fetch(ctx, app::notices::of_tasks, |notice| {
                Some(notice.told.task())
            })
        };
        let notices = self.notices.get(fetch).await?;
        Ok(notices.get(&id).cloned().unwrap_or_default())
    }

    /// Returns the lines of a task of this list.
    pub async fn lines(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Line>> {
        let fetch = || self.fetch(ctx, app::lines::of_tasks, |line| Some(line.task));
        let lines = self.lines.get(fetch).await?;
        Ok(lines.get(&id).cloned().unwrap_or_default())
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

    /// Returns the rows of the ledger about a task of this list.
    pub async fn payments(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<Payment>> {
        let fetch = || self.fetch(ctx, app::payments::of_tasks, |payment| payment.entry.task);
        let payments = self.payments.get(fetch).await?;
        Ok(payments.get(&id).cloned().unwrap_or_default())
    }

    async fn fetch<T: Send + 'static>(
        &self,
        ctx: &Context<'_>,
        read: ReadForTasks<T>,
        task: fn(&T) -> Option<TaskId>,
    ) -> Result<HashMap<TaskId, Vec<T>>> {
        let (actor, ids) = (ctx.actor()?, self.ids.clone());
        let found = load(ctx, move |c: &_| read(c, &actor, &ids), Vec::len).await?;
        Ok(group(
            found.into_iter().filter_map(|one| Some((task(&one)?, one))),
        ))
    }
}

impl Customers {
    fn of(ids: Vec<CustomerId>) -> Self {
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
