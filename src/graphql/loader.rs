//! What is below a list is fetched for the whole list at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};

use super::Asked;
use crate::app;
use crate::app::Desk;
use crate::domain::{
    Actor, CustomerId, Employee, EmployeeId, Error, Problem, Result, TaskEvent, TaskId,
};
use crate::store::tasks::TaskRow;

/// Entries below lists that one request may fetch.
const BUDGET: usize = 250_000;

/// What a request may still fetch below its lists. Lists at the top are free.
#[derive(Default)]
pub struct Budget {
    spent: AtomicUsize,
    loader: std::sync::OnceLock<DataLoader<Below>>,
}

/// Fetches for one request.
struct Below {
    desk: Arc<Desk>,
    actor: Actor,
}

/// The tasks of a customer.
pub async fn tasks_of(ctx: &Context<'_>, id: CustomerId) -> Result<Vec<TaskRow>> {
    let rows = loader(ctx)?
        .load_one(TasksOf(id))
        .await
        .map_err(Error::internal)?;
    spend(ctx, rows.unwrap_or_default())
}

/// What happened to a task.
pub async fn history_of(ctx: &Context<'_>, id: TaskId) -> Result<Vec<TaskEvent>> {
    let events = loader(ctx)?
        .load_one(HistoryOf(id))
        .await
        .map_err(Error::internal)?;
    spend(ctx, events.unwrap_or_default())
}

/// The employee with that number.
pub async fn employee(ctx: &Context<'_>, id: EmployeeId) -> Result<Option<Employee>> {
    loader(ctx)?.load_one(id).await.map_err(Error::internal)
}

fn loader<'a>(ctx: &Context<'a>) -> Result<&'a DataLoader<Below>> {
    let actor = ctx.actor()?;
    let desk = ctx.data::<Arc<Desk>>().map_err(super::missing)?.clone();
    let budget = ctx.data::<Budget>().map_err(super::missing)?;
    Ok(budget.loader.get_or_init(|| {
        DataLoader::new(Below { desk, actor }, tokio::spawn).max_batch_size(usize::MAX)
    }))
}

fn spend<T>(ctx: &Context<'_>, fetched: Vec<T>) -> Result<Vec<T>> {
    let budget = ctx.data::<Budget>().map_err(super::missing)?;
    let spent = budget.spent.fetch_add(fetched.len(), Ordering::Relaxed) + fetched.len();
    match spent > BUDGET {
        true => Err(Problem::TooMuch { max: BUDGET }.at("query").into()),
        false => Ok(fetched),
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct TasksOf(CustomerId);

#[derive(Clone, PartialEq, Eq, Hash)]
struct HistoryOf(TaskId);

impl Loader<TasksOf> for Below {
    type Value = Vec<TaskRow>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TasksOf]) -> Result<HashMap<TasksOf, Vec<TaskRow>>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let actor = self.actor;
        let rows = self
            .desk
            .db
            .read(move |c| app::customers::tasks(c, &actor, &ids))
            .await?;
        let owner = |row: &TaskRow| row.task.customer.map(TasksOf);
        Ok(group(
            rows.into_iter().filter_map(|row| Some((owner(&row)?, row))),
        ))
    }
}

impl Loader<HistoryOf> for Below {
    type Value = Vec<TaskEvent>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[HistoryOf],
    ) -> Result<HashMap<HistoryOf, Vec<TaskEvent>>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let actor = self.actor;
        let events = self
            .desk
            .db
            .read(move |c| app::tasks::history(c, &actor, &ids))
            .await?;
        Ok(group(
            events
                .into_iter()
                .map(|event| (HistoryOf(event.task), event)),
        ))
    }
}

impl Loader<EmployeeId> for Below {
    type Value = Employee;
    type Error = Arc<Error>;

    /// A shop has few employees: reading all of them is one short statement.
    async fn load(&self, _: &[EmployeeId]) -> Result<HashMap<EmployeeId, Employee>, Arc<Error>> {
        let actor = self.actor;
        let all = self
            .desk
            .db
            .read(move |c| app::accounts::employees(c, &actor))
            .await?;
        Ok(all
            .into_iter()
            .map(|employee| (employee.id, employee))
            .collect())
    }
}

fn group<K: std::hash::Hash + Eq, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
