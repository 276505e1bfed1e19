//! Printed papers of a task: receipt, label, and hand-over slip. They are ordinary pages; the print
//! stylesheet hides everything but the paper.

mod cells;
mod frame;
mod paper;
mod sample;
mod sheet;
mod slip;

use askama::Template;
use warp::reply::Response;

use self::paper::{Paper, PrintedLink};
use self::sheet::signature;
use super::tasks::link::CustomerLink;
use super::tasks::{get_whole, task_id};
use crate::app;
use crate::domain::{
    Approval, Author, Decision, EmployeeId, Error, EventKind, PaymentId, PaymentKind, Result,
    TaskId,
};
use crate::web::visit::Visit;

pub use self::frame::PaperFrame;
pub use self::paper::SIZES;
pub use self::sample::{KINDS, SamplePaper};
pub use self::sheet::{LabelSheet, PaperSheet, PrintedTask};

/// The parameter with the size, which the browser remembers.
const PAPER: &str = "paper";

/// The receipt or a slip.
#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    paper: Paper,
    sheet: PaperSheet,
}

impl ReceiptPage<'_> {
    /// Shows the page, and remembers a size of paper that was chosen.
    fn shown(&self) -> Result<Response> {
        let (visit, response) = (self.visit, self.visit.page(self)?);
        let size = self.sheet.size.word();
        Ok(match visit.parameter(PAPER) {
            Some(chosen) if chosen == size => visit.with_choice(response, PAPER, size),
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
    label: LabelSheet,
}

pub async fn receipt(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let link = CustomerLink::of(visit, id).await?;
    let subject = PrintedTask::of(visit, id).await?;
    let (frame, size) = (frame(visit).await?, paper::size(visit));
    let paper = Paper::new(visit, "paper-receipt-title", id, SIZES);
    let name = taken_by(visit, id).await?;
    let page = ReceiptPage {
        visit,
        current: "tasks",
        paper: paper.with_link(visit, &link, &frame),
        sheet: PaperSheet::receipt(frame, size, &subject, PrintedLink::of(link)?, name),
    };
    page.shown()
}

pub async fn hand_over(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let subject = PrintedTask::of(visit, id).await?;
    let work = work_done(visit, id).await?;
    let page = ReceiptPage {
        visit,
        current: "tasks",
        paper: Paper::new(visit, "paper-hand-over-title", id, SIZES),
        sheet: PaperSheet::hand_over(frame(visit).await?, paper::size(visit), &subject, work),
    };
    page.shown()
}

/// The slip of one payment or refund.
pub async fn payment_slip(visit: &Visit, id: &str, payment: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, task_id(id)?);
    let payment = PaymentId::parse("id", payment).map_err(|_| Error::NotFound)?;
    let subject = PrintedTask::of(visit, id).await?;
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
    let (frame, size) = (frame(visit).await?, paper::size(visit));
    let signatures = signatures.map(|(label, name)| signature(label, name, &frame.texts));
    let page = ReceiptPage {
        visit,
        current: "tasks",
        paper: Paper::new(visit, name, id, SIZES),
        sheet: PaperSheet::payment(frame, size, name, &subject, &payment, signatures),
    };
    page.shown()
}

pub async fn label(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let link = CustomerLink::of(visit, id).await?;
    let subject = PrintedTask::of(visit, id).await?;
    let frame = frame(visit).await?;
    visit.page(&LabelPage {
        visit,
        current: "tasks",
        paper: Paper::new(visit, "paper-label-title", id, &[]).with_link(visit, &link, &frame),
        label: LabelSheet::new(frame, &subject, PrintedLink::of(link)?),
    })
}

impl PrintedTask {
    /// Reads a task with what its papers need.
    async fn of(visit: &Visit, id: TaskId) -> Result<Self> {
        let actor = visit.actor()?;
        let (row, details) = get_whole(visit, id).await?;
        let read = move |c: &_| {
            let lines = app::lines::of_tasks(c, &actor, &[id])?;
            Ok((lines, app::payments::of_tasks(c, &actor, &[id])?))
        };
        let (lines, payments) = visit.desk.db.read(read).await?;
        Ok(Self {
            task: row.task,
            customer: row.customer,
            details,
            lines,
            payments,
        })
    }
}

/// Returns what the papers have in common now.
async fn frame(visit: &Visit) -> Result<PaperFrame> {
    let logo = super::logo::address(visit).await?;
    let settings = visit.desk.settings.now();
    Ok(PaperFrame::new(&settings, paper::texts(visit), logo))
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

/// Returns the text of the last accepted quote, which describes the work done.
async fn work_done(visit: &Visit, id: TaskId) -> Result<Option<String>> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::approvals::of_tasks(c, &actor, &[id]);
    let asked = visit.desk.db.read(read).await?.into_iter();
    let agreed = asked.filter(|asked| asked.decision == Decision::Agreed);
    let text = |agreed: Approval| agreed.shown_text().map(|text| text.as_str().to_owned());
    Ok(agreed.filter_map(text).next_back())
}
