//! Works, parts and payments on the page of a task, and their forms.

mod checkout;
mod corrections;
mod discount;
mod line_form;
mod lines;
mod payment_form;

pub use checkout::{ask_for_payment, ask_to_hand_over, hand_over, take};
pub use corrections::{ask_to_refund, ask_to_reverse, refund, reverse};
pub use discount::{ask_for_discount, set_discount};
pub use line_form::LINE_FIELDS;
pub use lines::{add, edit, known, new, put, remove, update};
pub use payment_form::PAYMENT_FIELDS;

use warp::http::StatusCode;

use crate::app;
use crate::app::payments::LedgerRow;
use crate::domain::{
    Actor, AgreementState, Approval, Details, Drawer, Employee, EmployeeId, Error, Line, Money,
    PaymentKind, Result, Status, Task, TaskId,
};
use crate::i18n;
use crate::store::Connection;
use crate::web::form::Errors;
use crate::web::text::{Texts, short_name};
use crate::web::visit::Visit;

/// Typed fields that a session which has ended must not lose.
pub const MONEY_FIELDS: &[&str] = &["name", "unitPrice", "discount", "sum", "note"];

/// Lines and payments of a task, as read.
pub struct Read {
    lines: Vec<Line>,
    ledger: Vec<LedgerRow>,
    drawers: Vec<Drawer>,
}

impl Read {
    pub fn of(connection: &Connection, actor: &Actor, id: TaskId) -> Result<Self> {
        let drawers = app::drawers::list(connection, actor)?.into_iter();
        Ok(Self {
            lines: app::lines::of_tasks(connection, actor, &[id])?,
            ledger: app::payments::ledger(connection, actor, id)?,
            drawers: drawers.map(|state| state.drawer).collect(),
        })
    }
}

/// The part of the task's page about works, parts and payments.
pub struct MoneyPart {
    pub lines: Vec<LineRow>,
    /// Whether lines may be changed.
    pub open: bool,
    /// Sums of the lines, each with its label.
    pub totals: Vec<(String, String)>,
    /// Cost and profit, for owners.
    pub gain: Vec<(String, String)>,
    pub payments: Vec<PaymentRow>,
    /// What was paid and what is due, each with its label.
    pub balance: Vec<(String, String)>,
    pub owed: bool,
}

