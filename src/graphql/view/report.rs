use async_graphql::SimpleObject;

use super::takings::MonthMoneyView;
use super::{CategoryEnum, Held, StageView, StatusEnum, UserView, stage, user};
use crate::app::reports::{Part, Today};
use crate::domain::{
    Category, Concern, DayReport, Employee, MonthReport, Stage, Status, Turnover, Workload,
};
use crate::graphql::scalars::{DayValue, MoneyValue};

/// Current workload.
#[derive(SimpleObject)]
#[graphql(name = "Today")]
pub struct TodayView {
    /// Workload of the whole shop.
    total: WorkloadView,
    /// Workload of each active employee, of each with open tasks, and of nobody.
    employees: Held<EmployeeWorkload>,
    /// Debts of all customers.
    debts: DebtsView,
}

/// Closed tasks that aren't paid in full; `debts` lists them.
#[derive(SimpleObject)]
#[graphql(name = "Debts")]
pub struct DebtsView {
    /// Number of these tasks.
    tasks: i64,
    /// Sum that is left to pay for them.
    sum: MoneyValue,
}

/// Workload of an employee, or of nobody.
#[derive(SimpleObject)]
pub struct EmployeeWorkload {
    /// Null for unassigned tasks.
    employee: Option<UserView>,
    /// Numbers of tasks that the employee is responsible for.
    workload: WorkloadView,
}

/// Numbers of tasks. `tasks` with the filter of the same name lists them.
#[derive(SimpleObject)]
#[graphql(name = "Workload")]
pub struct WorkloadView {
    /// Every status.
    statuses: Held<StatusCount>,
    /// Every stage except those of CLOSED.
    stages: Held<StageCount>,
    /// Tasks past their promised day.
    overdue: i64,
    /// Stalled tasks.
    stuck: i64,
    /// Tasks that have been READY for three days or longer.
    uncollected: i64,
    /// Tasks whose customer awaits a reply.
    unanswered: i64,
    /// Tasks with a declined quote that no employee has reacted to.
    declined: i64,
    /// Tasks with an undelivered notice.
    undelivered: i64,
}

/// Number of tasks in a status.
#[derive(SimpleObject)]
pub struct StatusCount {
    /// Status of the counted tasks.
    status: StatusEnum,
    /// Number of tasks in the status.
    tasks: i64,
}

/// Number of tasks in a stage.
#[derive(SimpleObject)]
pub struct StageCount {
    /// Stage of the counted tasks.
    stage: StageView,
    /// Number of tasks in the stage.
    tasks: i64,
}

impl From<Today> for TodayView {
    fn from(today: Today) -> Self {
        let stages = &today.stages;
        let part = |(employee, workload): (Option<Employee>, Workload)| EmployeeWorkload {
            employee: employee.map(user),
            workload: WorkloadView::new(&workload, stages),
        };
        Self {
            total: WorkloadView::new(&today.total, stages),
            employees: today.employees.into_iter().map(part).collect(),
            debts: DebtsView {
                tasks: today.debts.0,
                sum: today.debts.1.into(),
            },
        }
    }
}

impl WorkloadView {
    fn new(workload: &Workload, stages: &[Stage]) -> Self {
        let open = stages.iter().filter(|stage| stage.status != Status::Closed);
        let count = |status: &Status| StatusCount {
            status: (*status).into(),
            tasks: workload.of(*status),
        };
        Self {
            statuses: Status::ALL.iter().map(count).collect(),
            stages: open
                .map(|of| StageCount {
                    stage: stage(of.clone()),
                    tasks: workload.in_stage(of.id),
                })
                .collect(),
            overdue: workload.needing(Concern::Overdue),
            stuck: workload.needing(Concern::Stuck),
            uncollected: workload.needing(Concern::Uncollected),
            unanswered: workload.needing(Concern::Unanswered),
            declined: workload.needing(Concern::Declined),
            undelivered: workload.needing(Concern::Undelivered),
        }
    }
}

/// Turnover of a month, in the shop's time zone.
#[derive(SimpleObject)]
#[graphql(name = "Month")]
pub struct MonthView {
    /// `YYYY-MM`.
    month: String,
    /// Turnover of the whole shop.
    total: TurnoverView,
    /// Money of the month.
    money: MonthMoneyView,
    /// Every category.
    categories: Held<CategoryTurnover>,
    /// Employees responsible for any of these tasks, and unassigned tasks.
    employees: Held<EmployeeTurnover>,
    /// Every day of the month.
    days: Held<DayTurnover>,
}

/// Turnover of a month in one category.
#[derive(SimpleObject)]
pub struct CategoryTurnover {
    /// Category of the counted tasks.
    category: CategoryEnum,
    /// Numbers of tasks of the category.
    turnover: TurnoverView,
}

/// Turnover of a month by one employee, or by nobody.
#[derive(SimpleObject)]
pub struct EmployeeTurnover {
    /// Null for unassigned tasks.
    employee: Option<UserView>,
    /// Numbers of tasks that the employee is responsible for now.
    turnover: TurnoverView,
}

/// Turnover and money of a day of the month.
#[derive(SimpleObject)]
pub struct DayTurnover {
    /// The day.
    day: DayValue,
    /// Numbers of tasks of the day.
    turnover: TurnoverView,
    /// Money of the day.
    money: MonthMoneyView,
}

/// Numbers of tasks, without deleted ones.
#[derive(SimpleObject)]
#[graphql(name = "Turnover")]
pub struct TurnoverView {
    /// Tasks registered.
    registered: i64,
    /// Tasks that became READY for the first time.
    finished: i64,
    /// Tasks that were closed and still are.
    closed: i64,
    /// Median time from registration to READY of the finished tasks, in days with one decimal; null
    /// if there are none.
    median_days: Option<f64>,
}

impl From<(MonthReport, Vec<Part>)> for MonthView {
    fn from((report, employees): (MonthReport, Vec<Part>)) -> Self {
        let of_category = |(category, turnover): &(Category, Turnover)| CategoryTurnover {
            category: (*category).into(),
            turnover: turnover.into(),
        };
        let of_employee = |(employee, turnover): Part| EmployeeTurnover {
            employee: employee.map(user),
            turnover: (&turnover).into(),
        };
        let of_day = |money: &DayReport| DayTurnover {
            day: money.day.into(),
            turnover: (&report.of_day(money.day)).into(),
            money: money.into(),
        };
        Self {
            month: report.month.to_string(),
            total: (&report.total).into(),
            money: (&report).into(),
            categories: report.categories.iter().map(of_category).collect(),
            employees: employees.into_iter().map(of_employee).collect(),
            days: report.money.iter().map(of_day).collect(),
        }
    }
}

impl From<&Turnover> for TurnoverView {
    fn from(turnover: &Turnover) -> Self {
        Self {
            registered: turnover.registered,
            finished: turnover.finished,
            closed: turnover.closed,
            median_days: turnover
                .median_tenths()
                .map(|tenths| f64::from(tenths) / 10.0),
        }
    }
}
