use async_graphql::{Context, Enum, ID, Object};

use super::known;
use super::written::Entry;
use crate::app;
use crate::domain::{CatalogueItem, LineKind, Result, WarrantyDays};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::MoneyValue;

/// Kind of a line of a task or an item of the catalogue.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "LineKind", remote = "LineKind")]
pub enum LineKindEnum {
    /// Work that an employee does.
    Work,
    /// A part that is built in or sold.
    Part,
}

#[derive(Clone)]
pub struct CatalogueItemView(pub CatalogueItem);

impl Entry for CatalogueItemView {}

/// A work or a part of the price list.
#[Object(name = "CatalogueItem", serial)]
impl CatalogueItemView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::CatalogueItem, self.0.id.get())
    }

    /// Id of the item, unique among items of the catalogue.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Whether it is a work or a part.
    async fn kind(&self) -> LineKindEnum {
        self.0.content.kind.into()
    }

    /// Name, which new lines copy.
    async fn name(&self) -> &str {
        self.0.content.name.as_str()
    }

    /// Article number, unique within the shop.
    async fn article(&self) -> Option<&str> {
        known(self.0.content.article.as_str())
    }

    /// Barcode; null when there is none.
    async fn barcode(&self) -> Option<&str> {
        known(self.0.content.barcode.as_str())
    }

    /// Price of one piece, which new lines copy.
    async fn price(&self) -> MoneyValue {
        self.0.content.price.into()
    }

    /// Cost of one piece. Null for those who may not see it: everybody but owners.
    async fn cost(&self, ctx: &Context<'_>) -> Result<Option<MoneyValue>> {
        let is_seen = app::catalogue::sees_costs(&ctx.actor()?);
        let cost = self.0.content.cost.filter(|_| is_seen);
        Ok(cost.map(Into::into))
    }

    /// Duration of the warranty.
    async fn warranty_days(&self) -> Option<i64> {
        self.0.content.warranty.map(WarrantyDays::get)
    }

    /// Whether it is no longer offered. Lines keep it.
    async fn archived(&self) -> bool {
        self.0.content.archived
    }
}
