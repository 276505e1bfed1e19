//! Monthly reports: tasks registered, finished and closed.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};

use super::{
    Category, Day, DayReport, Days, Earnings, EmployeeId, Problem, Result, Takings, TimeZone,
};

/// A calendar month, `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: Day,
}

impl Month {
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let first = Day::parse(field, &format!("{text}-01"));
        let first = first.map_err(|_| Problem::MonthMalformed.at(field))?;
        Ok(Self { first })
    }

    /// Returns the month of a day.
    pub fn of(day: Day) -> Self {
        Self {
            first: Day(day.0.first_of_month()),
        }
    }

    pub fn first(self) -> Day {
        self.first
    }

    pub fn last(self) -> Day {
        Day(self.first.0.last_of_month())
    }

    pub fn previous(self) -> Self {
        Self::of(self.first.previous())
    }

    pub fn next(self) -> Self {
        Self::of(self.last().next())
    }

    /// Returns all days of the month.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let first = self.first.0;
        (0..first.days_in_month()).map(move |nth| Day(first.saturating_add(nth.days())))
    }

    /// Returns the interval from the first to the last instant of the month.
    ///
    /// # Errors
    /// None in practice: the days of a month are always in order.
    pub fn whole(self, timezone: &TimeZone) -> Result<Days> {
        Days::between("month", Some(self.first), Some(self.last()), timezone)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// A step of a task that a month's report counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    /// The task was registered.
    Registered,
    /// The task became READY for the first time, `took` after its registration.
    Finished { took: i64 },
    /// The task was closed.
    Closed,
}

/// A step of a task, with the task's category and its current employee. Durations are in
/// milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Stepped {
    pub step: Milestone,
    pub at: Timestamp,
    pub category: Category,
    pub employee: Option<EmployeeId>,
}

/// Numbers of tasks registered, finished and closed.
#[derive(Debug, Clone, Default)]
pub struct Turnover {
    pub registered: i64,
    pub finished: i64,
    pub closed: i64,
    /// Durations of the finished tasks, in milliseconds.
    took: Vec<i64>,
}

impl Turnover {
    fn count(&mut self, step: Milestone) {
        match step {
            Milestone::Registered => self.registered += 1,
            Milestone::Finished { took } => {
                self.finished += 1;
                self.took.push(took);
            }
            Milestone::Closed => self.closed += 1,
        }
    }

    /// Returns whether nothing happened.
    pub fn is_none(&self) -> bool {
        self.registered == 0 && self.finished == 0 && self.closed == 0
    }

    /// Returns the median time from registration to READY, in tenths of a day; for an even count,
    /// the mean of the middle two.
    pub fn median_tenths(&self) -> Option<i32> {
        const TENTH: i64 = 24 * 60 * 60 * 1_000 / 10;
        let mut took = self.took.clone();
        took.sort_unstable();
        let above = *took.get(took.len() / 2)?;
        let below = *took.get((took.len() - 1) / 2)?;
        let median = i64::midpoint(below, above);
        i32::try_from((median + TENTH / 2) / TENTH).ok()
    }
}

/// A month's report, in total and by category, employee and day.
#[derive(Debug, Clone)]
pub struct MonthReport {
    pub month: Month,
    pub total: Turnover,
    /// All categories.
    pub categories: Vec<(Category, Turnover)>,
    /// Employees with any activity; `None` for unassigned tasks.
    pub employees: BTreeMap<Option<EmployeeId>, Turnover>,
    /// All days.
    pub days: BTreeMap<Day, Turnover>,
    /// Money of all days.
    pub money: Vec<DayReport>,
}

impl MonthReport {
    /// Aggregates the steps of a month; `money` has a report of each of its days.
    pub fn new(
        month: Month,
        steps: &[Stepped],
        money: Vec<DayReport>,
        timezone: &TimeZone,
    ) -> Self {
        let empty = |category: &Category| (*category, Turnover::default());
        let mut report = Self {
            month,
            total: Turnover::default(),
            categories: Category::ALL.iter().map(empty).collect(),
            employees: BTreeMap::new(),
            days: month.days().map(|day| (day, Turnover::default())).collect(),
            money,
        };
        for stepped in steps {
            report.total.count(stepped.step);
            let of_category = report.categories.iter_mut();
            for (_, turnover) in of_category.filter(|(of, _)| *of == stepped.category) {
                turnover.count(stepped.step);
            }
            let of_employee = report.employees.entry(stepped.employee);
            of_employee.or_default().count(stepped.step);
            let day = Day::of(stepped.at, timezone);
            report.days.entry(day).or_default().count(stepped.step);
        }
        report
    }

    /// Returns the turnover of a day of the month.
    pub fn of_day(&self, day: Day) -> Turnover {
        self.days.get(&day).cloned().unwrap_or_default()
    }

    /// Returns what the shop received and gave in the month.
    pub fn takings(&self) -> Takings {
        let days = self.money.iter().map(DayReport::takings);
        days.fold(Takings::default(), Takings::and)
    }

    /// Returns what the shop earned in the month.
    pub fn earned(&self) -> Earnings {
        let days = self.money.iter().map(|day| day.earned);
        days.reduce(Earnings::and).unwrap_or_default()
    }

    /// Returns whether nothing happened, and no money went through the shop.
    pub fn is_none(&self) -> bool {
        self.total.is_none() && self.money.iter().all(DayReport::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_days_and_neighbours() {
        let month = |text| Month::parse("month", text).unwrap();
        let february = month("2024-02");
        assert_eq!(february.days().count(), 29);
        assert_eq!(february.last().to_string(), "2024-02-29");
        assert_eq!(february.previous(), month("2024-01"));
        assert_eq!(month("2023-12").next(), month("2024-01"));
        assert_eq!(month("0987-06").to_string(), "0987-06");
        for text in [
            "",
            "2024",
            "2024-13",
            "2024-2",
            "2024-02-01",
            "02-2024",
            "9999-12",
        ] {
            assert!(Month::parse("month", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_median_is_the_one_in_the_middle_or_the_mean_of_two() {
        const DAY: i64 = 24 * 60 * 60 * 1_000;
        for (took, median) in [
            (&[][..], None),
            (&[3 * DAY], Some(30)),
            (&[9 * DAY, DAY], Some(50)),
            (&[40 * DAY, DAY, 2 * DAY], Some(20)),
            (&[DAY, DAY / 2], Some(8)),
            (&[0], Some(0)),
        ] {
            let mut turnover = Turnover::default();
            for took in took {
                turnover.count(Milestone::Finished { took: *took });
            }
            assert_eq!(turnover.median_tenths(), median, "{took:?}");
        }
    }
}
