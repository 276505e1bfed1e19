//! Details of a task besides the request itself.

use super::{Day, Device, DeviceChange, Discount, Merge, Money, TaskId, Totals};

/// Details of a task besides the request itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    pub device: Device,
    /// Estimated price told to the customer.
    pub estimate: Option<Money>,
    /// Final price, typed by an employee; `None` for a task with lines, whose price is their sum.
    pub price: Option<Money>,
    /// Discount of the whole task, which counts when it has lines.
    pub discount: Option<Discount>,
    /// Last day of the warranty on the work.
    pub warranty_until: Option<Day>,
    /// The task under whose warranty this one is done.
    pub warranty_of: Option<TaskId>,
    /// Sums of the lines and payments; they are read and never written.
    pub account: Account,
}

/// What a task costs by its lines, and what was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// `None` for a task without lines.
    pub lines: Option<Totals>,
    /// Payments less refunds; `None` for a task without payments.
    pub paid: Option<Money>,
}

impl Details {
    /// Returns the price: the sum of the lines, or else the typed price, if there is one.
    pub fn price(&self) -> Option<Money> {
        let lines = self.account.lines.map(|totals| totals.total);
        lines.or(self.price)
    }

    /// Returns the price, or else the estimate.
    pub fn expected(&self) -> Option<Money> {
        self.price().or(self.estimate)
    }

    /// Returns the sums of the lines; a typed price is that of a work.
    pub fn totals(&self) -> Totals {
        self.account.lines.unwrap_or_else(|| {
            let price = self.price.unwrap_or_default();
            Totals {
                works: price,
                total: price,
                ..Totals::default()
            }
        })
    }

    /// Returns payments less refunds.
    pub fn paid(&self) -> Money {
        self.account.paid.unwrap_or_default()
    }

    /// Returns what is left to pay: the price less what was paid, negative when the shop owes it.
    pub fn balance(&self) -> Money {
        self.price().unwrap_or_default().minus(self.paid())
    }

    /// Returns the balance due, once the price is known, and not less than zero.
    pub fn to_pay(&self) -> Option<Money> {
        self.price().map(|_| self.balance().max(Money::ZERO))
    }
}

/// Changes to the details; `None` keeps a field, an inner `None` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailsChange {
    pub device: DeviceChange,
    pub estimate: Option<Option<Money>>,
    pub price: Option<Option<Money>>,
    pub discount: Option<Option<Discount>>,
    pub warranty_until: Option<Option<Day>>,
    pub warranty_of: Option<Option<TaskId>>,
}

impl DetailsChange {
    /// Returns the values that the edit form is loaded with.
    pub fn of(details: &Details) -> Self {
        Self {
            device: DeviceChange::of(details.device.clone()),
            estimate: Some(details.estimate),
            price: Some(details.price),
            discount: Some(details.discount),
            warranty_until: Some(details.warranty_until),
            warranty_of: Some(details.warranty_of),
        }
    }

    /// Merges an edit form that was loaded with `shown` with the values now `stored`; see
    /// [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            device: self.device.merge(shown.device, stored.device, merge),
            estimate: merge.field("estimate", self.estimate, shown.estimate, stored.estimate),
            price: merge.field("price", self.price, shown.price, stored.price),
            discount: merge.field("discount", self.discount, shown.discount, stored.discount),
            warranty_until: merge.field(
                "warrantyEndsOn",
                self.warranty_until,
                shown.warranty_until,
                stored.warranty_until,
            ),
            warranty_of: merge.field(
                "warrantyOfId",
                self.warranty_of,
                shown.warranty_of,
                stored.warranty_of,
            ),
        }
    }

    /// Returns the details after the change.
    pub fn apply(&self, details: Details) -> Details {
        Details {
            device: self.device.apply(details.device),
            estimate: self.estimate.unwrap_or(details.estimate),
            price: self.price.unwrap_or(details.price),
            discount: self.discount.unwrap_or(details.discount),
            warranty_until: self.warranty_until.unwrap_or(details.warranty_until),
            warranty_of: self.warranty_of.unwrap_or(details.warranty_of),
            account: details.account,
        }
    }
}

/// Relation between tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Tasks with the same serial number.
    Device,
    /// The task under whose warranty this one is done.
    WarrantyOf,
    /// Tasks done under this one's warranty.
    UnderWarranty,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_paid_before_is_not_to_be_paid_again() {
        let sum = |minor| Some(Money::from_row(minor));
        for (price, paid, left) in [
            (sum(500), None, sum(500)),
            (sum(500), sum(200), sum(300)),
            (sum(500), sum(700), sum(0)),
            (None, sum(200), None),
        ] {
            let details = Details {
                price,
                account: Account { lines: None, paid },
                ..Details::default()
            };
            assert_eq!(details.to_pay(), left);
        }
    }
}
