//! The part of a task's sheet about works, parts and payments.

use super::line_form::{LineForm, collision};
use crate::app;
use crate::app::payments::LedgerRow;
use crate::domain::{
    Actor, AgreementState, Approval, Details, Drawer, Employee, EmployeeId, Line, Money,
    PaymentKind, Result, Status, Task, TaskId,
};
use crate::store::Connection;
use crate::web::accounts::Face;
use crate::web::tasks::facts::{FieldForm, Open};
use crate::web::text::Texts;
use crate::web::visit::Visit;

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
    pub total: Option<String>,
    /// Sum of the lines that the customer hasn't agreed to, once one was asked about.
    pub not_agreed: Option<String>,
    /// What was paid, with the day and the method of a single payment.
    pub paid: Option<(String, String)>,
    pub to_pay: Option<String>,
    /// What the shop owes the customer.
    pub to_return: Option<String>,
    /// Cost and profit, for owners.
    pub gain: Vec<(String, String)>,
    pub payments: Vec<PaymentRow>,
    pub count: i64,
    pub owed: bool,
    /// The employee who adds lines.
    pub me: i64,
}

/// A line as the task's page shows it.
pub struct LineRow {
    pub id: i64,
    pub name: String,
    /// Kind and warranty.
    pub about: String,
    pub by: Option<Face>,
    pub quantity: String,
    pub price: String,
    /// All values as its form has them: removing the line conflicts with a change of it.
    pub was: String,
    /// The form of the field that is open.
    pub form: Option<FieldForm>,
    pub discount: Option<String>,
    pub sum: String,
    /// Cost of the line, for owners.
    pub cost: Option<String>,
    /// What the customer said about it: a CSS class and the text.
    pub agreement: Option<(&'static str, String)>,
    /// Whether the customer hasn't agreed to it, though one was asked.
    pub is_open: bool,
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
        opened: &Open,
    ) -> Result<Self> {
        let texts = &visit.texts;
        let around = Around {
            approvals,
            employees,
            opened,
            texts,
            last: read.lines.len(),
            is_owner: app::catalogue::sees_costs(&visit.actor()?),
        };
        let (is_owner, last) = (around.is_owner, around.last);
        let totals = details.totals();
        let money = |sum: Money| Some(texts.money(sum)).filter(|_| sum != Money::ZERO);
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
        let lines = read.lines.iter();
        let lines: Vec<LineRow> = lines.map(|line| LineRow::new(line, &around)).collect();
        let open = read.lines.iter().zip(&lines).filter(|(_, row)| row.is_open);
        let open = open.fold(Money::ZERO, |sum, (line, _)| {
            sum.plus(line.content.sum()).unwrap_or(sum)
        });
        let (price, due) = (details.price(), details.balance());
        let back = price.filter(|_| due < Money::ZERO);
        Ok(Self {
            lines,
            open: task.status != Status::Closed,
            totals: sums,
            total: price.map(|price| texts.money(price)),
            not_agreed: money(open),
            paid: details
                .account
                .paid
                .map(|paid| (texts.money(paid), how_paid(&read.ledger, texts))),
            to_pay: details.to_pay().map(|due| texts.money(due)),
            to_return: back.map(|_| texts.money(Money::ZERO.minus(due))),
            gain,
            count: read.ledger.len() as i64,
            payments: read
                .ledger
                .iter()
                .rev()
                .map(|row| PaymentRow::new(row, is_owner, &read.drawers, employees, texts))
                .collect(),
            owed: price.is_some() && due > Money::ZERO,
            me: visit.actor()?.id().get(),
        })
    }
}

/// What surrounds a line.
struct Around<'a> {
    approvals: &'a [Approval],
    employees: &'a [Employee],
    opened: &'a Open,
    texts: &'a Texts,
    /// Number of lines.
    last: usize,
    is_owner: bool,
}

/// Returns the day and the method of a single payment; empty for several.
fn how_paid(ledger: &[LedgerRow], texts: &Texts) -> String {
    match ledger {
        [one] => {
            let day = texts.date_of(&one.payment.at);
            format!("{day}, {}", texts.method(&one.payment.entry.method))
        }
        _ => String::new(),
    }
}

impl LineRow {
    /// Returns whether the form of that field is open in its cell. A form that has to say more needs
    /// a row of its own, for which the field is empty.
    pub fn edits(&self, field: &str) -> bool {
        let place = |form: &FieldForm| match form.clash || form.error.is_some() {
            true => "",
            false => form.of.field,
        };
        self.form.as_ref().is_some_and(|form| place(form) == field)
    }

    fn new(line: &Line, around: &Around<'_>) -> Self {
        let (content, texts, last) = (&line.content, around.texts, around.last);
        let warranty = content
            .warranty
            .map(|days| texts.count("line-warranty", &days.get()));
        let about = [Some(texts.line_kind(&content.kind)), warranty];
        let by = around
            .employees
            .iter()
            .find(|one| Some(one.id) == content.done_by);
        let discount = content.discount_sum();
        let shown = |sum: &Money| *sum != Money::ZERO;
        // Nothing is missing where nobody was ever asked.
        let is_asked = !around.approvals.is_empty();
        let asked = is_asked.then(|| AgreementState::of(line, around.approvals));
        Self {
            id: line.id.get(),
            name: texts.line_name(&content.into()),
            about: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            by: by.map(Face::of),
            quantity: texts.quantity(content.quantity),
            price: texts.figure(content.unit_price),
            was: LineForm::of(content, texts).without_cost().encode(),
            form: opened(line, around),
            discount: Some(discount)
                .filter(shown)
                .map(|sum| format!("−{}", texts.figure(sum))),
            sum: texts.figure(content.sum()),
            cost: Some(content.cost_sum())
                .filter(|_| around.is_owner && content.cost.is_some())
                .map(|cost| texts.fill("line-cost-is", "sum", texts.money(cost))),
            is_open: asked.is_some_and(|state| state != AgreementState::Agreed),
            agreement: asked.map(|state| agreement(state, texts)),
            above: line.position.checked_sub(1).filter(|place| *place > 0),
            below: Some(line.position + 1).filter(|place| *place <= last),
        }
    }
}

/// Fields of a line that are edited in its row.
const IN_PLACE: [&str; 2] = ["quantity", "unitPrice"];

/// Returns the form of the field of a line that is open, if one is.
fn opened(line: &Line, around: &Around<'_>) -> Option<FieldForm> {
    let (id, name) = around.opened.field.split_once('.')?;
    let field = IN_PLACE.into_iter().find(|field| *field == name)?;
    let sheet = format!("/tasks/{}", line.task);
    (line.id.to_string() == id).then(|| {
        let mine = String::new();
        let (employees, texts) = (around.employees, around.texts);
        let stored = collision(field, mine, &line.content, employees, texts);
        let action = format!("{sheet}/lines/{id}");
        around.opened.form(stored, action, format!("{sheet}#lines"))
    })
}

fn agreement(state: AgreementState, texts: &Texts) -> (&'static str, String) {
    let (class, id) = match state {
        AgreementState::NotAsked => ("warn", "line-not-agreed"),
        AgreementState::Asked => ("warn", "line-asked"),
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
        |employee| employee.shown_name().to_owned(),
    )
}
