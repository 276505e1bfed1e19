use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::written::Entry;
use super::{CatalogueItemView, LineKindEnum, UserView, user};
use crate::app;
use crate::domain::{AgreedLine, AgreementState, Approval, Line, Result, WarrantyDays};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::loader::Tasks;
use crate::graphql::scalars::{DecimalValue, MoneyValue};

/// What the customer said about a line.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "AgreementState", remote = "AgreementState")]
pub enum AgreementStateEnum {
    /// The customer was not asked since the line was added or changed.
    NotAsked,
    /// The customer was asked and has not answered yet.
    Asked,
    /// The customer agreed to the line as it is now.
    Agreed,
    /// The customer declined the quote that shows the line as it is now.
    Declined,
}

pub struct TaskLineView {
    line: Line,
    agreement: AgreementState,
    /// The list that contains its task.
    list: Arc<Tasks>,
}

impl TaskLineView {
    /// Creates the view of a line; `approvals` are those of its task, oldest first.
    pub fn new(line: Line, approvals: &[Approval], list: Arc<Tasks>) -> Self {
        let agreement = AgreementState::of(&line, approvals);
        Self {
            line,
            agreement,
            list,
        }
    }
}

impl Entry for TaskLineView {}

/// A work or a part of a task.
#[Object(name = "TaskLine", serial)]
impl TaskLineView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::TaskLine, self.line.id.get())
    }

    /// Id of the line, unique among lines of all tasks.
    async fn id(&self) -> ID {
        self.line.id.get().into()
    }

    /// Whether it is a work or a part.
    async fn kind(&self) -> LineKindEnum {
        self.line.content.kind.into()
    }

    /// The item of the catalogue that it was copied from; null for a free text.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<CatalogueItemView>> {
        match self.line.content.item {
            Some(id) => self.list.item(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Name, as copied from the catalogue or typed.
    async fn name(&self) -> &str {
        self.line.content.name.as_str()
    }

    /// Number of pieces, from 0.001 to 1,000,000.
    async fn quantity(&self) -> DecimalValue {
        self.line.content.quantity.into()
    }

    /// Price of one piece, before the discount.
    async fn unit_price(&self) -> MoneyValue {
        self.line.content.unit_price.into()
    }

    /// Discount on the line, as a sum.
    async fn discount(&self) -> MoneyValue {
        self.line.content.discount_sum().into()
    }

    /// Quantity × unit price − discount, rounded half away from zero.
    async fn sum(&self) -> MoneyValue {
        self.line.content.sum().into()
    }

    /// Cost of one piece. Null for those who may not see it: everybody but owners.
    async fn cost(&self, ctx: &Context<'_>) -> Result<Option<MoneyValue>> {
        let is_seen = app::catalogue::sees_costs(&ctx.actor()?);
        let cost = self.line.content.cost.filter(|_| is_seen);
        Ok(cost.map(Into::into))
    }

    /// Employee who did the work.
    async fn done_by(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Some(id) = self.line.content.done_by else {
            return Ok(None);
        };
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    /// Duration of the warranty.
    async fn warranty_days(&self) -> Option<i64> {
        self.line.content.warranty.map(WarrantyDays::get)
    }

    /// Answer of the customer to the line as it is now.
    async fn agreement(&self) -> AgreementStateEnum {
        self.agreement.into()
    }
}

pub struct AgreedLineView(pub AgreedLine);

impl Entry for AgreedLineView {}

/// A line as the customer saw it in a quote.
#[Object(name = "AgreedLine", serial)]
impl AgreedLineView {
    /// Whether it is a work or a part.
    async fn kind(&self) -> LineKindEnum {
        self.0.kind.into()
    }

    /// Name as it was shown.
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// Number of pieces, from 0.001 to 1,000,000.
    async fn quantity(&self) -> DecimalValue {
        self.0.quantity.into()
    }

    /// Price of one piece, before the discount.
    async fn unit_price(&self) -> MoneyValue {
        self.0.unit_price.into()
    }

    /// Discount on the line, as a sum.
    async fn discount(&self) -> MoneyValue {
        self.0.discount.into()
    }

    /// Quantity × unit price − discount, rounded half away from zero.
    async fn sum(&self) -> MoneyValue {
        self.0.sum.into()
    }
}
