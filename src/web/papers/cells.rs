//! The labelled values on a receipt or a slip.

use super::frame::PaperFrame;
use super::sheet::PrintedTask;
use super::slip::how_paid;
use crate::domain::{DeviceField, Money, PaperBlock, Payment, Readers};
use crate::web::text::Texts;

/// A label's message id with a value that may be missing.
type LabelledValue = (&'static str, Option<String>);

/// Returns the cells about what was taken in.
pub(super) fn taken(subject: &PrintedTask, frame: &PaperFrame) -> Vec<(String, String)> {
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
pub(super) fn given_back(
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
pub(super) fn paid(
    subject: &PrintedTask,
    payment: &Payment,
    frame: &PaperFrame,
) -> Vec<(String, String)> {
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
