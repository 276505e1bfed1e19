//! The tabs over the list.

use super::asked::Asked;
use crate::domain::{Concern, EmployeeId, Stage, Status};
use crate::store::tasks::Counts;
use crate::web::text::Texts;

/// A tab over the list, with how many tasks are behind it.
pub struct Tab {
    pub name: String,
    pub address: String,
    /// `None` where there are too many to count.
    pub count: Option<i64>,
    pub current: bool,
}

pub fn tabs(
    asked: &Asked,
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
        // A tab adds its status to the chosen ones, or takes it away again.
        let statuses = toggled(&asked.statuses, *status);
        Tab {
            name: texts.status(status),
            address: asked.with(|asked| (asked.statuses, asked.stage) = (statuses, None)),
            // With one stage in the list there are no others among them.
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
    // The other reasons are chosen on the page of what there is to do.
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
        // With a colleague's tasks in the list there are none of one's own among them.
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

/// The stages of the one status that is chosen, where it has several.
pub fn stage_tabs(asked: &Asked, texts: &Texts, stages: &[Stage]) -> Vec<Tab> {
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

/// The sum over the chosen statuses; over all of them when none is chosen.
pub fn chosen(statuses: &[Status], count: impl Fn(Status) -> i64) -> i64 {
    let all = Status::ALL.iter();
    let chosen = all.filter(|status| statuses.is_empty() || statuses.contains(status));
    chosen.map(|status| count(*status)).sum()
}

/// With a choice that was not there, or without it.
fn toggled<T: Copy + PartialEq>(chosen: &[T], choice: T) -> Vec<T> {
    let mut all: Vec<T> = chosen.iter().copied().filter(|of| *of != choice).collect();
    if all.len() == chosen.len() {
        all.push(choice);
    }
    all
}
