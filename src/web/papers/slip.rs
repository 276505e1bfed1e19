//! What the hand-over slip states: works and parts, and how they were paid.

use crate::domain::{Details, LineContent, Method, Money, Payment, WarrantyDays};
use crate::web::text::Texts;

/// A work or a part as the slip prints it.
pub struct SlipLine {
    pub name: String,
    pub quantity: String,
    pub price: String,
    pub discount: String,
    pub sum: String,
    pub warranty: String,
}

impl SlipLine {
    pub fn new(line: &LineContent, texts: &Texts) -> Self {
        let discount = match line.discount_sum() {
            Money::ZERO => String::new(),
            sum => texts.money(sum),
        };
        let days = line.warranty.map(WarrantyDays::get);
        Self {
            name: texts.line_name(&line.into()),
            quantity: texts.quantity(line.quantity),
            price: texts.money(line.unit_price),
            discount,
            sum: texts.money(line.sum()),
            warranty: days
                .map(|days| texts.count("paper-days", &days))
                .unwrap_or_default(),
        }
    }
}

/// Returns the sums of a hand-over: the total, how it was paid, and what is due.
pub fn sums(details: &Details, payments: &[Payment], texts: &Texts) -> Vec<(String, String)> {
    let (price, totals) = (details.price(), details.totals());
    let has_discount = totals.discount > Money::ZERO;
    let full = totals.total.plus(totals.discount).filter(|_| has_discount);
    let discount = has_discount.then(|| Money::ZERO.minus(totals.discount));
    let until = details.warranty_until.map(|day| texts.full_date(&day));
    let money = |sum: Option<Money>| sum.map(|sum| texts.money(sum));
    texts.known([
        ("paper-sum", money(full)),
        ("lines-discount", money(discount)),
        ("lines-total", money(price)),
        (
            "paper-in-words",
            price.and_then(|price| texts.in_words(price)),
        ),
        ("task-paid", how_paid(details, payments, texts)),
        ("paper-to-pay", money(details.to_pay())),
        ("task-warranty", until),
    ])
}

/// Describes what was paid by each method; `None` before the first payment.
pub fn how_paid(details: &Details, payments: &[Payment], texts: &Texts) -> Option<String> {
    let paid = details.account.paid?;
    let by = |method: &Method| {
        let rows = payments.iter().filter(|row| row.entry.method == *method);
        let sum = rows.map(|row| row.entry.amount.minor()).sum();
        (*method, Money::from_row(sum))
    };
    let sums = Method::ALL.iter().map(by);
    let sums = sums.filter(|(_, sum)| *sum != Money::ZERO);
    let said = sums.map(|(method, sum)| format!("{}: {}", texts.method(&method), texts.money(sum)));
    let said: Vec<String> = said.collect();
    Some(match said.is_empty() {
        true => texts.money(paid),
        false => format!("{} ({})", texts.money(paid), said.join(", ")),
    })
}
