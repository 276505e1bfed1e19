//! The board: the open tasks by stage, and those closed lately.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use jiff::{Timestamp, ToSpan};

use super::tasks::COUNTED;
use crate::domain::{
    Actor, Details, EmployeeId, Error, Money, Result, Stage, StageId, Status, TaskFilter, TaskId,
};
use crate::store::tasks::{TaskRow, Wanted};
use crate::store::{self, Connection};

/// Number of days for which a closed task stays on the board.
pub const CLOSED_DAYS: i64 = 7;
/// Maximum number of cards of open tasks, shared by the columns, and what each column shows in any case.
const CARDS: usize = 72;
const FEWEST: usize = 5;
/// Maximum number of cards of closed tasks.
const CLOSED: usize = 25;

/// The tasks on a board.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose {
    pub employee: Option<EmployeeId>,
    /// Unassigned tasks only.
    pub unassigned: bool,
}

impl Whose {
    fn matches(self, employee: Option<EmployeeId>) -> bool {
        match self.unassigned {
            true => employee.is_none(),
            false => self.employee.is_none() || self.employee == employee,
        }
    }

    fn filter(self) -> TaskFilter {
        TaskFilter {
            employee: self.employee,
            unassigned: self.unassigned,
            ..TaskFilter::default()
        }
    }
}

/// The open tasks of a stage.
#[derive(Debug)]
pub struct Column {
    pub stage: Stage,
    pub count: i64,
    /// Sum of what is left to pay for ready tasks, and of the expected prices of others; `None` when
    /// there are too many tasks to add up.
    pub sum: Option<Money>,
    /// The first cards.
    pub cards: Vec<(TaskRow, Details)>,
}

/// The tasks closed in the last [`CLOSED_DAYS`], latest first.
#[derive(Debug)]
pub struct ClosedColumn {
    /// The stage that closes a task.
    pub stage: Stage,
    pub count: i64,
    /// Empty unless they were asked for.
    pub cards: Vec<(TaskRow, Details)>,
}

#[derive(Debug)]
pub struct Board {
    /// All stages, ordered by status, then in the owner's order.
    pub stages: Vec<Stage>,
    pub columns: Vec<Column>,
    pub closed: ClosedColumn,
    /// Number of the actor's open tasks.
    pub own: i64,
    /// Shown tasks whose customer awaits a reply, and those with a declined quote.
    pub unanswered: HashSet<TaskId>,
    pub declined: HashSet<TaskId>,
}

/// Returns the board, with the cards of closed tasks if `show_closed`.
pub fn read(
    connection: &Connection,
    actor: &Actor,
    whose: Whose,
    show_closed: bool,
    now: Timestamp,
) -> Result<Board> {
    let stages = store::stages::all(connection)?;
    let mut counts: HashMap<StageId, i64> = HashMap::new();
    let mut own = 0;
    for (employee, stage, tasks) in store::workload::by_stage(connection)? {
        if whose.matches(employee) {
            *counts.entry(stage).or_default() += tasks;
        }
        if employee == Some(actor.id()) {
            own += tasks;
        }
    }
    let open = stages.iter().filter(|stage| stage.status != Status::Closed);
    let open: Vec<&Stage> = open.collect();
    let summed = counts.values().sum::<i64>() <= COUNTED;
    let mut ordered = Vec::new();
    for stage in &open {
        ordered.push(order(connection, whose, stage)?);
    }
    let lengths: Vec<usize> = ordered.iter().map(Vec::len).collect();
    let shares = share(&lengths);
    // The sums of a column concern all its tasks, its cards only the first ones.
    let read = ordered.iter().zip(&shares).flat_map(|(ids, share)| {
        let some = if summed { ids.len() } else { *share };
        ids.iter().take(some).copied()
    });
    let read: Vec<TaskId> = read.collect();
    let mut details = store::details::of_tasks(connection, &read)?;
    let columns = open.into_iter().zip(ordered).zip(shares);
    let columns = columns.map(|((stage, ids), share)| {
        let count = counts.get(&stage.id).copied().unwrap_or_default();
        let sums = ids.iter().filter_map(|id| value(stage, details.get(id)?));
        let sum = summed.then(|| sums.fold(Money::ZERO, Money::and));
        let cards = rows(connection, &ids, share)?;
        Ok(Column {
            stage: stage.clone(),
            count,
            sum,
            cards: cards
                .into_iter()
                .map(|row| {
                    let details = details.remove(&row.task.id).unwrap_or_default();
                    (row, details)
                })
                .collect(),
        })
    });
    let columns: Vec<Column> = columns.collect::<Result<_>>()?;
    let stage = stages
        .iter()
        .find(|stage| stage.status == Status::Closed && stage.is_first())
        .ok_or_else(|| Error::internal("no stage of closed tasks"))?;
    let closed = closed(
        connection,
        whose,
        stage.clone(),
        show_closed.then_some(CLOSED),
        now,
    )?;
    let shown = columns.iter().flat_map(|column| &column.cards);
    let shown: Vec<TaskId> = shown.map(|(row, _)| row.task.id).collect();
    Ok(Board {
        unanswered: store::comments::open_of(connection, &shown)?,
        declined: store::approvals::unsettled_of(connection, &shown)?,
        stages,
        columns,
        closed,
        own,
    })
}

