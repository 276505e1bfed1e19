//! Printed papers of a task: receipt, label, and hand-over slip. They are ordinary pages; the print
//! stylesheet hides everything but the paper.

use askama::Template;
use warp::reply::Response;

use super::link::CustomerLink;
use super::paper::{PAPER, Paper, PrintedLink, SIZES};
use super::slip::{SlipLine, how_paid, sums};
use super::{get_whole, task_id};
use crate::app;
use crate::domain::{
    Approval, Author, Decision, Details, DeviceField, EmployeeId, Error, EventKind, Line, Money,
    Payment, PaymentId, PaymentKind, Readers, Result, TaskId,
};
use crate::store::tasks::TaskRow;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The receipt or the hand-over slip.
#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    paper: Paper,
    lines: Vec<(String, String)>,
    /// Works and parts of a hand-over.
    works: Vec<SlipLine>,
    /// Sums and warranty, below the works and parts.
    sums: Vec<(String, String)>,
    terms: &'a str,
    link: Option<PrintedLink>,
    signatures: [String; 2],
}

impl ReceiptPage<'_> {
    /// Returns the shop's registered name and numbers on one line; empty when none is set.
    fn legal(&self) -> String {
        let (shop, texts) = (self.visit.desk.shop(), &self.paper.texts);
        let about = &shop.about;
        let number = |id, number: &str| match number {
            "" => String::new(),
            number => texts.fill(id, "number", number),
        };
        let parts = [
            about.legal_name.as_str().to_owned(),
            number("paper-tax-id", about.tax_id.as_str()),
            number("paper-registration-id", about.registration_id.as_str()),
        ];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" · ")
    }

    /// Shows the page, and remembers a size of paper that was chosen.
    fn shown(&self) -> Result<Response> {
        let (visit, response) = (self.visit, self.visit.page(self)?);
        Ok(match visit.parameter(PAPER) {
            Some(size) if size == self.paper.size => visit.with_choice(response, PAPER, size),
            _ => response,
        })
    }
}

#[derive(Template)]
#[template(path = "label.html")]
struct LabelPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    paper: Paper,
    device: String,
    link: Option<PrintedLink>,
}

pub async fn receipt(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let link = CustomerLink::of(visit, id).await?;
    let task = get_whole(visit, id).await?;
    let (_, payments) = account(visit, id).await?;
    let paper = Paper::new(visit, "paper-receipt-title", id, &SIZES).with_link(visit, &link);
    let shop = visit.desk.shop();
    let name = taken_by(visit, id).await?;
    let signed = |label, name| signature(label, name, &paper.texts);
    let page = ReceiptPage {
        visit,
        current: "tasks",
        lines: taken(&task, &payments, &paper.texts),
        works: Vec::new(),
        sums: Vec::new(),
        terms: shop.about.terms.as_str(),
        link: PrintedLink::of(link)?,
        signatures: [
            paper.texts.s("paper-left-by"),
            signed("paper-taken-by", name),
        ],
        paper,
    };
    page.shown()
}

pub async fn hand_over(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let task = get_whole(visit, id).await?;
    let work = work_done(visit, id).await?;
    let (lines, payments) = account(visit, id).await?;
    let paper = Paper::new(visit, "paper-hand-over-title", id, &SIZES);
    let page = ReceiptPage {
        visit,
        current: "tasks",
        lines: given_back(&task, work, &paper.texts),
        works: lines
            .iter()
            .map(|line| SlipLine::new(&line.content, &paper.texts))
            .collect(),
        sums: sums(&task.1, &payments, &paper.texts),
        terms: "",
        link: None,
        signatures: ["paper-handed-by", "paper-got-by"].map(|label| paper.texts.s(label)),
        paper,
    };
    page.shown()
}

/// The slip of one payment or refund.
pub async fn payment_slip(visit: &Visit, id: &str, payment: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, task_id(id)?);
    let payment = PaymentId::parse("id", payment).map_err(|_| Error::NotFound)?;
    let task = get_whole(visit, id).await?;
    let read = move |c: &_| app::payments::row(c, &actor, id, payment);
    let payment = visit.desk.db.read(read).await?.payment;
    let employee = name_of(visit, payment.entry.employee).await?;
    let ours = |label| (label, employee.clone());
    let theirs = |label| (label, None);
    let back = [ours("paper-refunded-by"), theirs("paper-refund-got")];
    let (name, signatures) = match payment.entry.kind {
        PaymentKind::Refund => ("paper-refund-title", back),
        PaymentKind::Reversal => ("paper-reversal-title", back),
        PaymentKind::Payment | PaymentKind::CashIn | PaymentKind::CashOut => (
            "paper-payment-title",
            [theirs("paper-paid-by"), ours("paper-taken-by")],
        ),
    };
    let paper = Paper::new(visit, name, id, &SIZES);
    let signatures = signatures.map(|(label, name)| signature(label, name, &paper.texts));
    let page = ReceiptPage {
        visit,
        current: "tasks",
        lines: paid(&task, &payment, &paper.texts),
        works: Vec::new(),
        sums: Vec::new(),
        terms: "",
        link: None,
        signatures,
        paper,
    };
    page.shown()
}

