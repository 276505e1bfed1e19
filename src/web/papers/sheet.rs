//! What is printed on a receipt, a slip or a label.

use std::sync::Arc;

use super::paper::PrintedLink;
use super::slip::{SlipLine, how_paid, sums};
use crate::domain::{
    About, Customer, Details, DeviceField, LabelSize, Line, Money, PaperBlock, PaperSize, Papers,
    Payment, Phone, Readers, Settings, Task,
};
use crate::web::text::Texts;

/// A task as its papers describe it.
pub struct PrintedTask {
    pub task: Task,
    pub customer: Option<Arc<Customer>>,
    pub details: Details,
    pub lines: Vec<Line>,
    pub payments: Vec<Payment>,
}

/// What all papers of a shop have in common.
pub struct PaperFrame {
    pub texts: Texts,
    pub about: Arc<About>,
    pub papers: Papers,
    /// Address of the logo.
    pub logo: Option<String>,
}

/// A receipt or a slip.
pub struct PaperSheet {
    pub frame: PaperFrame,
    pub size: PaperSize,
    /// Message id of its title, which takes the task's number.
    pub name: &'static str,
    pub number: i64,
    /// Labels and values, in the order of their cells.
    pub cells: Vec<(String, String)>,
    /// Works and parts of a hand-over.
    pub works: Vec<SlipLine>,
    /// Sums and warranty, below the works and parts.
    pub sums: Vec<(String, String)>,
    /// Message id of the heading of the terms, and the terms; empty for none.
    pub terms: (&'static str, String),
    pub link: Option<PrintedLink>,
    pub signatures: Vec<String>,
    /// The copies on the same paper.
    pub copies: &'static [SheetCopy],
}

/// A copy of a paper.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SheetCopy {
    Only,
    Shops,
    Customers,
}

impl SheetCopy {
    /// Returns the message id of its name.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Only => None,
            Self::Shops => Some("paper-copy-shop"),
            Self::Customers => Some("paper-copy-customer"),
        }
    }

    /// Returns whether the customer takes it away, and needs the status link.
    pub fn is_taken_away(&self) -> bool {
        *self != Self::Shops
    }
}

/// A label.
pub struct LabelSheet {
    pub texts: Texts,
    pub size: LabelSize,
    pub number: i64,
    pub device: String,
    pub link: Option<PrintedLink>,
}

impl PaperFrame {
    pub fn new(settings: &Settings, texts: Texts, logo: Option<String>) -> Self {
        Self {
            texts,
            about: settings.shop.about.clone(),
            papers: settings.papers.clone(),
            logo,
        }
    }

    fn shows(&self, block: PaperBlock) -> bool {
        self.papers.shows(block)
    }

    /// Returns whether there is anything above the title.
    pub fn has_head(&self) -> bool {
        let texts = [
            self.about.name.as_str().to_owned(),
            self.legal(),
            self.contacts(),
        ];
        self.logo.is_some() || texts.iter().any(|text| !text.is_empty())
    }

    /// Returns the registered name and numbers on one line; empty when none is set.
    pub fn legal(&self) -> String {
        let (about, texts) = (&self.about, &self.texts);
        if !self.shows(PaperBlock::Legal) {
            return String::new();
        }
        let number = |id, number: &str| match number {
            "" => String::new(),
            number => texts.fill(id, "number", number),
        };
        joined([
            about.legal_name.as_str().to_owned(),
            number("paper-tax-id", about.tax_id.as_str()),
            number("paper-registration-id", about.registration_id.as_str()),
        ])
    }

    /// Returns address, hours and phone on one line; empty when none is set.
    pub fn contacts(&self) -> String {
        let about = &self.about;
        joined([
            about.address.as_str().to_owned(),
            about.hours.as_str().to_owned(),
            about
                .phone
                .as_ref()
                .map_or_else(String::new, Phone::formatted),
        ])
    }

    pub fn footer(&self) -> &str {
        self.papers.footer.as_str()
    }
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

impl PaperSheet {
    /// Makes a paper about a task with these cells, and nothing below them but the signatures.
    pub(super) fn new(
        frame: PaperFrame,
        size: PaperSize,
        name: &'static str,
        task: &Task,
        cells: Vec<(String, String)>,
        signatures: [String; 2],
    ) -> Self {
        let signed = frame.shows(PaperBlock::Signatures);
        Self {
            size,
            name,
            number: task.id.get(),
            cells,
            works: Vec::new(),
            sums: Vec::new(),
            terms: ("", String::new()),
            link: None,
            signatures: signatures.into_iter().filter(|_| signed).collect(),
            copies: &[SheetCopy::Only],
            frame,
        }
    }

    /// Makes the receipt of what was taken in by an employee of this name.
    pub fn receipt(
        frame: PaperFrame,
        size: PaperSize,
        subject: &PrintedTask,
        link: Option<PrintedLink>,
        employee: Option<String>,
    ) -> Self {
        let texts = &frame.texts;
        let cells = taken(subject, &frame);
        let signatures = [
            texts.s("paper-left-by"),
            signature("paper-taken-by", employee, texts),
        ];
        let terms = frame.about.terms.as_str().to_owned();
        let copies: &[SheetCopy] = match (size, frame.shows(PaperBlock::CustomerCopy)) {
            (PaperSize::A4, true) => &[SheetCopy::Shops, SheetCopy::Customers],
            _ => &[SheetCopy::Only],
        };
        let shown = frame.shows(PaperBlock::Qr);
        Self {
            terms: ("paper-terms", terms),
            link: link.filter(|_| shown),
            copies,
            ..Self::new(
                frame,
                size,
                "paper-receipt-title",
                &subject.task,
                cells,
                signatures,
            )
        }
    }

