//! The tabs above the list.

use super::query::ListQuery;
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
    let all = Tab {
        name: texts.s("tasks-all"),
        address: asked.with(|asked| {
            asked.statuses.clear();
            asked.concerns.clear();
            asked.stage = None;
        }),
        count: counts
            .filter(|_| asked.concerns.is_empty() && asked.stage.is_none())
            .map(Counts::total),
        current: asked.statuses.is_empty() && asked.concerns.is_empty(),
    };
    let of_status = Status::ALL.iter().map(|status| {
        // A tab toggles its status.
        let statuses = toggled(&asked.statuses, *status);
        Tab {
            name: texts.status(status),
            address: asked.with(|asked| (asked.statuses, asked.stage) = (statuses, None)),
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
        count: late.map(|counts| chosen(&asked.statuses, |status| counts.of(status))),
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
    let is_mine = asked.employee == Some(me);
    let mine = Tab {
        name: texts.s("tasks-mine"),
        address: asked
            .with(|asked| (asked.employee, asked.unassigned) = ((!is_mine).then_some(me), false)),
        // A list filtered by a colleague contains none of one's own tasks to count.
        count: counts
            .filter(|_| is_mine || (asked.employee.is_none() && !asked.unassigned))
            .map(|counts| chosen(&asked.statuses, |status| counts.own_of(status))),
        current: is_mine,
    };
    std::iter::once(all)
        .chain(of_status)
        .chain([overdue])
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
