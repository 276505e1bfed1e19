use async_graphql::SimpleObject;

use super::{DrawerView, MethodEnum};
use crate::app::drawers::DrawerState;
use crate::domain::{DayReport, Earnings, Method, MonthReport, Takings};
use crate::graphql::scalars::{DayValue, MoneyValue};

/// The money of a day, in the shop's time zone. A REVERSAL takes back the sums of the row that it
/// corrects, on the day of the reversal.
#[derive(SimpleObject)]
#[graphql(name = "DayReport")]
pub struct DayReportView {
    /// The day of the report.
    day: DayValue,
    /// Payments, deposits included.
    received: MoneyValue,
    /// Refunds of payments.
    refunded: MoneyValue,
    /// Cash put into drawers.
    cash_in: MoneyValue,
    /// Cash taken out of drawers.
    cash_out: MoneyValue,
    /// Prices of the tasks handed over on this day.
    earned: MoneyValue,
    /// Each method of payment that was used.
    by_method: Vec<MethodSum>,
    /// Cash of each drawer.
    by_drawer: Vec<DrawerSum>,
}

/// Sums of a method of payment.
#[derive(SimpleObject)]
pub struct MethodSum {
    /// Method of payment.
    method: MethodEnum,
    /// Payments by this method, deposits included.
    received: MoneyValue,
    /// Refunds by this method.
    refunded: MoneyValue,
}

/// Cash that went through a drawer.
#[derive(SimpleObject)]
pub struct DrawerSum {
    /// The drawer, in its current state.
    drawer: DrawerView,
    /// Payments in cash into the drawer, deposits included.
    received: MoneyValue,
    /// Refunds in cash out of the drawer.
    refunded: MoneyValue,
    /// Cash put into the drawer.
    cash_in: MoneyValue,
    /// Cash taken out of the drawer.
    cash_out: MoneyValue,
}

impl DayReportView {
    pub fn new(report: &DayReport, drawers: Vec<DrawerState>) -> Self {
        let takings = report.takings();
        let of_drawer = |drawer: DrawerState| {
            let takings = report.of_drawer(drawer.drawer.id);
            DrawerSum {
                drawer: DrawerView(drawer),
                received: takings.received.into(),
                refunded: takings.refunded.into(),
                cash_in: takings.cash_in.into(),
                cash_out: takings.cash_out.into(),
            }
        };
        let of_method = |(method, takings): (Method, Takings)| MethodSum {
            method: method.into(),
            received: takings.received.into(),
            refunded: takings.refunded.into(),
        };
        Self {
            day: report.day.into(),
            received: takings.received.into(),
            refunded: takings.refunded.into(),
            cash_in: takings.cash_in.into(),
            cash_out: takings.cash_out.into(),
            earned: report.earned.total.into(),
            by_method: report.by_method().into_iter().map(of_method).collect(),
            by_drawer: drawers.into_iter().map(of_drawer).collect(),
        }
    }
}

/// The money of a month: received by the ledger, and earned by the tasks handed over. A deposit is
/// received, but not earned.
#[derive(SimpleObject)]
#[graphql(name = "MonthMoney")]
pub struct MonthMoneyView {
    /// Payments, deposits included.
    received: MoneyValue,
    /// Refunds of payments.
    refunded: MoneyValue,
    /// Prices of the tasks handed over: `works` and `parts` less `discount`.
    earned: MoneyValue,
    /// Works of the tasks handed over; the price of a task without lines is a work.
    works: MoneyValue,
    /// Parts of the tasks handed over.
    parts: MoneyValue,
    /// Discounts of whole tasks.
    discount: MoneyValue,
    /// Cost of the lines, as far as it is known; null for everybody but owners.
    cost: Option<MoneyValue>,
    /// Difference of `earned` and `cost`; null for everybody but owners.
    gross_profit: Option<MoneyValue>,
    /// Mean price of the tasks handed over that cost anything; null if there are none.
    average_task: Option<MoneyValue>,
    /// What customers still owe for these tasks.
    debts: MoneyValue,
}

impl MonthMoneyView {
    pub(super) fn new(takings: &Takings, earned: &Earnings) -> Self {
        Self {
            received: takings.received.into(),
            refunded: takings.refunded.into(),
            earned: earned.total.into(),
            works: earned.works.into(),
            parts: earned.parts.into(),
            discount: earned.discount().into(),
            cost: earned.cost.map(Into::into),
            gross_profit: earned.profit().map(Into::into),
            average_task: earned.average().map(Into::into),
            debts: earned.owed.into(),
        }
    }
}

impl From<&MonthReport> for MonthMoneyView {
    fn from(report: &MonthReport) -> Self {
        Self::new(&report.takings(), &report.earned())
    }
}

impl From<&DayReport> for MonthMoneyView {
    fn from(report: &DayReport) -> Self {
        Self::new(&report.takings(), &report.earned)
    }
}
