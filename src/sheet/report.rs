//! Writes the day's sheet and the month's report to CSV files.

use super::cell::guard;
use super::write::Writing;
use crate::domain::{
    Day, DayReport, Earnings, Money, MonthReport, PaymentId, Result, Takings, TaskId, Turnover,
};
use crate::i18n;
use crate::store::payments::LedgerRow;

/// Headings of the day's sheet, as message ids.
const LEDGER: &[&str] = &[
    "ledger-number",
    "ledger-time",
    "ledger-kind",
    "ledger-task",
    "ledger-method",
    "ledger-drawer",
    "ledger-in",
    "ledger-out",
    "ledger-employee",
    "ledger-note",
    "ledger-fiscal",
    "ledger-corrects",
];
/// Headings of the month's report.
const MONTH: &[&str] = &[
    "month-day",
    "month-registered",
    "month-finished",
    "month-closed",
    "cash-received",
    "cash-refunded",
    "cash-in",
    "cash-out",
    "cash-earned",
    "month-works",
    "month-parts",
    "month-discount",
    "month-owed",
];
/// Further headings for readers who may see them.
const PROFIT: [&str; 2] = ["month-cost", "month-profit"];

impl Writing {
    /// Returns the header of a day's sheet.
    ///
    /// # Errors
    /// As for [`Writing::head_of_tasks`]; likewise for the other functions.
    pub fn head_of_day(&self) -> Result<Vec<u8>> {
        self.titled(self.headings(LEDGER), [])
    }

    /// # Errors
    /// As for [`Writing::head_of_day`].
    pub fn day(&self, rows: &[LedgerRow]) -> Result<Vec<u8>> {
        self.lines(rows.iter().map(|row| self.ledger_row(row)))
    }

    fn ledger_row(&self, row: &LedgerRow) -> Vec<String> {
        let entry = &row.payment.entry;
        let sum = |is_shown: bool| self.sum(is_shown.then(|| entry.sum()));
        let came = entry.amount > Money::ZERO;
        let number = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
        vec![
            row.payment.id.to_string(),
            self.moment(row.payment.at),
            i18n::payment_kind(self.language, entry.kind, row.reverses),
            number(entry.task.map(TaskId::get)),
            i18n::method(self.language, entry.method),
            match &row.drawer {
                Some(name) => guard(&i18n::drawer(self.language, name)),
                None => String::new(),
            },
            sum(came),
            sum(!came),
            guard(row.employee.as_deref().unwrap_or_default()),
            guard(entry.note.as_str()),
            guard(entry.fiscal.as_str()),
            number(entry.refund_of.map(PaymentId::get)),
        ]
    }

    /// Writes a month by days, and its sums in the last line.
    ///
    /// # Errors
    /// As for [`Writing::head_of_day`].
    pub fn month(&self, report: &MonthReport) -> Result<Vec<u8>> {
        let of_day = |money: &DayReport| {
            let (day, turnover): (Day, _) = (money.day, report.of_day(money.day));
            self.month_row(day.to_string(), &turnover, &money.takings(), &money.earned)
        };
        let days = report.money.iter().map(of_day);
        let (takings, earned) = (report.takings(), report.earned());
        let total = i18n::text(self.language, "month-total");
        let total = self.month_row(total, &report.total, &takings, &earned);
        let mut headings = self.headings(MONTH);
        if earned.cost.is_some() {
            headings.extend(self.headings(&PROFIT));
        }
        self.titled(headings, days.chain([total]))
    }

    fn month_row(
        &self,
        name: String,
        turnover: &Turnover,
        takings: &Takings,
        earned: &Earnings,
    ) -> Vec<String> {
        let counts = [turnover.registered, turnover.finished, turnover.closed];
        let sums = [
            takings.received,
            takings.refunded,
            takings.cash_in,
            takings.cash_out,
            earned.total,
            earned.works,
            earned.parts,
            earned.discount(),
            earned.owed,
        ];
        let profit = [earned.cost, earned.profit()].into_iter().flatten();
        let counts = counts.iter().map(ToString::to_string);
        let sums = sums
            .into_iter()
            .chain(profit)
            .map(|sum| self.sum(Some(sum)));
        std::iter::once(name).chain(counts).chain(sums).collect()
    }

    fn headings(&self, ids: &[&str]) -> Vec<String> {
        let headings = ids.iter().map(|id| i18n::text(self.language, id));
        headings.collect()
    }
}