/// Shares the cards among columns of these lengths: what short ones leave goes to the longer ones.
fn share(lengths: &[usize]) -> Vec<usize> {
    let mut shortest_first: Vec<usize> = (0..lengths.len()).collect();
    shortest_first.sort_unstable_by_key(|column| lengths[*column]);
    let (mut left, mut shares) = (CARDS, vec![0; lengths.len()]);
    for (nth, column) in shortest_first.into_iter().enumerate() {
        let fair = (left / (lengths.len() - nth)).max(FEWEST);
        shares[column] = lengths[column].min(fair);
        left = left.saturating_sub(shares[column]);
    }
    shares
}

/// Returns what a card of that stage says about money.
pub fn value(stage: &Stage, details: &Details) -> Option<Money> {
    match stage.status {
        Status::Ready => details.to_pay(),
        _ => details.expected(),
    }
}

/// Returns the tasks of a stage in the order of its column: by the promised day, then by the time of
/// entering the stage; of those awaiting pickup, the latest come first.
fn order(connection: &Connection, whose: Whose, stage: &Stage) -> Result<Vec<TaskId>> {
    let filter = TaskFilter {
        stage: Some(stage.id),
        ..whose.filter()
    };
    let mut wanted = Wanted::default();
    (wanted.due, wanted.stage_since) = (true, true);
    let mut keys = Vec::new();
    for task in store::tasks::first_as(connection, wanted, &filter, limit())? {
        let (due, since) = (*task.due()?, *task.stage_since()?);
        keys.push((due.is_none(), due, since, task.id));
    }
    match stage.status {
        Status::Ready => keys.sort_unstable_by_key(|(.., since, id)| Reverse((*since, *id))),
        _ => keys.sort_unstable(),
    }
    Ok(keys.into_iter().map(|(.., id)| id).collect())
}

/// Returns the maximum number of tasks that a column orders.
fn limit() -> usize {
    usize::try_from(COUNTED).unwrap_or(usize::MAX)
}

/// Returns the first of these tasks, in their order.
fn rows(connection: &Connection, ids: &[TaskId], most: usize) -> Result<Vec<TaskRow>> {
    let ids = &ids[..ids.len().min(most)];
    let mut rows: HashMap<TaskId, TaskRow> = store::tasks::by_ids(connection, ids)?
        .into_iter()
        .map(|row| (row.task.id, row))
        .collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// Returns the tasks closed lately, with at most that many cards.
fn closed(
    connection: &Connection,
    whose: Whose,
    stage: Stage,
    most: Option<usize>,
    now: Timestamp,
) -> Result<ClosedColumn> {
    let since = now
        .saturating_sub((CLOSED_DAYS * 24).hours())
        .unwrap_or(now);
    let filter = TaskFilter {
        closed_since: Some(since),
        ..whose.filter()
    };
    let count = store::tasks::count(connection, &filter)?;
    let Some(most) = most else {
        let cards = Vec::new();
        return Ok(ClosedColumn {
            stage,
            count,
            cards,
        });
    };
    let mut wanted = Wanted::default();
    wanted.closed = true;
    let mut keys = Vec::new();
    for task in store::tasks::first_as(connection, wanted, &filter, limit())? {
        keys.push(Reverse((*task.closed()?, task.id)));
    }
    keys.sort_unstable();
    let ids: Vec<TaskId> = keys.into_iter().map(|Reverse((_, id))| id).collect();
    let cards = super::details::with(connection, rows(connection, &ids, most)?)?;
    Ok(ClosedColumn {
        stage,
        count,
        cards,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_shop_sees_every_card_and_a_large_one_as_many_of_each_column() {
        assert_eq!(share(&[30, 3, 0, 12, 1, 20]), [30, 3, 0, 12, 1, 20]);
        assert_eq!(share(&[200, 200, 200, 200, 200, 200]), [12; 6]);
        assert_eq!(share(&[200, 2, 200, 0]), [35, 2, 35, 0]);
        assert_eq!(share(&[9; 30]), [5; 30]);
        assert_eq!(share(&[]), [] as [usize; 0]);
    }
}
