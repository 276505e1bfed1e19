//! The tabs above the list.

use super::query::{ListQuery, Scope};
use crate::domain::{Concern, EmployeeId, Stage, Status};
use crate::store::tasks::Counts;
use crate::web::text::Texts;

/// A tab with its number of tasks.
pub struct Tab {
    pub name: String,
    pub address: String,
    /// `None` when there are too many to count.
    pub count: Option<i64>,
    pub current: bool,
}

pub fn tabs(
    asked: &ListQuery,
    texts: &Texts,
    counts: Option<&Counts>,
    late: Option<&Counts>,
    me: EmployeeId,
) -> Vec<Tab> {
    let of_scope = |scope: Scope, name: &str, statuses: &[Status]| Tab {
        name: texts.s(name),
        address: asked.with(|asked| {
            asked.statuses.clear();
            asked.concerns.clear();
            asked.stage = None;
            asked.scope = None;
            asked.scope = Some(scope).filter(|scope| asked.scope() != *scope);
        }),
        count: counts
            .filter(|_| asked.concerns.is_empty() && asked.stage.is_none())
            .map(|counts| chosen(statuses, |status| counts.of(status))),
        current: asked.statuses.is_empty() && asked.concerns.is_empty() && asked.scope() == scope,
    };
    let of_status = Status::ALL.iter().map(|status| {
        // A tab toggles its status.
        let statuses = toggled(&asked.statuses, *status);
        Tab {
            name: texts.status(status),
            address: asked.with(|asked| {
                (asked.statuses, asked.scope, asked.stage) = (statuses, None, None);
            }),
            // A list filtered by stage contains no tasks of other statuses to count.
            count: counts
                .filter(|_| asked.stage.is_none() || asked.statuses.contains(status))
                .map(|counts| counts.of(*status)),
            current: asked.statuses.contains(status),
        }
    });
    let overdue = Tab {
        name: texts.concern(Concern::Overdue),
        address: asked.with(|asked| asked.concerns = toggled(&asked.concerns, Concern::Overdue)),
        count: late.map(|counts| chosen(&asked.effective(), |status| counts.of(status))),
        current: asked.needs(Concern::Overdue),
    };
    // The other reasons are selected on the page of current work.
    let others = asked.concerns.iter();
    let others = others.filter(|concern| **concern != Concern::Overdue);
    let others = others.map(|concern| Tab {
        name: texts.concern(*concern),
        address: asked.with(|asked| asked.concerns = toggled(&asked.concerns, *concern)),
        count: None,
        current: true,
    });
    // One's own open tasks, unless statuses are chosen.
    let is_mine = asked.employee == Some(me);
    let statuses = match &*asked.statuses {
        [] => &Status::OPEN,
        statuses => statuses,
    };
    let mine = Tab {
        name: texts.s("tasks-mine"),
        address: asked.with(|asked| {
            (asked.employee, asked.unassigned) = ((!is_mine).then_some(me), false);
            if !is_mine && asked.statuses.is_empty() {
                asked.scope = None;
                asked.scope = Some(Scope::Open).filter(|scope| asked.scope() != *scope);
            }
        }),
        // A list filtered by a colleague contains none of one's own tasks to count.
        count: counts
            .filter(|_| is_mine || (asked.employee.is_none() && !asked.unassigned))
            .map(|counts| chosen(statuses, |status| counts.own_of(status))),
        current: is_mine,
    };
    let open = of_scope(Scope::Open, "tasks-open", &Status::OPEN);
    let all = of_scope(Scope::All, "tasks-all", &[]);
    std::iter::once(open)
        .chain(of_status)
        .chain([all, overdue])
        .chain(others)
        .chain([mine])
        .collect()
}

/// Returns tabs for the stages of the one chosen status, if it has several.
pub fn stage_tabs(asked: &ListQuery, texts: &Texts, stages: &[Stage]) -> Vec<Tab> {
    let [status] = asked.statuses[..] else {
        return Vec::new();
    };
    let tab = |stage: &Stage| {
        let current = asked.stage == Some(stage.id);
        Tab {
            name: texts.stage(stage),
            address: asked.with(|asked| asked.stage = (!current).then_some(stage.id)),
            count: None,
            current,
        }
    };
    let of_status = stages.iter().filter(|stage| stage.status == status);
    let tabs: Vec<Tab> = of_status.map(tab).collect();
    if tabs.len() > 1 { tabs } else { Vec::new() }
}

/// Sums the counts of the chosen statuses; of all when none is chosen.
pub fn chosen(statuses: &[Status], count: impl Fn(Status) -> i64) -> i64 {
    let all = Status::ALL.iter();
    let chosen = all.filter(|status| statuses.is_empty() || statuses.contains(status));
    chosen.map(|status| count(*status)).sum()
}

/// Returns the choices with this one toggled.
fn toggled<T: Copy + PartialEq>(chosen: &[T], choice: T) -> Vec<T> {
    let mut all: Vec<T> = chosen.iter().copied().filter(|of| *of != choice).collect();
    if all.len() == chosen.len() {
        all.push(choice);
    }
    all
}
