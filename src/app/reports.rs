//! What there is to do, and what was done.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::{
    Actor, Concern, CustomersWaiting, Employee, EmployeeId, Month, MonthReport, Result, Stage,
    TaskFilter, TimeZone, Turnover, Workload,
};
use crate::store::{self, Connection};

/// What of a month is one employee's, or nobody's.
pub type Part = (Option<Employee>, Turnover);

/// What there is to look after on a day.
pub struct Today {
    /// By status, and in each in the owner's order.
    pub stages: Vec<Stage>,
    pub total: Workload,
    /// Of each who is at work or has something left, and at the end what is nobody's.
    pub employees: Vec<(Option<Employee>, Workload)>,
}

/// In how many tasks of the whole shop it is the shop's turn to say something to the customer.
pub fn waiting(connection: &Connection, _: &Actor) -> Result<CustomersWaiting> {
    store::workload::waiting(connection)
}

/// What there is to look after. Each number is that of the tasks which a list with the same filter
/// has.
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
    })
}

/// What came in and went out in a month: all of it, and the part of each who is responsible for
/// any of these tasks; what is nobody's comes last.
pub fn month(
    connection: &Connection,
    _: &Actor,
    month: Month,
    timezone: &TimeZone,
) -> Result<(MonthReport, Vec<Part>)> {
    let steps = store::months::steps(connection, month.whole(timezone)?)?;
    let mut report = MonthReport::new(month, &steps, timezone);
    let employees = store::employees::all(connection)?.into_iter().map(Some);
    let part = |employee: Option<Employee>| {
        let id = employee.as_ref().map(|employee| employee.id);
        Some((employee, report.employees.remove(&id)?))
    };
    let parts = employees.chain([None]).filter_map(part).collect();
    Ok((report, parts))
}
