//! The money of a month: received and earned apart.

use super::plot::{self, Plot};
use crate::domain::{DayReport, Earnings, Money, MonthReport, Takings};
use crate::web::text::Texts;

/// Sum of a day in a table, with its message id; `None` for readers who may not see it.
type Column = (&'static str, fn(&Takings, &Earnings) -> Option<Money>);

/// The sums of a day and of the month.
const COLUMNS: &[Column] = &[
    ("cash-received", |takings, _| Some(takings.received)),
    ("cash-refunded", |takings, _| Some(takings.refunded)),
    ("cash-earned", |_, earned| Some(earned.total)),
    ("month-works", |_, earned| Some(earned.works)),
    ("month-parts", |_, earned| Some(earned.parts)),
    ("month-discount", |_, earned| Some(earned.discount())),
    ("month-owed", |_, earned| Some(earned.owed)),
    ("month-cost", |_, earned| earned.cost),
    ("month-profit", |_, earned| earned.profit()),
];

pub(super) struct MoneyView {
    /// Sums of the month, each with its name.
    pub figures: Vec<(String, String)>,
    pub plots: Vec<Plot>,
    pub headings: Vec<String>,
    pub rows: Vec<DayRow>,
}

/// The sums of a day.
pub(super) struct DayRow {
    /// The day in an address.
    pub day: String,
    pub name: String,
    pub sums: Vec<String>,
}

impl MoneyView {
    /// Returns `None` when no money went through the shop.
    pub(super) fn new(report: &MonthReport, texts: &Texts) -> Option<Self> {
        let (takings, earned) = (report.takings(), report.earned());
        let average = earned.average().map(|sum| ("month-average", sum));
        let shown = |(id, sum): &Column| Some((*id, sum(&takings, &earned)?));
        let figures = COLUMNS.iter().filter_map(shown).chain(average);
        let named = |(id, sum): (&str, Money)| (texts.s(id), texts.money(sum));
        let headings = COLUMNS.iter().filter_map(shown);
        let is_none = report.money.iter().all(DayReport::is_none);
        (!is_none).then(|| Self {
            figures: figures.map(named).collect(),
            plots: plots(report, texts),
            headings: headings.map(|(id, _)| texts.s(id)).collect(),
            rows: report
                .money
                .iter()
                .map(|day| DayRow::new(day, texts))
                .collect(),
        })
    }
}

impl DayRow {
    fn new(report: &DayReport, texts: &Texts) -> Self {
        let takings = report.takings();
        let sum = |(_, sum): &Column| sum(&takings, &report.earned);
        let sums = COLUMNS.iter().filter_map(sum);
        Self {
            day: report.day.to_string(),
            name: texts.date(&report.day),
            sums: sums.map(|sum| texts.money(sum)).collect(),
        }
    }
}

/// Returns the plots of what was received and earned, on one scale so that they are comparable.
fn plots(report: &MonthReport, texts: &Texts) -> Vec<Plot> {
    let plotted = COLUMNS
        .iter()
        .filter(|(id, _)| ["cash-received", "cash-earned"].contains(id));
    let of_day = |(_, sum): &Column, day: &DayReport| {
        let sum = sum(&day.takings(), &day.earned).unwrap_or_default();
        // A reversal may exceed what was received on its day.
        sum.max(Money::ZERO)
    };
    let most = |column: &Column| {
        let sums = report.money.iter().map(|day| of_day(column, day));
        sums.max().unwrap_or_default()
    };
    let scale = plotted.clone().map(most).max().unwrap_or_default();
    let scale = plot::scale(scale.minor());
    let plot = |column: &Column| {
        let about = texts.fill("month-plot-money", "most", texts.money(most(column)));
        let days = report.money.iter().map(|day| {
            let sum = of_day(column, day);
            let title = format!("{}: {}", texts.date(&day.day), texts.money(sum));
            (title, sum.minor())
        });
        let label = |mark: i64| texts.money(Money::from_row(mark));
        Plot::new(
            (column.0, texts.s(column.0), about),
            days.collect(),
            &scale,
            label,
        )
    };
    plotted.map(plot).collect()
}
