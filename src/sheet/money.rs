//! What a row says about money: its sums, the works and parts with a discount, and what was paid.

use super::columns::Column;
use super::row::RowReader;
use crate::domain::{
    Details, Discount, LineContent, LineKind, LineName, Money, Observation, Percent, Quantity,
    Result, Source, SumDoubt, Totals, is_none, three_digit_point,
};
use crate::i18n;

/// Columns that together make the lines of a task.
const OF_LINES: [Column; 3] = [Column::Works, Column::Parts, Column::Discount];

impl RowReader<'_> {
    /// Returns a sum. RemOnline writes zero for an unknown one.
    pub(super) fn sum(&mut self, column: Column) -> Result<Option<Money>> {
        let text = self.cell(column).trim();
        if is_none(text) {
            return Ok(None);
        }
        let currency = self.reading.shop.currency;
        let ours = self.headings.source == Source::Zayavka;
        // Our own exports write no thousands separators.
        let own = three_digit_point(text, currency).filter(|_| ours);
        let point = own.or_else(|| self.habits.point(column));
        let read = Money::read("sum", text, currency, point);
        let Some((sum, doubt)) = self.checked(column, read)? else {
            return Ok(None);
        };
        if doubt == Some(SumDoubt::OtherWords) {
            self.keep(column);
        }
        if let Some(doubt) = doubt {
            self.note(column, Observation::Sum(doubt));
        }
        let is_known = self.headings.source != Source::RemOnline || sum.minor() > 0;
        Ok(is_known.then_some(sum))
    }

    /// Returns what was paid: the larger of the prepayment and of what was paid in all, which
    /// includes it.
    pub(super) fn paid(&mut self) -> Result<Option<Money>> {
        let prepaid = self.sum(Column::Prepayment)?;
        Ok(prepaid.max(self.sum(Column::Paid)?))
    }

    /// Returns a line for the works and one for the parts, and sets the discount of the task.
    /// Unless they add up to its price, the price is kept as it is, and they go into the
    /// description.
    pub(super) fn lines(&mut self, details: &mut Details) -> Result<Vec<LineContent>> {
        let works = self.sum(Column::Works)?;
        let parts = self.sum(Column::Parts)?;
        let discount = self.discount()?;
        let line = |(kind, sum): (LineKind, Option<Money>)| {
            let sum = sum.filter(|sum| *sum > Money::ZERO)?;
            Some(self.line(kind, sum))
        };
        let lines = [(LineKind::Work, works), (LineKind::Part, parts)];
        let lines: Vec<LineContent> = lines.into_iter().filter_map(line).collect();
        let is_some = |sum: Option<Money>| sum.is_some_and(|sum| sum > Money::ZERO);
        let totals = Totals::of(&lines, discount.unwrap_or(Discount::NONE));
        let Some(totals) = self.checked(Column::Works, totals)? else {
            return Ok(Vec::new());
        };
        let given = totals.works.plus(totals.parts).unwrap_or_default();
        let is_whole = discount.is_none_or(|discount| discount.of(given) <= given);
        if !lines.is_empty() && is_whole && details.price.is_none_or(|price| price == totals.total)
        {
            details.price = None;
            details.discount = discount.filter(|discount| discount.of(given) > Money::ZERO);
            return Ok(lines);
        }
        for column in OF_LINES {
            if !is_zero(self.cell(column)) {
                self.keep(column);
            }
        }
        if is_some(works) || is_some(parts) {
            self.note(Column::Price, Observation::LinesDiffer);
        }
        Ok(Vec::new())
    }

    /// Returns the discount of the row, a sum or a percentage.
    fn discount(&mut self) -> Result<Option<Discount>> {
        let text = self.cell(Column::Discount).trim();
        if !text.ends_with('%') {
            return Ok(self.sum(Column::Discount)?.map(Discount::Sum));
        }
        let percent = Percent::parse("discount", text);
        Ok(self
            .checked(Column::Discount, percent)?
            .map(Discount::Percent))
    }

    fn line(&self, kind: LineKind, sum: Money) -> LineContent {
        let language = self.reading.shop.language;
        let name = i18n::text(
            language,
            match kind {
                LineKind::Work => "line-kind-works",
                LineKind::Part => "line-kind-parts",
            },
        );
        LineContent {
            kind,
            item: None,
            name: LineName::from_row(name),
            quantity: Quantity::ONE,
            unit_price: sum,
            discount: Discount::NONE,
            cost: None,
            done_by: None,
            warranty: None,
        }
    }
}

/// Returns whether a cell says that there is nothing.
fn is_zero(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit);
    is_none(text.trim()) || (digits.clone().count() > 0 && digits.clone().all(|digit| digit == '0'))
}
