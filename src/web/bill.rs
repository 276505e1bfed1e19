//! Works and parts with their sums as a customer sees them: on the status page, and in a quote.

use super::text::Texts;
use crate::domain::{AgreedLine, LineContent, Money, Quantity};
use crate::i18n::LineWords;

/// Lines with the discount of the whole task.
#[derive(Default)]
pub struct Bill {
    pub rows: Vec<BillRow>,
    pub discount: Option<String>,
}

/// A line: name, quantity with discount where there is anything to say, and sum.
pub struct BillRow {
    pub name: String,
    pub about: String,
    pub sum: String,
}

impl Bill {
    pub fn of_lines<'a>(
        lines: impl IntoIterator<Item = &'a LineContent>,
        discount: Money,
        texts: &Texts,
    ) -> Self {
        let rows = lines.into_iter();
        let rows = rows.map(|line| BillRow::new(&line.into(), line.unit_price, texts));
        Self {
            rows: rows.collect(),
            discount: less(discount, texts),
        }
    }

    pub fn of_quote(lines: &[AgreedLine], discount: Money, texts: &Texts) -> Self {
        let rows = lines.iter();
        let rows = rows.map(|line| BillRow::new(&line.into(), line.unit_price, texts));
        Self {
            rows: rows.collect(),
            discount: less(discount, texts),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl BillRow {
    fn new(line: &LineWords<'_>, unit_price: Money, texts: &Texts) -> Self {
        let (quantity, price) = (texts.quantity(line.quantity), texts.money(unit_price));
        let times = format!("{quantity} × {price}");
        let about = match (line.quantity, line.discount) {
            (Quantity::ONE, Money::ZERO) => String::new(),
            (_, Money::ZERO) => times,
            (_, discount) => {
                let less = texts.fill("line-less", "sum", texts.money(discount));
                format!("{times}, {less}")
            }
        };
        Self {
            name: texts.line_name(line),
            about,
            sum: texts.money(line.sum),
        }
    }
}

fn less(discount: Money, texts: &Texts) -> Option<String> {
    let shown = discount > Money::ZERO;
    shown.then(|| texts.money(Money::ZERO.minus(discount)))
}