/// A line as the task's page shows it.
pub struct LineRow {
    pub id: i64,
    pub name: String,
    /// Kind, employee and warranty.
    pub about: String,
    /// Quantity and unit price.
    pub times: String,
    pub discount: Option<String>,
    pub sum: String,
    /// Cost of the line, for owners.
    pub cost: Option<String>,
    /// What the customer said about it: a CSS class and the text.
    pub agreement: Option<(&'static str, String)>,
    /// Positions to move it up or down to, if any.
    pub above: Option<usize>,
    pub below: Option<usize>,
}

/// A row of the ledger as the task's page shows it.
pub struct PaymentRow {
    pub id: i64,
    pub sum: String,
    /// Kind, unless it is a payment, and method.
    pub how: String,
    pub about: String,
    pub note: String,
    /// Whether the viewer may correct it so.
    pub refund: bool,
    pub reverse: bool,
}

impl MoneyPart {
    pub fn new(
        visit: &Visit,
        (task, details): (&Task, &Details),
        read: &Read,
        approvals: &[Approval],
        employees: &[Employee],
    ) -> Result<Self> {
        let texts = &visit.texts;
        let is_owner = app::catalogue::sees_costs(&visit.actor()?);
        let last = read.lines.len();
        let lines = read.lines.iter();
        let totals = details.totals();
        let money = |sum: Money| Some(texts.money(sum)).filter(|_| sum != Money::ZERO);
        let has_price = details.price().is_some();
        let sums = match last {
            0 => Vec::new(),
            _ => texts.known([
                ("line-kind-works", money(totals.works)),
                ("line-kind-parts", money(totals.parts)),
                ("lines-discount", money(Money::ZERO.minus(totals.discount))),
            ]),
        };
        let gain = match is_owner && last > 0 {
            false => Vec::new(),
            true => texts.known([
                ("line-cost", Some(texts.money(totals.cost))),
                (
                    "lines-profit",
                    Some(texts.money(totals.total.minus(totals.cost))),
                ),
            ]),
        };
        Ok(Self {
            lines: lines
                .map(|line| LineRow::new(line, last, is_owner, approvals, employees, texts))
                .collect(),
            open: task.status != Status::Closed,
            totals: sums,
            gain,
            payments: read
                .ledger
                .iter()
                .rev()
                .map(|row| PaymentRow::new(row, is_owner, &read.drawers, employees, texts))
                .collect(),
            balance: balance(details, texts),
            owed: has_price && details.balance() > Money::ZERO,
        })
    }
}

/// Returns the total, what was paid and what is due, each with its label.
fn balance(details: &Details, texts: &Texts) -> Vec<(String, String)> {
    let (price, due) = (details.price(), details.balance());
    let back = price.filter(|_| due < Money::ZERO);
    texts.known([
        ("lines-total", price.map(|price| texts.money(price))),
        (
            "task-paid",
            details.account.paid.map(|paid| texts.money(paid)),
        ),
        ("paper-to-pay", details.to_pay().map(|due| texts.money(due))),
        (
            "lines-to-return",
            back.map(|_| texts.money(Money::ZERO.minus(due))),
        ),
    ])
}

impl LineRow {
    fn new(
        line: &Line,
        last: usize,
        is_owner: bool,
        approvals: &[Approval],
        employees: &[Employee],
        texts: &Texts,
    ) -> Self {
        let content = &line.content;
        let warranty = content
            .warranty
            .map(|days| texts.count("line-warranty", &days.get()));
        let who = content.done_by.map(|id| name_of(id, employees));
        let about = [Some(texts.line_kind(&content.kind)), who, warranty];
        let quantity = texts.quantity(content.quantity);
        let discount = content.discount_sum();
        let shown = |sum: &Money| *sum != Money::ZERO;
        // Nothing is missing where nobody was ever asked.
        let asked = (!approvals.is_empty()).then(|| AgreementState::of(line, approvals));
        Self {
            id: line.id.get(),
            name: texts.line_name(&content.into()),
            about: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            times: format!("{quantity} × {}", texts.money(content.unit_price)),
            discount: Some(discount)
                .filter(shown)
                .map(|sum| texts.money(Money::ZERO.minus(sum))),
            sum: texts.money(content.sum()),
            cost: Some(content.cost_sum())
                .filter(|_| is_owner && content.cost.is_some())
                .map(|cost| texts.fill("line-cost-is", "sum", texts.money(cost))),
            agreement: asked.map(|state| agreement(state, texts)),
            above: line.position.checked_sub(1).filter(|place| *place > 0),
            below: Some(line.position + 1).filter(|place| *place <= last),
        }
    }
}

fn agreement(state: AgreementState, texts: &Texts) -> (&'static str, String) {
    let (class, id) = match state {
        AgreementState::NotAsked => ("bad", "line-not-agreed"),
        AgreementState::Asked => ("sub", "line-asked"),
        AgreementState::Agreed => ("ok", "line-agreed"),
        AgreementState::Declined => ("bad", "line-declined"),
    };
    (class, texts.s(id))
}

impl PaymentRow {
    fn new(
        row: &LedgerRow,
        is_owner: bool,
        drawers: &[Drawer],
        employees: &[Employee],
        texts: &Texts,
    ) -> Self {
        let entry = &row.payment.entry;
        let kind = match entry.kind {
            PaymentKind::Refund => Some("payment-kind-refund"),
            PaymentKind::Reversal => Some("payment-kind-reversal"),
            PaymentKind::Payment | PaymentKind::CashIn | PaymentKind::CashOut => None,
        };
        let how = [
            kind.map(|id| texts.s(id)),
            Some(texts.method(&entry.method)),
        ];
        let drawer = drawers
            .iter()
            .find(|drawer| drawers.len() > 1 && Some(drawer.id) == entry.drawer);
        let about = [
            Some(texts.when(&row.payment.at)),
            entry.employee.map(|id| name_of(id, employees)),
            drawer.map(|drawer| texts.drawer(&drawer.name)),
            Some(entry.fiscal.as_str())
                .filter(|number| !number.is_empty())
                .map(|number| texts.fill("payment-fiscal-is", "number", number)),
            entry.carried_over.then(|| texts.s("payment-carried-over")),
        ];
        Self {
            id: row.payment.id.get(),
            sum: texts.money(entry.amount),
            how: how.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            about: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            note: entry.note.as_str().to_owned(),
            refund: is_owner && row.is_refundable(),
            reverse: is_owner && row.is_reversible(),
        }
    }
}

fn name_of(id: EmployeeId, employees: &[Employee]) -> String {
    let found = employees.iter().find(|employee| employee.id == id);
    found.map_or_else(
        || format!("№ {id}"),
        |employee| short_name(employee.email.as_str()).to_owned(),
    )
}

/// Records an error that the person can correct, or a change by a colleague; returns the status of
/// the form that is shown again.
///
/// # Errors
/// As for [`Errors::add`].
fn note_error(errors: &mut Errors, error: Error, texts: &Texts) -> Result<StatusCode> {
    match error {
        Error::Conflict(conflict) => {
            errors.add_text("nonFieldErrors", i18n::conflict(texts.language, &conflict));
            Ok(StatusCode::CONFLICT)
        }
        error => {
            errors.add(error, texts)?;
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}