pub async fn label(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let link = CustomerLink::of(visit, id).await?;
    let (_, details) = get_whole(visit, id).await?;
    visit.page(&LabelPage {
        visit,
        current: "tasks",
        paper: Paper::new(visit, "paper-label-title", id, &[]).with_link(visit, &link),
        device: details.device.title(),
        link: PrintedLink::of(link)?,
    })
}

/// A label's message id with a value that may be missing.
type LabelledValue = (&'static str, Option<String>);

/// Returns the label under a signature, with the name of the employee who signs.
fn signature(label: &str, name: Option<String>, texts: &Texts) -> String {
    let label = texts.s(label);
    match name {
        Some(name) => format!("{label}: {name}"),
        None => label,
    }
}

/// Returns the name of the employee who registered a task.
async fn taken_by(visit: &Visit, id: TaskId) -> Result<Option<String>> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::tasks::history(c, &actor, &[id]);
    let history = visit.desk.db.read(read).await?;
    let created = history.iter().find(|of| of.kind == EventKind::Created);
    match created.map(|event| event.author) {
        Some(Author::Staff(employee)) => name_of(visit, Some(employee)).await,
        _ => Ok(None),
    }
}

async fn name_of(visit: &Visit, id: Option<EmployeeId>) -> Result<Option<String>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let employee = app::accounts::employee(&visit.desk, &visit.actor()?, id).await?;
    Ok(employee.map(|employee| employee.shown_name().to_owned()))
}

/// Returns the lines about what was taken in.
fn taken(
    (row, details): &(TaskRow, Details),
    payments: &[Payment],
    texts: &Texts,
) -> Vec<(String, String)> {
    let task = &row.task;
    let created = [("paper-date", Some(texts.full_date_of(&task.created)))];
    let agreed = [
        ("paper-fault", text(task.description.as_str())),
        ("task-due", task.due.map(|day| texts.full_date(&day))),
        ("task-estimate", money(details.estimate, texts)),
        ("task-prepayment", how_paid(details, payments, texts)),
    ];
    let whose = whose(row, details, &[Readers::Papers, Readers::Receipt]);
    texts.known(created.into_iter().chain(whose).chain(agreed))
}

/// Returns the text of the last accepted quote, which describes the work done.
async fn work_done(visit: &Visit, id: TaskId) -> Result<Option<String>> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::approvals::of_tasks(c, &actor, &[id]);
    let asked = visit.desk.db.read(read).await?.into_iter();
    let agreed = asked.filter(|asked| asked.decision == Decision::Agreed);
    let text = |agreed: Approval| agreed.shown_text().map(|text| text.as_str().to_owned());
    Ok(agreed.filter_map(text).next_back())
}

/// Returns the lines about what is given back.
fn given_back(
    (row, details): &(TaskRow, Details),
    work: Option<String>,
    texts: &Texts,
) -> Vec<(String, String)> {
    let today = [("paper-date", Some(texts.full_date(&texts.today())))];
    let done = [
        ("tasks-description", text(row.task.description.as_str())),
        ("paper-work", work),
    ];
    let whose = whose(row, details, &[Readers::Papers]);
    texts.known(today.into_iter().chain(whose).chain(done))
}

/// Reads the lines and the payments of a task.
async fn account(visit: &Visit, id: TaskId) -> Result<(Vec<Line>, Vec<Payment>)> {
    let actor = visit.actor()?;
    let read = move |c: &_| {
        let lines = app::lines::of_tasks(c, &actor, &[id])?;
        Ok((lines, app::payments::of_tasks(c, &actor, &[id])?))
    };
    visit.desk.db.read(read).await
}

/// Returns the lines about one payment.
fn paid(
    (row, details): &(TaskRow, Details),
    payment: &Payment,
    texts: &Texts,
) -> Vec<(String, String)> {
    let entry = &payment.entry;
    let date = [("paper-date", Some(texts.exact(&payment.at)))];
    let sum = entry.sum();
    let said = [
        ("payment-sum", Some(texts.money(sum))),
        ("paper-in-words", texts.in_words(sum)),
        ("payment-method", Some(texts.method(&entry.method))),
        ("payment-fiscal", text(entry.fiscal.as_str())),
    ];
    let whose = whose(row, details, &[]);
    texts.known(date.into_iter().chain(whose).chain(said))
}

/// Returns the lines about the customer and the device that these readers may read.
fn whose(row: &TaskRow, details: &Details, readers: &[Readers]) -> Vec<LabelledValue> {
    let device = &details.device;
    let customer = row.customer.as_ref().map(|customer| {
        let phone = customer.phone.formatted();
        match &customer.name {
            Some(name) => format!("{}, {phone}", name.as_str()),
            None => phone,
        }
    });
    let known = [
        ("tasks-customer", customer),
        ("task-device", Some(device.title())),
    ];
    let fields = DeviceField::read_by(readers);
    let fields = fields.map(|field| (field.label(), text(device.get(field))));
    known.into_iter().chain(fields).collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn money(sum: Option<Money>, texts: &Texts) -> Option<String> {
    sum.map(|sum| texts.money(sum))
}
