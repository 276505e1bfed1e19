//! What is printed on a receipt, a slip or a label.

use std::sync::Arc;

use super::cells::{given_back, paid, taken};
use super::frame::PaperFrame;
use super::paper::PrintedLink;
use super::slip::{SlipLine, sums};
use crate::domain::{Customer, Details, LabelSize, Line, PaperBlock, PaperSize, Payment, Task};
use crate::web::text::Texts;

/// A task as its papers describe it.
pub struct PrintedTask {
    pub task: Task,
    pub customer: Option<Arc<Customer>>,
    pub details: Details,
    pub lines: Vec<Line>,
    pub payments: Vec<Payment>,
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

/// Returns the label under a signature, with the name of the employee who signs.
pub(super) fn signature(label: &str, name: Option<String>, texts: &Texts) -> String {
    let label = texts.s(label);
    match name {
        Some(name) => format!("{label}: {name}"),
        None => label,
    }
}
