//! The day's sheet as the page and the paper show it.

use std::collections::HashSet;

use crate::app::day_sheets::{DaySheet, ShiftRow};
use crate::domain::{DayReport, Money, PaymentId, Takings, TaskId};
use crate::i18n;
use crate::store::payments::LedgerRow;
use crate::web::text::Texts;

pub(super) struct SheetView {
    /// Sums of the day, each with its name.
    pub figures: Vec<(String, String)>,
    /// A method of payment: received and refunded.
    pub methods: Vec<[String; 3]>,
    /// A drawer: received, refunded, put in and taken out.
    pub drawers: Vec<[String; 5]>,
    pub shifts: Vec<ShiftView>,
    pub rows: Vec<RowView>,
    pub more: bool,
    /// Whether some rows may be reversed by the reader.
    pub offers_reversals: bool,
}

/// A shift of the day.
pub(super) struct ShiftView {
    pub drawer: String,
    pub opened: String,
    pub opening: String,
    pub expected: String,
    /// `None` while it is open.
    pub closed: Option<String>,
    pub counted: String,
    /// `None` when the cash was right.
    pub difference: Option<String>,
    pub reason: String,
}

/// A row of the ledger.
pub(super) struct RowView {
    pub number: i64,
    pub time: String,
    pub kind: String,
    pub task: Option<i64>,
    /// Whether the task is still there.
    pub has_task: bool,
    pub place: String,
    pub employee: String,
    pub sum: String,
    pub is_out: bool,
    pub note: String,
    pub fiscal: String,
    pub corrects: Option<i64>,
    /// Whether the reader may reverse it here.
    pub is_reversible: bool,
}

impl SheetView {
    pub(super) fn new(sheet: &DaySheet, texts: &Texts) -> Self {
        let report = &sheet.report;
        let of_method = |(method, takings): &(_, Takings)| {
            let sums = [takings.received, takings.refunded].map(|sum| texts.money(sum));
            let [received, refunded] = sums;
            [texts.method(method), received, refunded]
        };
        Self {
            figures: figures(report, texts),
            methods: report.by_method().iter().map(of_method).collect(),
            drawers: drawers(sheet, texts),
            shifts: sheet
                .shifts
                .iter()
                .map(|row| shift(row, sheet, texts))
                .collect(),
            rows: sheet
                .rows
                .iter()
                .map(|row| RowView::new(row, sheet, texts))
                .collect(),
            more: sheet.more,
            offers_reversals: false,
        }
    }

    /// Marks the rows that the reader may reverse.
    pub(super) fn offer_reversals(&mut self, reversible: &HashSet<PaymentId>) {
        self.offers_reversals = !reversible.is_empty();
        for row in &mut self.rows {
            row.is_reversible = reversible.contains(&PaymentId::from_row(row.number));
        }
    }
}

fn figures(report: &DayReport, texts: &Texts) -> Vec<(String, String)> {
    let takings = report.takings();
    let sums = [
        ("cash-received", takings.received),
        ("cash-refunded", takings.refunded),
        ("cash-in", takings.cash_in),
        ("cash-out", takings.cash_out),
        ("cash-earned", report.earned.total),
    ];
    let named = |(id, sum): (&str, Money)| (texts.s(id), texts.money(sum));
    sums.into_iter().map(named).collect()
}

/// Returns the drawers that cash went through.
fn drawers(sheet: &DaySheet, texts: &Texts) -> Vec<[String; 5]> {
    let row = |of: &crate::app::drawers::DrawerState| {
        let takings = sheet.report.of_drawer(of.drawer.id);
        let sums = [
            takings.received,
            takings.refunded,
            takings.cash_in,
            takings.cash_out,
        ];
        let [received, refunded, came, went] = sums.map(|sum| texts.money(sum));
        let name = texts.drawer(&of.drawer.name);
        (takings != Takings::default()).then_some([name, received, refunded, came, went])
    };
    sheet.drawers.iter().filter_map(row).collect()
}

fn shift(row: &ShiftRow, sheet: &DaySheet, texts: &Texts) -> ShiftView {
    let (shift, all) = (&row.shift, sheet.drawers.iter());
    let drawer = all.map(|of| &of.drawer).find(|of| of.id == shift.drawer);
    let closing = shift.closed.as_ref();
    let by = |name: &Option<String>| name.clone().unwrap_or_default();
    let difference = row.difference.filter(|sum| *sum != Money::ZERO);
    ShiftView {
        drawer: drawer.map(|of| texts.drawer(&of.name)).unwrap_or_default(),
        opened: format!("{}, {}", texts.exact(&shift.opened), by(&row.opened_by)),
        opening: texts.money(shift.opening),
        expected: texts.money(row.expected),
        closed: closing.map(|of| format!("{}, {}", texts.exact(&of.at), by(&row.closed_by))),
        counted: closing
            .map(|of| texts.money(of.counted))
            .unwrap_or_default(),
        difference: difference.map(|sum| texts.money(sum)),
        reason: closing
            .map(|of| of.reason.as_str().to_owned())
            .unwrap_or_default(),
    }
}

impl RowView {
    fn new(row: &LedgerRow, sheet: &DaySheet, texts: &Texts) -> Self {
        let entry = &row.payment.entry;
        let name = entry.employee.and_then(|id| sheet.names.get(&id));
        let drawer = row.drawer.as_ref().map(|name| texts.drawer(name));
        let place = [Some(texts.method(&entry.method)), drawer];
        Self {
            number: row.payment.id.get(),
            time: texts.time(&row.payment.at),
            kind: i18n::payment_kind(texts.language, entry.kind, row.reverses),
            task: entry.task.map(TaskId::get),
            has_task: row.has_task,
            place: place.into_iter().flatten().collect::<Vec<_>>().join(", "),
            employee: name.cloned().unwrap_or_default(),
            sum: texts.money(entry.amount),
            is_out: entry.amount < Money::ZERO,
            note: entry.note.as_str().to_owned(),
            fiscal: entry.fiscal.as_str().to_owned(),
            corrects: entry.refund_of.map(PaymentId::get),
            is_reversible: false,
        }
    }
}
