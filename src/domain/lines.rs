//! Lines of a task: the works and parts that it consists of, and their totals.

use serde::{Deserialize, Serialize};

use super::{EmployeeId, ItemId, LineId, Merge, Money, Problem, Result, ShortText, TaskId};

/// Maximum number of lines of a task.
pub const MOST_LINES: usize = 200;

words! {
    /// Kind of a line or an item of the catalogue.
    LineKind { Work = "WORK", Part = "PART" }
}

/// Name of a line or an item.
pub type LineName = ShortText<200>;

/// A quantity, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity(i64);

impl Quantity {
    pub const ONE: Self = Self(1_000);
    /// In thousandths.
    const MAX: i64 = 1_000_000_000;

    /// Parses "1", "0.25" or "0,25".
    ///
    /// # Errors
    /// [`Problem::DecimalMalformed`], and [`Problem::QuantityOutOfRange`] below 0.001 or above
    /// 1,000,000.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        match thousandths(field, text)? {
            Some(quantity @ 1..=Self::MAX) => Ok(Self(quantity)),
            _ => Err(Problem::QuantityOutOfRange.at(field).into()),
        }
    }

    pub const fn from_row(thousandths: i64) -> Self {
        Self(thousandths)
    }

    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

/// Formats the quantity with a decimal point and without trailing zeros.
impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        decimal(f, self.0)
    }
}

/// A percentage from 0 to 100, in thousandths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(i64);

impl Percent {
    /// 100 %, in thousandths.
    const MAX: i64 = 100_000;

    /// Parses "5", "12.5", "12,5" or "5 %".
    ///
    /// # Errors
    /// [`Problem::DecimalMalformed`], and [`Problem::PercentOutOfRange`] above 100.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text);
        match thousandths(field, text)? {
            Some(percent @ 0..=Self::MAX) => Ok(Self(percent)),
            _ => Err(Problem::PercentOutOfRange.at(field).into()),
        }
    }

    pub const fn from_row(thousandths: i64) -> Self {
        Self(thousandths)
    }

    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        decimal(f, self.0)
    }
}

/// Parses a decimal number of at most three decimal digits, in thousandths; `None` for a number
/// that is too long.
fn thousandths(field: &'static str, text: &str) -> Result<Option<i64>> {
    let malformed = || Problem::DecimalMalformed.at(field);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((&text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 3 {
        return Err(malformed().into());
    }
    Ok(format!("{whole}{part:0<3}").parse().ok())
}

fn decimal(f: &mut std::fmt::Formatter<'_>, thousandths: i64) -> std::fmt::Result {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    match part {
        0 => write!(f, "{whole}"),
        part => write!(f, "{whole}.{}", format!("{part:03}").trim_end_matches('0')),
    }
}

/// A discount: a sum, or a percentage of what it is subtracted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    Sum(Money),
    Percent(Percent),
}

impl Discount {
    pub const NONE: Self = Self::Sum(Money::ZERO);

    /// Returns the discount on a sum, rounded half away from zero.
    pub fn of(self, gross: Money) -> Money {
        match self {
            Self::Sum(sum) => sum,
            // At most the sum itself, which is within the limits.
            Self::Percent(percent) => {
                let exact = i128::from(gross.minor()) * i128::from(percent.0);
                let half = i128::from(Percent::MAX) / 2;
                let rounded = (exact + half * exact.signum()) / i128::from(Percent::MAX);
                i64::try_from(rounded).map_or(gross, Money::from_row)
            }
        }
    }

    /// Returns the columns that store it: the sum, and the percentage.
    pub fn columns(self) -> (Money, Option<i64>) {
        match self {
            Self::Sum(sum) => (sum, None),
            Self::Percent(percent) => (Money::ZERO, Some(percent.0)),
        }
    }

    pub fn from_row(sum: Money, percent: Option<i64>) -> Self {
        percent.map_or(Self::Sum(sum), |percent| Self::Percent(Percent(percent)))
    }
}

/// Duration of a warranty in days, from 1 to 3,650.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WarrantyDays(i64);

impl WarrantyDays {
    pub const MAX: i64 = 3_650;

