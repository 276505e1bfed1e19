//! Discounts on a line or a task.

use super::Percent;
use crate::domain::Money;

/// A discount: a sum, or a percentage of what it is subtracted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    Sum(Money),
    Percent(Percent),
}

impl Discount {
    pub const NONE: Self = Self::Sum(Money::ZERO);

    /// Returns the discount on a sum, rounded half away from zero.
    pub fn of(self, gross: Money) -> Money {
        match self {
            Self::Sum(sum) => sum,
            // At most the sum itself, which is within the limits.
            Self::Percent(percent) => {
                let exact = i128::from(gross.minor()) * i128::from(percent.0);
                let half = i128::from(Percent::MAX) / 2;
                let rounded = (exact + half * exact.signum()) / i128::from(Percent::MAX);
                i64::try_from(rounded).map_or(gross, Money::from_row)
            }
        }
    }

    /// Returns the columns that store it: the sum, and the percentage.
    pub fn columns(self) -> (Money, Option<i64>) {
        match self {
            Self::Sum(sum) => (sum, None),
            Self::Percent(percent) => (Money::ZERO, Some(percent.0)),
        }
    }

    pub fn from_row(sum: Money, percent: Option<i64>) -> Self {
        percent.map_or(Self::Sum(sum), |percent| Self::Percent(Percent(percent)))
    }
}
