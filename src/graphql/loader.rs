//! What is below a list is fetched for the whole list at once: every row of a list knows its
//! list, and the first row that is asked fetches for all of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::Context;
use tokio::sync::OnceCell;

use super::Asked;
use super::view::{CustomerView, TaskView};
use crate::app;
use crate::domain::{
    Customer, CustomerId, Employee, EmployeeId, Problem, Result, TaskEvent, TaskId,
};
use crate::store::tasks::TaskRow;

/// Entries below lists that one request may fetch. Lists at the top are free.
const BUDGET: usize = 250_000;

/// How one request is answered, and what it has fetched below its lists.
#[derive(Default)]
pub struct Fetched {
    /// Whether lists may be answered as JSON that nothing is added to any more.
    pub lists_as_json: bool,
    entries: AtomicUsize,
    /// A shop has few employees: all of them are one short statement.
    employees: OnceCell<HashMap<EmployeeId, Arc<Employee>>>,
}

impl Fetched {
    pub fn new(lists_as_json: bool) -> Self {
        Self {
            lists_as_json,
            ..Self::default()
        }
    }
}

/// The tasks of one list.
pub struct Tasks {
    ids: Vec<TaskId>,
    customers: Arc<Customers>,
    history: OnceCell<HashMap<TaskId, Vec<TaskEvent>>>,
}

/// The customers of one list.
pub struct Customers {
    ids: Vec<CustomerId>,
    tasks: OnceCell<HashMap<CustomerId, Vec<TaskView>>>,
}

/// The views of a list of tasks.
pub fn tasks(rows: Vec<TaskRow>) -> Vec<TaskView> {
    let list = Arc::new(Tasks::of(&rows));
    let view = |row| TaskView {
        row,
        list: list.clone(),
    };
    rows.into_iter().map(view).collect()
}

/// The view of one task.
pub fn task(row: TaskRow) -> TaskView {
    let list = Arc::new(Tasks::of(std::slice::from_ref(&row)));
    TaskView { row, list }
}

/// The views of a list of customers.
pub fn customers(all: Vec<Customer>) -> Vec<CustomerView> {
    let list = Arc::new(Customers::of(all.iter().map(|customer| customer.id)));
    let view = |customer| CustomerView {
        customer: Arc::new(customer),
        list: list.clone(),
    };
    all.into_iter().map(view).collect()
}

/// The view of one customer.
pub fn customer(customer: Customer) -> CustomerView {
    let list = Arc::new(Customers::of([customer.id]));
    let customer = Arc::new(customer);
    CustomerView { customer, list }
}

impl Tasks {
    fn of(rows: &[TaskRow]) -> Self {
        let customers = rows.iter().filter_map(|row| row.task.customer);
        Self {
            ids: rows.iter().map(|row| row.task.id).collect(),
            customers: Arc::new(Customers::of(customers)),
            history: OnceCell::new(),
        }
    }

    /// The customer of a task of this list.
    pub fn customer(&self, customer: Arc<Customer>) -> CustomerView {
        let list = self.customers.clone();
        CustomerView { customer, list }
    }

    /// What happened to a task of this list.
    pub async fn history(&self, ctx: &Context<'_>, id: TaskId) -> Result<Vec<TaskEvent>> {
        let history = self.history.get_or_try_init(|| self.fetch(ctx)).await?;
        Ok(history.get(&id).cloned().unwrap_or_default())
    }

    async fn fetch(&self, ctx: &Context<'_>) -> Result<HashMap<TaskId, Vec<TaskEvent>>> {
        let (actor, ids, db) = (ctx.actor()?, self.ids.clone(), &ctx.desk()?.db);
        let events = db
            .read(move |c| app::tasks::history(c, &actor, &ids))
            .await?;
        spend(ctx, events.len())?;
        Ok(group(events.into_iter().map(|event| (event.task, event))))
    }
}

impl Customers {
    fn of(ids: impl IntoIterator<Item = CustomerId>) -> Self {
        let distinct: HashSet<CustomerId> = ids.into_iter().collect();
        Self {
            ids: distinct.into_iter().collect(),
            tasks: OnceCell::new(),
        }
    }

    /// The tasks of a customer of this list.
    pub async fn tasks(&self, ctx: &Context<'_>, id: CustomerId) -> Result<Vec<TaskView>> {
        let tasks = self.tasks.get_or_try_init(|| self.fetch(ctx)).await?;
        let of_one = tasks.get(&id).cloned().unwrap_or_default();
        spend(ctx, of_one.len())?;
        Ok(of_one)
    }

    async fn fetch(&self, ctx: &Context<'_>) -> Result<HashMap<CustomerId, Vec<TaskView>>> {
        let (actor, ids, db) = (ctx.actor()?, self.ids.clone(), &ctx.desk()?.db);
        let rows = db
            .read(move |c| app::customers::tasks(c, &actor, &ids))
            .await?;
        spend(ctx, rows.len())?;
        // One list for the tasks of all these customers, so that it goes on like this below.
        let views = tasks(rows).into_iter();
        Ok(group(
            views.filter_map(|view| Some((view.row.task.customer?, view))),
        ))
    }
}

/// The employee with that number.
pub async fn employee(ctx: &Context<'_>, id: EmployeeId) -> Result<Option<Arc<Employee>>> {
    let fetched = ctx.data::<Fetched>().map_err(super::missing)?;
    let employees = fetched
        .employees
        .get_or_try_init(|| fetch_employees(ctx))
        .await?;
    Ok(employees.get(&id).cloned())
}

async fn fetch_employees(ctx: &Context<'_>) -> Result<HashMap<EmployeeId, Arc<Employee>>> {
    let (actor, db) = (ctx.actor()?, &ctx.desk()?.db);
    let all = db
        .read(move |c| app::accounts::employees(c, &actor))
        .await?;
    Ok(all
        .into_iter()
        .map(|employee| (employee.id, Arc::new(employee)))
        .collect())
}

fn spend(ctx: &Context<'_>, entries: usize) -> Result<()> {
    let fetched = ctx.data::<Fetched>().map_err(super::missing)?;
    let spent = fetched.entries.fetch_add(entries, Ordering::Relaxed) + entries;
    match spent > BUDGET {
        true => Err(Problem::TooMuch { max: BUDGET }.at("query").into()),
        false => Ok(()),
    }
}

fn group<K: std::hash::Hash + Eq, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
