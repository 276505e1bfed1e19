//! Totals of a task.

use super::{Discount, LineContent, LineKind};
use crate::domain::{Money, Problem, Result};

/// Sums of the lines of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub works: Money,
    pub parts: Money,
    /// Discount of the whole task, as a sum.
    pub discount: Money,
    /// works + parts − discount.
    pub total: Money,
    pub cost: Money,
}

impl Totals {
    /// Computes the sums of a task's lines. A discount that exceeds them is limited to them, since
    /// lines may be removed after it was given.
    ///
    /// # Errors
    /// [`Problem::SumTooLarge`].
    pub fn of<'a>(
        lines: impl IntoIterator<Item = &'a LineContent>,
        discount: Discount,
    ) -> Result<Self> {
        let max = Money::MAX.unsigned_abs() as usize;
        let too_large = || Problem::SumTooLarge { max }.at("unitPrice");
        let mut totals = Self::default();
        for line in lines {
            let of_kind = match line.kind {
                LineKind::Work => &mut totals.works,
                LineKind::Part => &mut totals.parts,
            };
            *of_kind = of_kind.plus(line.sum()).ok_or_else(too_large)?;
            totals.cost = totals.cost.plus(line.cost_sum()).ok_or_else(too_large)?;
        }
        let lines = totals.works.plus(totals.parts).ok_or_else(too_large)?;
        totals.discount = discount.of(lines).min(lines);
        totals.total = lines.minus(totals.discount);
        Ok(totals)
    }
}