    /// Reads a number of days; 0 is no warranty.
    ///
    /// # Errors
    /// [`Problem::DaysOutOfRange`].
    pub fn new(field: &'static str, days: i64) -> Result<Option<Self>> {
        let max = Self::MAX.unsigned_abs() as usize;
        match days {
            0 => Ok(None),
            1..=Self::MAX => Ok(Some(Self(days))),
            _ => Err(Problem::DaysOutOfRange { max }.at(field).into()),
        }
    }

    pub const fn from_row(days: i64) -> Self {
        Self(days)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A line of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: LineId,
    pub task: TaskId,
    /// Position in its task, from 1.
    pub position: usize,
    pub content: LineContent,
}

/// Content of a line. Name, price, cost and warranty are copied from the catalogue, so that a later
/// change of the catalogue changes no task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineContent {
    pub kind: LineKind,
    /// Item of the catalogue; `None` for a free text.
    pub item: Option<ItemId>,
    pub name: LineName,
    pub quantity: Quantity,
    pub unit_price: Money,
    pub discount: Discount,
    /// Cost of one piece. Only owners see it.
    pub cost: Option<Money>,
    pub done_by: Option<EmployeeId>,
    pub warranty: Option<WarrantyDays>,
}

impl LineContent {
    /// Returns the price before the discount.
    fn gross(&self) -> Option<Money> {
        self.unit_price.thousandths(self.quantity.0)
    }

    /// Returns the discount as a sum.
    pub fn discount_sum(&self) -> Money {
        self.discount.of(self.gross().unwrap_or_default())
    }

    /// Returns quantity × unit price − discount, rounded half away from zero.
    pub fn sum(&self) -> Money {
        let gross = self.gross().unwrap_or_default();
        gross.minus(self.discount.of(gross))
    }

    /// Returns the cost of the whole line.
    pub fn cost_sum(&self) -> Money {
        let cost = self.cost.and_then(|cost| cost.thousandths(self.quantity.0));
        cost.unwrap_or_default()
    }

    /// # Errors
    /// [`Problem::Required`] for a line without a name, [`Problem::SumTooLarge`], and
    /// [`Problem::DiscountTooLarge`].
    pub fn check(&self) -> Result<()> {
        if self.name.as_str().is_empty() {
            return Err(Problem::Required.at("name").into());
        }
        let max = Money::MAX.unsigned_abs() as usize;
        let too_large = |field| Problem::SumTooLarge { max }.at(field);
        let gross = self.gross().ok_or_else(|| too_large("unitPrice"))?;
        let cost = self.cost.unwrap_or_default().thousandths(self.quantity.0);
        cost.ok_or_else(|| too_large("cost"))?;
        match self.discount.of(gross) > gross {
            true => Err(Problem::DiscountTooLarge.at("discount").into()),
            false => Ok(()),
        }
    }

    /// Returns the line as the history records it.
    pub fn note(&self) -> LineNote {
        LineNote {
            name: self.name.as_str().to_owned(),
            quantity: self.quantity.to_string(),
            unit_price: self.unit_price.minor(),
            discount: self.discount_sum().minor(),
            sum: self.sum().minor(),
            position: None,
        }
    }

    /// Returns whether the customer would see the same in both.
    pub fn looks_like(&self, other: &AgreedLine) -> bool {
        self.kind == other.kind
            && self.name == other.name
            && self.quantity == other.quantity
            && self.unit_price == other.unit_price
            && self.discount_sum() == other.discount
    }
}

/// A line as the history records it, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineNote {
    pub name: String,
    pub quantity: String,
    pub unit_price: i64,
    pub discount: i64,
    pub sum: i64,
    /// Position in the task, from 1; only in the record of a move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
}

impl LineNote {
    /// Parses a value of the history; `None` for an erased one.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl std::fmt::Display for LineNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&text)
    }
}

/// Changes to a line, or a new one; `None` keeps a field, an inner `None` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineChange {
    pub kind: Option<LineKind>,
    /// Item of the catalogue that a new line is copied from.
    pub item: Option<ItemId>,
    pub name: Option<LineName>,
    pub quantity: Option<Quantity>,
    pub unit_price: Option<Money>,
    pub discount: Option<Discount>,
    pub cost: Option<Option<Money>>,
    pub done_by: Option<Option<EmployeeId>>,
    pub warranty: Option<Option<WarrantyDays>>,
}

