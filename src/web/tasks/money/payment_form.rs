//! The forms of payments: taking one, handing over, refunding and reversing.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app;
use crate::domain::{
    Details, DrawerId, FiscalNumber, Method, Money, NewPayment, PaymentNote, Result, Stage, Task,
    TaskId,
};
use crate::store::tasks::TaskRow;
use crate::web::edited::encode;
use crate::web::form::Errors;
use crate::web::tasks::get_whole;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The fields that the forms show.
pub const PAYMENT_FIELDS: &[&str] = &["sum", "drawerId", "fiscalNumber", "note", "stageId"];

/// Contents of a payment's form, as typed.
#[derive(Default)]
pub struct PaymentForm {
    pub sum: String,
    pub method: Option<Method>,
    pub drawer: String,
    pub note: String,
    pub fiscal: String,
    pub stage: String,
}

impl PaymentForm {
    pub fn read(visit: &Visit) -> Self {
        Self {
            sum: visit.typed("sum").trim().to_owned(),
            method: Method::from_word(visit.typed("method")),
            drawer: visit.typed("drawerId").to_owned(),
            note: visit.typed("note").to_owned(),
            fiscal: visit.typed("fiscalNumber").to_owned(),
            stage: visit.typed("stageId").to_owned(),
        }
    }

    /// Returns a form with the sum that is due.
    pub fn of_sum(sum: Money, texts: &Texts) -> Self {
        let sum = Some(sum).filter(|sum| *sum > Money::ZERO);
        Self {
            sum: sum.map(|sum| texts.amount(sum)).unwrap_or_default(),
            ..Self::default()
        }
    }

    pub fn method(&self) -> Method {
        self.method.unwrap_or(Method::Cash)
    }

    /// Parses the sum, which can't be zero.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn sum(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<Money>> {
        let sum = Money::parse("sum", &self.sum, visit.desk.shop().currency)
            .and_then(|sum| Money::positive("sum", sum.minor()));
        errors.take(sum, &visit.texts)
    }

    /// Parses the drawer; none where the form doesn't ask for one, or it isn't cash.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn drawer(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<DrawerId>> {
        let drawer = match (self.method(), &*self.drawer) {
            (Method::Cash, id) if !id.is_empty() => DrawerId::parse("drawerId", id).map(Some),
            _ => Ok(None),
        };
        let drawer = errors.take(drawer.map_err(Into::into), &visit.texts)?;
        Ok(drawer.flatten())
    }

    /// # Errors
    /// As for [`Errors::take`].
    pub fn note(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<PaymentNote>> {
        errors.take(PaymentNote::parse("note", &self.note), &visit.texts)
    }

    /// Parses a payment to be taken; `None` when it has errors.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn payment(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<NewPayment>> {
        let fiscal = FiscalNumber::parse("fiscalNumber", &self.fiscal);
        let fiscal = errors.take(fiscal, &visit.texts)?;
        let (sum, note) = (self.sum(visit, errors)?, self.note(visit, errors)?);
        let drawer = self.drawer(visit, errors)?;
        let due = visit.typed("due").parse().ok().map(Money::from_row);
        Ok(match (sum, note, fiscal, errors.any()) {
            (Some(sum), Some(note), Some(fiscal), false) => Some(NewPayment {
                drawer,
                note,
                fiscal,
                overpayment: !visit.typed("overpayment").is_empty(),
                expected_due: due,
                ..NewPayment::plain(self.method(), sum)
            }),
            _ => None,
        })
    }
}

/// A form of a payment, with what the employee should see beside it.
#[derive(Template)]
#[template(path = "payment.html")]
pub struct PaymentPage<'a> {
    pub visit: &'a Visit,
    pub current: &'a str,
    pub title: String,
    pub task: i64,
    /// The device and the customer; empty for neither.
    pub about: String,
    pub version: i64,
    /// The stage that the form was loaded with.
    pub was: String,
    /// What the page is about, each with its label.
    pub facts: Vec<(String, String)>,
    pub errors: Errors,
    pub form: PaymentForm,
    /// What is due, as the employee sees it, in the smallest unit.
    pub due: i64,
    /// Whether the form has a sum with its method, and the number of a fiscal receipt.
    pub asks_sum: bool,
    pub asks_fiscal: bool,
    /// Empty where there is nothing to choose.
    pub drawers: Vec<(i64, String)>,
    pub stages: Vec<Stage>,
    /// What has to be confirmed: the name of the checkbox and its text.
    pub confirm: Option<(&'static str, String)>,
    pub is_confirmed: bool,
    pub action: String,
    pub button: &'a str,
    pub is_danger: bool,
}

impl<'a> PaymentPage<'a> {
    /// Creates the page of a payment for a task.
    pub async fn of_task(visit: &'a Visit, id: TaskId, button: &'a str) -> Result<(Self, Whole)> {
        let actor = visit.actor()?;
        let (row, details) = get_whole(visit, id).await?;
        let read = move |c: &_| app::drawers::list(c, &actor);
        let drawers = visit.desk.db.read(read).await?.into_iter();
        let texts = &visit.texts;
        let drawer = |state: app::drawers::DrawerState| {
            let drawer = state.drawer;
            (drawer.id.get(), texts.drawer(&drawer.name))
        };
        let drawers: Vec<(i64, String)> = drawers.map(drawer).collect();
        let due = details.balance();
        let page = Self {
            visit,
            current: "tasks",
            title: texts.s(button),
            task: id.get(),
            about: about(&row, &details),
            version: row.task.version,
            was: encode([("stage", &*row.task.stage.to_string())]),
            facts: balance(&details, texts),
            errors: Errors::default(),
            form: PaymentForm::of_sum(due, texts),
            due: due.minor(),
            asks_sum: true,
            asks_fiscal: true,
            drawers: if drawers.len() > 1 {
                drawers
            } else {
                Vec::new()
            },
            stages: Vec::new(),
            confirm: None,
            is_confirmed: false,
            action: String::new(),
            button,
            is_danger: false,
        };
        let whole = Whole {
            task: row.task,
            stage: row.stage,
            details,
        };
        Ok((page, whole))
    }

    /// Asks to confirm something with a checkbox, which may be ticked already.
    pub fn confirming(&mut self, name: &'static str, text: String) {
        self.is_confirmed = !self.visit.typed(name).is_empty();
        self.confirm = Some((name, text));
    }

    pub fn show(&self, status: StatusCode) -> Result<Response> {
        self.visit.page_as(status, self)
    }
}

/// The task that a page is about.
pub struct Whole {
    pub task: Task,
    pub stage: std::sync::Arc<Stage>,
    pub details: Details,
}

fn about(row: &TaskRow, details: &Details) -> String {
    let name = row
        .customer
        .as_ref()
        .and_then(|customer| customer.name.as_ref());
    let name = name.map(|name| name.as_str().to_owned());
    let known = [details.device.title(), name.unwrap_or_default()];
    let known = known.into_iter().filter(|text| !text.is_empty());
    known.collect::<Vec<_>>().join(" · ")
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
