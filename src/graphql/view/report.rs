use async_graphql::SimpleObject;

use super::{CategoryEnum, StageView, StatusEnum, UserView, stage, user};
use crate::app::reports::{Part, Today};
use crate::domain::{
    Category, Concern, Day, Employee, MonthReport, Stage, Status, Turnover, Workload,
};

/// What there is to look after now.
#[derive(SimpleObject)]
#[graphql(name = "Today")]
pub struct TodayView {
    /// Of the whole shop.
    total: WorkloadView,
    /// Of each who is at work or has something left to do, and of nobody.
    employees: Vec<EmployeeWorkload>,
}

#[derive(SimpleObject)]
pub struct EmployeeWorkload {
    /// Null for the tasks that are nobody's.
    employee: Option<UserView>,
    workload: WorkloadView,
}

/// Numbers of tasks. `tasks` with the filter of the same name lists them.
#[derive(SimpleObject)]
#[graphql(name = "Workload")]
pub struct WorkloadView {
    statuses: Vec<StatusCount>,
    /// Of every stage but those of CLOSED.
    stages: Vec<StageCount>,
    /// Whose promised day is over.
    overdue: i64,
    /// That have been in their stage for too long.
    stuck: i64,
    /// That have been READY for three days or longer.
    uncollected: i64,
    /// Whose customer waits for an answer.
    unanswered: i64,
    /// Whose customer has declined the price, and to which nobody has reacted yet.
    declined: i64,
    /// Of which a notice did not reach the customer.
    undelivered: i64,
}

#[derive(SimpleObject)]
pub struct StatusCount {
    status: StatusEnum,
    tasks: i64,
}

#[derive(SimpleObject)]
pub struct StageCount {
    stage: StageView,
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

/// What came in and went out in a month. Days are those of the shop's time zone.
#[derive(SimpleObject)]
#[graphql(name = "Month")]
pub struct MonthView {
    /// `YYYY-MM`.
    month: String,
    total: TurnoverView,
    /// Of every category.
    categories: Vec<CategoryTurnover>,
    /// Of those who are responsible for any of these tasks, and of nobody.
    employees: Vec<EmployeeTurnover>,
    /// Of every day.
    days: Vec<DayTurnover>,
}

#[derive(SimpleObject)]
pub struct CategoryTurnover {
    category: CategoryEnum,
    turnover: TurnoverView,
}

#[derive(SimpleObject)]
pub struct EmployeeTurnover {
    /// Null for the tasks that are nobody's.
    employee: Option<UserView>,
    turnover: TurnoverView,
}

#[derive(SimpleObject)]
pub struct DayTurnover {
    /// `YYYY-MM-DD`.
    day: String,
    turnover: TurnoverView,
}

/// Numbers of tasks. Those that were deleted are not counted.
#[derive(SimpleObject)]
#[graphql(name = "Turnover")]
pub struct TurnoverView {
    /// That came in.
    registered: i64,
    /// That were READY for the first time.
    finished: i64,
    /// That were closed, and are still.
    closed: i64,
    /// The median of the days from acceptance to READY, of those that were finished, to a tenth;
    /// null where none was.
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
        let of_day = |(day, turnover): (&Day, &Turnover)| DayTurnover {
            day: day.to_string(),
            turnover: turnover.into(),
        };
        Self {
            month: report.month.to_string(),
            total: (&report.total).into(),
            categories: report.categories.iter().map(of_category).collect(),
            employees: employees.into_iter().map(of_employee).collect(),
            days: report.days.iter().map(of_day).collect(),
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