impl LineChange {
    /// Returns the values that the form of a line is loaded with.
    pub fn of(line: &LineContent) -> Self {
        Self {
            kind: Some(line.kind),
            item: line.item,
            name: Some(line.name.clone()),
            quantity: Some(line.quantity),
            unit_price: Some(line.unit_price),
            discount: Some(line.discount),
            cost: Some(line.cost),
            done_by: Some(line.done_by),
            warranty: Some(line.warranty),
        }
    }

    /// Returns what to write of a submitted form, by the rule of [`Merge`]. The item stays.
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            kind: merge.field("kind", self.kind, shown.kind, stored.kind),
            item: None,
            name: merge.field("name", self.name, shown.name, stored.name),
            quantity: merge.field("quantity", self.quantity, shown.quantity, stored.quantity),
            unit_price: merge.field(
                "unitPrice",
                self.unit_price,
                shown.unit_price,
                stored.unit_price,
            ),
            discount: merge.field("discount", self.discount, shown.discount, stored.discount),
            cost: merge.field("cost", self.cost, shown.cost, stored.cost),
            done_by: merge.field("doneById", self.done_by, shown.done_by, stored.done_by),
            warranty: merge.field(
                "warrantyDays",
                self.warranty,
                shown.warranty,
                stored.warranty,
            ),
        }
    }

    /// Returns the line after the change. Its item stays.
    pub fn apply(self, line: LineContent) -> LineContent {
        LineContent {
            kind: self.kind.unwrap_or(line.kind),
            item: line.item,
            name: self.name.unwrap_or(line.name),
            quantity: self.quantity.unwrap_or(line.quantity),
            unit_price: self.unit_price.unwrap_or(line.unit_price),
            discount: self.discount.unwrap_or(line.discount),
            cost: self.cost.unwrap_or(line.cost),
            done_by: self.done_by.unwrap_or(line.done_by),
            warranty: self.warranty.unwrap_or(line.warranty),
        }
    }

    /// Returns a new line, based on that of an item of the catalogue if there is one.
    ///
    /// # Errors
    /// [`Problem::Required`] for a free text without a kind, name or price.
    pub fn into_new(self, of_item: Option<LineContent>) -> Result<LineContent> {
        let line = match of_item {
            Some(line) => line,
            None => LineContent {
                kind: self.kind.ok_or_else(|| Problem::Required.at("kind"))?,
                item: None,
                name: LineName::default(),
                quantity: Quantity::ONE,
                unit_price: self
                    .unit_price
                    .ok_or_else(|| Problem::Required.at("unitPrice"))?,
                discount: Discount::NONE,
                cost: None,
                done_by: None,
                warranty: None,
            },
        };
        Ok(self.apply(line))
    }
}

/// A line as the customer saw it in a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedLine {
    pub line: LineId,
    pub kind: LineKind,
    pub name: LineName,
    pub quantity: Quantity,
    pub unit_price: Money,
    pub discount: Money,
    pub sum: Money,
}

impl From<&Line> for AgreedLine {
    fn from(line: &Line) -> Self {
        let content = &line.content;
        Self {
            line: line.id,
            kind: content.kind,
            name: content.name.clone(),
            quantity: content.quantity,
            unit_price: content.unit_price,
            discount: content.discount_sum(),
            sum: content.sum(),
        }
    }
}

/// Sums of the lines of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub works: Money,
    pub parts: Money,
    /// Discount of the whole task, as a sum.
    pub discount: Money,
    /// works + parts − discount.
    pub total: Money,
    pub cost: Money,
}

