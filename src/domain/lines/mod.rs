//! Lines of a task: the works and parts that it consists of, and their totals.

mod discount;
mod quantity;
#[cfg(test)]
mod tests;
mod totals;

use serde::{Deserialize, Serialize};

use super::{EmployeeId, ItemId, LineId, Merge, Money, Problem, Result, ShortText, TaskId};
pub use discount::Discount;
pub use quantity::{Percent, Quantity};
pub use totals::Totals;

/// Maximum number of lines of a task.
pub const MOST_LINES: usize = 200;

words! {
    /// Kind of a line or an item of the catalogue.
    LineKind { Work = "WORK", Part = "PART" }
}

/// Name of a line or an item.
pub type LineName = ShortText<200>;

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
