//! Reports: current workload and monthly turnover.

use std::collections::HashMap;

use jiff::Timestamp;

use super::catalogue;
use crate::domain::{
    Actor, Concern, CustomersWaiting, Day, DayReport, Employee, EmployeeId, Money, Month,
    MonthReport, Result, Stage, TaskFilter, TimeZone, Turnover, Workload,
};
use crate::store::{self, Connection};

/// An employee's part of a month; `None` for unassigned tasks.
pub type Part = (Option<Employee>, Turnover);

/// Current workload of the shop.
pub struct Today {
    /// Ordered by status, then in the owner's order.
    pub stages: Vec<Stage>,
    pub total: Workload,
    /// Workload of each active employee and each with open tasks; unassigned tasks come last.
    pub employees: Vec<(Option<Employee>, Workload)>,
    /// Number and sum of the debts.
    pub debts: (i64, Money),
}

/// Counts the tasks of the whole shop in which the customer awaits a reaction of the shop.
pub fn waiting(connection: &Connection, _: &Actor) -> Result<CustomersWaiting> {
    store::waiting::count(connection)
}

/// Returns the current workload. Each number equals the length of the list with the same filter.
pub fn today(
    connection: &Connection,
    _: &Actor,
    now: Timestamp,
    timezone: &TimeZone,
) -> Result<Today> {
    let mut total = Workload::default();
    let mut parts: HashMap<Option<EmployeeId>, Workload> = HashMap::new();
    for (employee, status, tasks) in store::workload::by_status(connection)? {
        total.add(status, tasks);
        parts.entry(employee).or_default().add(status, tasks);
    }
    for (employee, stage, tasks) in store::workload::by_stage(connection)? {
        total.add_in_stage(stage, tasks);
        parts
            .entry(employee)
            .or_default()
            .add_in_stage(stage, tasks);
    }
    for concern in Concern::ALL {
        let mut filter = TaskFilter::default();
        filter.only(*concern, now, timezone);
        for (employee, tasks) in store::workload::count(connection, &filter)? {
            total.add_needing(*concern, tasks);
            parts
                .entry(employee)
                .or_default()
                .add_needing(*concern, tasks);
        }
    }
    let nobodys = parts.remove(&None).filter(Workload::is_any);
    let with_work = |employee: Employee| {
        let workload = parts.remove(&Some(employee.id)).unwrap_or_default();
        (employee.active || workload.is_any()).then_some((Some(employee), workload))
    };
    let employees = store::employees::all(connection)?.into_iter();
    Ok(Today {
        stages: store::stages::all(connection)?,
        total,
        employees: employees
            .filter_map(with_work)
            .chain(nobodys.map(|workload| (None, workload)))
            .collect(),
        debts: store::handovers::debt(connection)?,
    })
}

/// Returns the turnover of a month: the total, and the part of each responsible employee;
/// unassigned tasks come last.
pub fn month(
    connection: &Connection,
    actor: &Actor,
    month: Month,
    timezone: &TimeZone,
) -> Result<(MonthReport, Vec<Part>)> {
    let steps = store::months::steps(connection, month.whole(timezone)?)?;
    let money = month.days().map(|of| day(connection, actor, of, timezone));
    let money = money.collect::<Result<_>>()?;
    let mut report = MonthReport::new(month, &steps, money, timezone);
    let employees = store::employees::all(connection)?.into_iter().map(Some);
    let part = |employee: Option<Employee>| {
        let id = employee.as_ref().map(|employee| employee.id);
        Some((employee, report.employees.remove(&id)?))
    };
    let parts = employees.chain([None]).filter_map(part).collect();
    Ok((report, parts))
}

/// Returns the money of a day. Only owners see what it cost.
pub fn day(
    connection: &Connection,
    actor: &Actor,
    day: Day,
    timezone: &TimeZone,
) -> Result<DayReport> {
    let whole = day.whole(timezone);
    let earned = store::takings::earned(connection, whole)?;
    Ok(DayReport {
        day,
        parts: store::takings::received(connection, whole)?,
        earned: match catalogue::sees_costs(actor) {
            true => earned,
            false => earned.without_cost(),
        },
    })
}
