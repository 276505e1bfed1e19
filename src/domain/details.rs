//! Details of a task besides the request itself.

use super::{Day, Device, DeviceChange, Merge, Sum, TaskId};

/// Details of a task besides the request itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    pub device: Device,
    /// Estimated price told to the customer.
    pub estimate: Option<Sum>,
    /// Final price.
    pub price: Option<Sum>,
    pub prepayment: Option<Sum>,
    /// Last day of the warranty on the work.
    pub warranty_until: Option<Day>,
    /// The task under whose warranty this one is done.
    pub warranty_of: Option<TaskId>,
}

impl Details {
    /// Returns the balance due, once the final price is known.
    pub fn to_pay(&self) -> Option<Sum> {
        let paid = self.prepayment.map_or(0, Sum::minor);
        let left = self.price?.minor().saturating_sub(paid);
        Some(Sum::from_row(left.max(0)))
    }
}

/// Changes to the details; `None` keeps a field, an inner `None` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailsChange {
    pub device: DeviceChange,
    pub estimate: Option<Option<Sum>>,
    pub price: Option<Option<Sum>>,
    pub prepayment: Option<Option<Sum>>,
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
            prepayment: Some(details.prepayment),
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
            prepayment: merge.field(
                "prepayment",
                self.prepayment,
                shown.prepayment,
                stored.prepayment,
            ),
            warranty_until: merge.field(
                "warrantyUntil",
                self.warranty_until,
                shown.warranty_until,
                stored.warranty_until,
            ),
            warranty_of: merge.field(
                "warrantyOf",
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
            prepayment: self.prepayment.unwrap_or(details.prepayment),
            warranty_until: self.warranty_until.unwrap_or(details.warranty_until),
            warranty_of: self.warranty_of.unwrap_or(details.warranty_of),
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
        let sum = |minor| Some(Sum::from_row(minor));
        for (price, prepayment, left) in [
            (sum(500), None, sum(500)),
            (sum(500), sum(200), sum(300)),
            (sum(500), sum(700), sum(0)),
            (None, sum(200), None),
        ] {
            let details = Details {
                price,
                prepayment,
                ..Details::default()
            };
            assert_eq!(details.to_pay(), left);
        }
    }
}