impl Totals {
    /// Computes the sums of a task's lines. A discount that exceeds them is limited to them, since
    /// lines may be removed after it was given.
    ///
    /// # Errors
    /// [`Problem::SumTooLarge`].
    pub fn of<'a>(
        lines: impl IntoIterator<Item = &'a LineContent>,
        discount: Discount,
    ) -> Result<Self> {
        let max = Money::MAX.unsigned_abs() as usize;
        let too_large = || Problem::SumTooLarge { max }.at("unitPrice");
        let mut totals = Self::default();
        for line in lines {
            let of_kind = match line.kind {
                LineKind::Work => &mut totals.works,
                LineKind::Part => &mut totals.parts,
            };
            *of_kind = of_kind.plus(line.sum()).ok_or_else(too_large)?;
            totals.cost = totals.cost.plus(line.cost_sum()).ok_or_else(too_large)?;
        }
        let lines = totals.works.plus(totals.parts).ok_or_else(too_large)?;
        totals.discount = discount.of(lines).min(lines);
        totals.total = lines.minus(totals.discount);
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(kind: LineKind, quantity: i64, price: i64, discount: Discount) -> LineContent {
        LineContent {
            kind,
            item: None,
            name: LineName::from_row("work".to_owned()),
            quantity: Quantity(quantity),
            unit_price: Money::from_row(price),
            discount,
            cost: Some(Money::from_row(price / 2)),
            done_by: None,
            warranty: None,
        }
    }

    #[test]
    fn a_line_is_rounded_half_away_from_zero() {
        let none = Discount::NONE;
        let ten = Discount::Percent(Percent::parse("p", "10 %").unwrap());
        for (quantity, price, discount, sum) in [
            ("1", 350_000, none, 350_000),
            ("0.5", 333, none, 167),
            ("0,001", 499, none, 0),
            ("0.001", 500, none, 1),
            ("2.25", 100, ten, 202),
            ("3", 5, ten, 13),
        ] {
            let quantity = Quantity::parse("quantity", quantity).unwrap();
            let line = line(LineKind::Part, quantity.0, price, discount);
            assert_eq!(line.sum().minor(), sum, "{quantity} × {price}");
        }
    }

    #[test]
    fn quantities_and_percentages_are_read_strictly() {
        for (text, read) in [
            ("1", Some("1")),
            (" 1 000,250 ", Some("1000.25")),
            ("0.001", Some("0.001")),
            ("1000000", Some("1000000")),
            ("1000000.001", None),
            ("0", None),
            ("0.0001", None),
            ("-1", None),
            ("1e3", None),
            (".5", None),
            ("5.", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            let quantity = Quantity::parse("quantity", text).ok();
            let quantity = quantity.map(|quantity| quantity.to_string());
            assert_eq!(quantity.as_deref(), read, "{text}");
        }
        for text in ["100.001", "-5", "five", "%"] {
            assert!(Percent::parse("discountPercent", text).is_err(), "{text}");
        }
    }

    fn any_line() -> impl Strategy<Value = LineContent> {
        let discount = prop_oneof![
            Just(Discount::NONE),
            (0..=100_000_i64).prop_map(|percent| Discount::Percent(Percent(percent))),
            (0..=1_000_i64).prop_map(|sum| Discount::Sum(Money::from_row(sum))),
        ];
        let line_of = |(work, quantity, price, discount)| {
            let kind = if work { LineKind::Work } else { LineKind::Part };
            line(kind, quantity, price, discount)
        };
        (any::<bool>(), 1..=100_000_i64, 0..=10_000_000_i64, discount)
            .prop_map(line_of)
            .prop_filter("a discount of at most the line", |line| {
                line.check().is_ok()
            })
    }

    proptest! {
        #[test]
        fn the_order_of_lines_never_changes_a_total(
            lines in prop::collection::vec(any_line(), 0..20),
            percent in 0..=100_000_i64,
        ) {
            let discount = Discount::Percent(Percent(percent));
            let totals = Totals::of(&lines, discount).unwrap();
            let reversed = Totals::of(lines.iter().rev(), discount).unwrap();
            prop_assert_eq!(totals, reversed);
            let sums: i64 = lines.iter().map(|line| line.sum().minor()).sum();
            prop_assert_eq!(totals.total.minor() + totals.discount.minor(), sums);
        }

        #[test]
        fn no_discount_makes_a_sum_negative(
            lines in prop::collection::vec(any_line(), 0..20),
            discount in 0..=20_000_000_i64,
        ) {
            for line in &lines {
                prop_assert!(line.sum() >= Money::ZERO);
            }
            let totals = Totals::of(&lines, Discount::Sum(Money::from_row(discount))).unwrap();
            prop_assert!(totals.total >= Money::ZERO);
        }
    }
}
