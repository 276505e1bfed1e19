//! Money of a day and of a month: received and given by the ledger, and earned by what was handed
//! over. A deposit is received but not earned.

use super::{Day, DrawerId, Method, Money};

/// Money that was received and given in a span of time. A reversal takes back what it corrects in
/// the span of the reversal, so that a sum may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Takings {
    pub received: Money,
    pub refunded: Money,
    pub cash_in: Money,
    pub cash_out: Money,
}

impl Takings {
    /// Returns the sums of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            received: self.received.and(other.received),
            refunded: self.refunded.and(other.refunded),
            cash_in: self.cash_in.and(other.cash_in),
            cash_out: self.cash_out.and(other.cash_out),
        }
    }

    /// Returns what came in less what went out.
    pub fn balance(&self) -> Money {
        let came = self.received.and(self.cash_in);
        came.minus(self.refunded).minus(self.cash_out)
    }
}

/// Takings by one method of payment in one drawer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakingsPart {
    pub method: Method,
    /// `None` for money that went through no drawer.
    pub drawer: Option<DrawerId>,
    pub takings: Takings,
}

/// Sums of the tasks that were handed over in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earnings {
    /// Number of tasks that cost anything.
    pub tasks: i64,
    /// works + parts − discount
    pub total: Money,
    pub works: Money,
    pub parts: Money,
    /// `None` for readers who may not see it.
    pub cost: Option<Money>,
    /// What customers still owe for these tasks.
    pub owed: Money,
}

impl Earnings {
    /// Returns the sums of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            tasks: self.tasks + other.tasks,
            total: self.total.and(other.total),
            works: self.works.and(other.works),
            parts: self.parts.and(other.parts),
            cost: self.cost.zip(other.cost).map(|(one, two)| one.and(two)),
            owed: self.owed.and(other.owed),
        }
    }

    /// Returns the discounts of whole tasks.
    pub fn discount(&self) -> Money {
        self.works.and(self.parts).minus(self.total)
    }

    /// Returns what was earned less the cost, for readers who may see the cost.
    pub fn profit(&self) -> Option<Money> {
        self.cost.map(|cost| self.total.minus(cost))
    }

    /// Returns the mean price of a task that cost anything, rounded half up.
    pub fn average(&self) -> Option<Money> {
        let half = self.tasks / 2;
        let sum = self.total.minor().saturating_add(half);
        sum.checked_div(self.tasks).map(Money::from_row)
    }

    /// Hides what only owners may see.
    #[must_use]
    pub fn without_cost(self) -> Self {
        Self { cost: None, ..self }
    }
}

/// The money of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    pub day: Day,
    /// By method of payment and drawer.
    pub parts: Vec<TakingsPart>,
    pub earned: Earnings,
}

impl DayReport {
    pub fn takings(&self) -> Takings {
        sum(&self.parts, |_| true)
    }

    /// Returns the takings of each method of payment, as far as it has any.
    pub fn by_method(&self) -> Vec<(Method, Takings)> {
        let of = |method: &Method| (*method, sum(&self.parts, |part| part.method == *method));
        let all = Method::ALL.iter().map(of);
        all.filter(|(_, takings)| *takings != Takings::default())
            .collect()
    }

    /// Returns the cash that went through a drawer.
    pub fn of_drawer(&self, drawer: DrawerId) -> Takings {
        sum(&self.parts, |part| {
            part.drawer == Some(drawer) && part.method == Method::Cash
        })
    }

    /// Returns whether no money went through the shop, and nothing was earned.
    pub fn is_none(&self) -> bool {
        self.parts.is_empty() && self.earned.total == Money::ZERO
    }
}

fn sum(parts: &[TakingsPart], is_counted: impl Fn(&TakingsPart) -> bool) -> Takings {
    let counted = parts.iter().filter(|part| is_counted(part));
    counted.fold(Takings::default(), |sum, part| sum.and(part.takings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_of_tasks_that_cost_anything() {
        for (tasks, total, average) in [(0, 0, None), (3, 1_000, Some(333)), (2, 1_001, Some(501))]
        {
            let earned = Earnings {
                tasks,
                total: Money::from_row(total),
                ..Earnings::default()
            };
            assert_eq!(earned.average().map(Money::minor), average);
        }
    }
}
