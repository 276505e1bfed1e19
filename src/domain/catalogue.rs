//! The catalogue: works and parts with their prices.

use super::letters::fold;
use super::{
    Discount, ItemId, LineContent, LineKind, LineName, Merge, Money, Problem, Quantity, Result,
    ShortText, WarrantyDays,
};

/// Article number or barcode.
pub type ItemCode = ShortText<100>;

/// An item of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueItem {
    pub id: ItemId,
    pub content: ItemContent,
}

impl CatalogueItem {
    /// Returns a line of one piece.
    pub fn line(self) -> LineContent {
        let Self { id, content } = self;
        LineContent {
            kind: content.kind,
            item: Some(id),
            name: content.name,
            quantity: Quantity::ONE,
            unit_price: content.price,
            discount: Discount::NONE,
            cost: content.cost,
            done_by: None,
            warranty: content.warranty,
        }
    }
}

/// Content of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemContent {
    pub kind: LineKind,
    pub name: LineName,
    /// Unique within the shop unless it is empty.
    pub article: ItemCode,
    pub barcode: ItemCode,
    pub price: Money,
    /// Only owners see it.
    pub cost: Option<Money>,
    pub warranty: Option<WarrantyDays>,
    /// Whether it is no longer offered. Lines keep it.
    pub archived: bool,
}

impl ItemContent {
    /// Returns the comparison key of the article number: equal for different spellings.
    pub fn article_key(&self) -> String {
        fold(self.article.as_str())
    }

    /// Returns the text that a search looks for its words in.
    pub fn search_key(&self) -> String {
        let texts = [
            self.name.as_str(),
            self.article.as_str(),
            self.barcode.as_str(),
        ];
        fold(&texts.join("\n"))
    }
}

/// Changes to an item, or a new one; `None` keeps a field, an inner `None` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemChange {
    pub kind: Option<LineKind>,
    pub name: Option<LineName>,
    pub article: Option<ItemCode>,
    pub barcode: Option<ItemCode>,
    pub price: Option<Money>,
    pub cost: Option<Option<Money>>,
    pub warranty: Option<Option<WarrantyDays>>,
    pub archived: Option<bool>,
}

impl ItemChange {
    /// Creates a change that sets every field.
    pub fn of(item: &ItemContent) -> Self {
        Self {
            kind: Some(item.kind),
            name: Some(item.name.clone()),
            article: Some(item.article.clone()),
            barcode: Some(item.barcode.clone()),
            price: Some(item.price),
            cost: Some(item.cost),
            warranty: Some(item.warranty),
            archived: Some(item.archived),
        }
    }

    /// Returns what to write of a submitted form, by the rule of [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            kind: merge.field("kind", self.kind, shown.kind, stored.kind),
            name: merge.field("name", self.name, shown.name, stored.name),
            article: merge.field("article", self.article, shown.article, stored.article),
            barcode: merge.field("barcode", self.barcode, shown.barcode, stored.barcode),
            price: merge.field("price", self.price, shown.price, stored.price),
            cost: merge.field("cost", self.cost, shown.cost, stored.cost),
            warranty: merge.field(
                "warrantyDays",
                self.warranty,
                shown.warranty,
                stored.warranty,
            ),
            archived: merge.field("archived", self.archived, shown.archived, stored.archived),
        }
    }

    /// Returns the item after the change.
    ///
    /// # Errors
    /// [`Problem::Required`] for an empty name.
    pub fn apply(self, item: ItemContent) -> Result<ItemContent> {
        let item = ItemContent {
            kind: self.kind.unwrap_or(item.kind),
            name: self.name.unwrap_or(item.name),
            article: self.article.unwrap_or(item.article),
            barcode: self.barcode.unwrap_or(item.barcode),
            price: self.price.unwrap_or(item.price),
            cost: self.cost.unwrap_or(item.cost),
            warranty: self.warranty.unwrap_or(item.warranty),
            archived: self.archived.unwrap_or(item.archived),
        };
        match item.name.as_str() {
            "" => Err(Problem::Required.at("name").into()),
            _ => Ok(item),
        }
    }

    /// Returns a new item.
    ///
    /// # Errors
    /// [`Problem::Required`] for a missing kind, name or price.
    pub fn into_new(self) -> Result<ItemContent> {
        let empty = ItemContent {
            kind: self.kind.ok_or_else(|| Problem::Required.at("kind"))?,
            name: LineName::default(),
            article: ItemCode::default(),
            barcode: ItemCode::default(),
            price: self.price.ok_or_else(|| Problem::Required.at("price"))?,
            cost: None,
            warranty: None,
            archived: false,
        };
        self.apply(empty)
    }
}