    /// Makes the slip of a hand-over.
    pub fn hand_over(
        frame: PaperFrame,
        size: PaperSize,
        subject: &PrintedTask,
        work: Option<String>,
    ) -> Self {
        let texts = &frame.texts;
        let cells = given_back(subject, work, &frame);
        let works = subject.lines.iter();
        let works = works.map(|line| SlipLine::new(&line.content, texts));
        let signatures = ["paper-handed-by", "paper-got-by"].map(|label| texts.s(label));
        Self {
            works: works.collect(),
            sums: sums(&subject.details, &subject.payments, texts),
            terms: ("paper-warranty", frame.papers.warranty.as_str().to_owned()),
            ..Self::new(
                frame,
                size,
                "paper-hand-over-title",
                &subject.task,
                cells,
                signatures,
            )
        }
    }

    /// Makes the slip of one payment or refund.
    pub(super) fn payment(
        frame: PaperFrame,
        size: PaperSize,
        name: &'static str,
        subject: &PrintedTask,
        payment: &Payment,
        signatures: [String; 2],
    ) -> Self {
        let cells = paid(subject, payment, &frame);
        Self::new(frame, size, name, &subject.task, cells, signatures)
    }

    /// Returns the classes of the stylesheet for its size.
    pub fn class(&self) -> &'static str {
        match self.size {
            PaperSize::A4 => "a4",
            PaperSize::A5 => "a5",
            PaperSize::Roll => "roll",
            PaperSize::NarrowRoll => "roll roll58",
        }
    }
}

impl LabelSheet {
    pub fn new(frame: PaperFrame, subject: &PrintedTask, link: Option<PrintedLink>) -> Self {
        Self {
            size: frame.papers.label,
            number: subject.task.id.get(),
            device: subject.details.device.title(),
            link: link.filter(|_| frame.shows(PaperBlock::Qr)),
            texts: frame.texts,
        }
    }
}

/// A label's message id with a value that may be missing.
type LabelledValue = (&'static str, Option<String>);

/// Returns the label under a signature, with the name of the employee who signs.
pub(super) fn signature(label: &str, name: Option<String>, texts: &Texts) -> String {
    let label = texts.s(label);
    match name {
        Some(name) => format!("{label}: {name}"),
        None => label,
    }
}

/// Returns the cells about what was taken in.
fn taken(subject: &PrintedTask, frame: &PaperFrame) -> Vec<(String, String)> {
    let (task, details, texts) = (&subject.task, &subject.details, &frame.texts);
    let created = [("paper-date", Some(texts.full_date_of(&task.created)))];
    let estimate = details
        .estimate
        .filter(|_| frame.shows(PaperBlock::Estimate));
    let agreed = [
        ("paper-fault", text(task.description.as_str())),
        ("task-due", task.due.map(|day| texts.full_date(&day))),
        ("task-estimate", money(estimate, texts)),
        (
            "task-prepayment",
            how_paid(details, &subject.payments, texts),
        ),
    ];
    let whose = whose(subject, frame, &[Readers::Papers, Readers::Receipt]);
    texts.known(created.into_iter().chain(whose).chain(agreed))
}

/// Returns the cells about what is given back.
fn given_back(
    subject: &PrintedTask,
    work: Option<String>,
    frame: &PaperFrame,
) -> Vec<(String, String)> {
    let texts = &frame.texts;
    let today = [("paper-date", Some(texts.full_date(&texts.today())))];
    let done = [
        ("tasks-description", text(subject.task.description.as_str())),
        ("paper-work", work),
    ];
    let whose = whose(subject, frame, &[Readers::Papers]);
    texts.known(today.into_iter().chain(whose).chain(done))
}

/// Returns the cells about one payment.
fn paid(subject: &PrintedTask, payment: &Payment, frame: &PaperFrame) -> Vec<(String, String)> {
    let (entry, texts) = (&payment.entry, &frame.texts);
    let date = [("paper-date", Some(texts.exact(&payment.at)))];
    let sum = entry.sum();
    let said = [
        ("payment-sum", Some(texts.money(sum))),
        ("paper-in-words", texts.in_words(sum)),
        ("payment-method", Some(texts.method(&entry.method))),
        ("payment-fiscal", text(entry.fiscal.as_str())),
    ];
    let whose = whose(subject, frame, &[]);
    texts.known(date.into_iter().chain(whose).chain(said))
}

/// Returns the cells about the customer and the device that these readers may read.
fn whose(subject: &PrintedTask, frame: &PaperFrame, readers: &[Readers]) -> Vec<LabelledValue> {
    let device = &subject.details.device;
    let customer = subject.customer.as_ref().map(|customer| {
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
    let condition = [DeviceField::Accessories, DeviceField::Appearance];
    let shown =
        |field: &DeviceField| frame.shows(PaperBlock::Condition) || !condition.contains(field);
    let fields = DeviceField::read_by(readers).filter(shown);
    let fields = fields.map(|field| (field.label(), text(device.get(field))));
    known.into_iter().chain(fields).collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn money(sum: Option<Money>, texts: &Texts) -> Option<String> {
    sum.map(|sum| texts.money(sum))
}
