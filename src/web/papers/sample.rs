//! A paper of an invented task, for the owner who changes the settings.

use std::sync::Arc;

use super::frame::PaperFrame;
use super::paper::PrintedLink;
use super::sheet::{LabelSheet, PaperSheet, PrintedTask};
use crate::domain::{
    Account, Category, Customer, CustomerId, Day, Description, Details, Device, Discount, Entry,
    Error, Line, LineContent, LineId, LineKind, LineName, Method, Money, Name, PaperSize, Payment,
    PaymentId, PaymentKind, Phone, Quantity, Result, Shop, StageId, Status, Task, TaskId, Totals,
    WarrantyDays,
};
use crate::web::text::Texts;

/// Where the code of a sample leads. It is as long as the token of a status link, and none.
const TOKEN: &str = "only-a-preview-no-repair";
/// Number of the invented task.
const NUMBER: i64 = 1042;

/// A kind of paper that can be previewed, by its word in the form, with its message id.
pub const KINDS: &[(&str, &str)] = &[
    ("receipt", "paper-receipt"),
    ("hand-over", "paper-hand-over"),
    ("label", "paper-label"),
];

/// A previewed paper.
pub enum SamplePaper {
    Sheet(Box<PaperSheet>),
    Label(Box<LabelSheet>),
}

impl SamplePaper {
    /// Makes a sample of that kind, one of [`KINDS`], in a size for those that have one.
    ///
    /// # Errors
    /// When the address is too long for a code.
    pub fn new(
        frame: PaperFrame,
        shop: &Shop,
        kind: &str,
        size: PaperSize,
        public_url: &str,
    ) -> Result<Self> {
        let texts = frame.texts.clone();
        let subject = subject(&texts, shop)?;
        let link = || PrintedLink::new(format!("{public_url}/s/{TOKEN}")).map(Some);
        let sheet = |sheet| Self::Sheet(Box::new(sheet));
        Ok(match kind {
            "label" => Self::Label(Box::new(LabelSheet::new(frame, &subject, link()?))),
            "hand-over" => sheet(PaperSheet::hand_over(frame, size, &subject, None)),
            _ => {
                let employee = Some(texts.s("sample-employee"));
                sheet(PaperSheet::receipt(
                    frame,
                    size,
                    &subject,
                    link()?,
                    employee,
                ))
            }
        })
    }
}

/// Returns a task with everything that papers show, in words of the language.
fn subject(texts: &Texts, shop: &Shop) -> Result<PrintedTask> {
    let word = |id: &str| texts.s(id);
    let unit = 10_i64.pow(shop.currency.digits());
    let sum = |units: i64| Money::from_row(units * unit);
    let (now, today) = (texts.now(), texts.today());
    let customer = Customer {
        id: CustomerId::from_row(1),
        phone: Phone::from_row("+7 900 000-00-00".to_owned(), "+79000000000".to_owned()),
        name: Name::parse("name", &word("sample-customer"))?,
        second_phone: None,
        email: None,
        company: None,
        tax_number: None,
        note: None,
        telegram: None,
        max: None,
        heard_on: None,
    };
    let device = Device::from_row(|column| {
        Ok::<_, Error>(match column {
            "kind" => word("sample-kind"),
            "brand" => "Apple".to_owned(),
            "model" => "iPhone 12".to_owned(),
            "serial" => "356938035643809".to_owned(),
            "accessories" => word("sample-accessories"),
            "appearance" => word("sample-appearance"),
            _ => String::new(),
        })
    })?;
    let line = |id, kind, name: &str, price| Line {
        id: LineId::from_row(id),
        task: TaskId::from_row(NUMBER),
        position: usize::try_from(id).unwrap_or_default(),
        content: LineContent {
            kind,
            item: None,
            name: LineName::from_row(word(name)),
            quantity: Quantity::ONE,
            unit_price: sum(price),
            discount: Discount::NONE,
            cost: None,
            done_by: None,
            warranty: WarrantyDays::new("warrantyDays", 90).ok().flatten(),
        },
    };
    let lines = vec![
        line(1, LineKind::Work, "sample-work", 3_500),
        line(2, LineKind::Part, "sample-part", 9_000),
    ];
    let totals = Totals::of(lines.iter().map(|line| &line.content), Discount::NONE)?;
    let mut entry = Entry::new(PaymentKind::Payment, Method::Card, sum(2_000));
    entry.task = Some(TaskId::from_row(NUMBER));
    let details = Details {
        device,
        estimate: Some(sum(12_500)),
        account: Account {
            lines: Some(totals),
            paid: Some(sum(2_000)),
        },
        ..Details::default()
    };
    let mut due = today;
    for _ in 0..3 {
        due = due.next();
    }
    Ok(PrintedTask {
        task: task(word("sample-fault"), due, texts),
        customer: Some(Arc::new(customer)),
        details,
        lines,
        payments: vec![Payment {
            id: PaymentId::from_row(1),
            entry,
            at: now,
        }],
    })
}

fn task(fault: String, due: Day, texts: &Texts) -> Task {
    let now = texts.now();
    Task {
        id: TaskId::from_row(NUMBER),
        customer: Some(CustomerId::from_row(1)),
        employee: None,
        category: Category::Repair,
        status: Status::Accepted,
        stage: StageId::from_row(1),
        stage_since: now,
        description: Description::from_row(fault),
        due: Some(due),
        version: 1,
        created: now,
        updated: now,
        closed: None,
        ready: None,
        remind: true,
    }
}
