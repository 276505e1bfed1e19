//! Formats inferred from whole columns: the date order, and the decimal point of sums.

use super::cell;
use super::columns::Column;
use super::headings::Headings;
use super::records::Record;
use crate::domain::{DateOrder, DateOrders, date_order, decimal_point};

const DATES: &[Column] = &[
    Column::Created,
    Column::Closed,
    Column::Due,
    Column::WarrantyUntil,
    Column::Ready,
];
const SUMS: &[Column] = &[
    Column::Estimate,
    Column::Works,
    Column::Parts,
    Column::Discount,
    Column::Price,
    Column::Prepayment,
    Column::Paid,
];

/// Formats inferred from the columns of a file.
#[derive(Default)]
pub struct Habits {
    orders: Vec<(Column, DateOrder)>,
    points: Vec<(Column, char)>,
    pub dates: DateOrders,
}

impl Habits {
    /// Infers the formats from all rows. `chosen` applies to columns whose dates are ambiguous.
    pub fn of(headings: &Headings, records: &[Record], chosen: Option<DateOrder>) -> Self {
        let mut habits = Self::default();
        habits.dates.chosen = chosen;
        for (at, (column, heading)) in headings.columns.iter().enumerate() {
            let texts = || {
                let cells = records
                    .iter()
                    .filter_map(move |record| record.cells.get(at));
                cells.map(cell::unguard)
            };
            if DATES.contains(column) {
                let (order, needed) = date_order(texts());
                if order.is_none() && needed {
                    habits.dates.ambiguous.push(heading.clone());
                }
                let order = order.or(chosen).map(|order| (*column, order));
                habits.orders.extend(order);
            } else if SUMS.contains(column) {
                let point = decimal_point(texts()).map(|point| (*column, point));
                habits.points.extend(point);
            }
        }
        habits
    }

    pub fn order(&self, column: Column) -> Option<DateOrder> {
        let found = self.orders.iter().find(|(of, _)| *of == column);
        found.map(|(_, order)| *order)
    }

    pub fn point(&self, column: Column) -> Option<char> {
        let found = self.points.iter().find(|(of, _)| *of == column);
        found.map(|(_, point)| *point)
    }
}
