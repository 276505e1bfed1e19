use async_graphql::{Context, Enum, ID, Object};

use super::comment::ChannelEnum;
use super::written::Entry;
use super::{AgreedLineView, List, UserView, user};
use crate::app;
use crate::domain::{Approval, Decision, Message, Result};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::{InstantValue, MoneyValue};

/// State of a quote.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Decision", remote = "Decision")]
pub enum DecisionEnum {
    /// The customer has not answered yet.
    Asked,
    /// The customer accepted the price, or an employee recorded by phone that they did.
    Agreed,
    /// The customer declined the price.
    Declined,
    /// Superseded by another quote or estimate, withdrawn by staff, or the task was closed.
    Withdrawn,
}

pub struct ApprovalView(Approval);

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self(approval)
    }
}

impl Entry for ApprovalView {}

/// A quote: a price that the customer was asked to accept.
#[Object(name = "Approval", serial)]
impl ApprovalView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Approval, self.0.id.get())
    }

    /// Id of the quote, unique among quotes.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Price of the whole task that the customer was asked to accept.
    async fn price(&self) -> MoneyValue {
        self.0.price.into()
    }

    /// The lines as the customer saw them; empty for a price alone.
    async fn lines(&self) -> List<AgreedLineView> {
        let lines = self.0.lines.clone();
        List::of(lines.into_iter().map(AgreedLineView))
    }

    /// Discount of the whole task in the price.
    async fn discount(&self) -> MoneyValue {
        self.0.discount.into()
    }

    /// Explanation of the price, as sent to the customer.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_ref().map(Message::as_str)
    }

    /// Version of the task that this price was set in.
    async fn task_version(&self) -> i64 {
        self.0.task_version
    }

    /// Employee who sent the quote.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Some(id) = self.0.employee else {
            return Ok(None);
        };
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    /// Time of sending.
    async fn asked_time(&self) -> InstantValue {
        InstantValue(self.0.asked)
    }

    /// State of the quote.
    async fn decision(&self) -> DecisionEnum {
        self.0.decision.into()
    }

    /// Time of the decision; null while it is ASKED.
    async fn decided_time(&self) -> Option<InstantValue> {
        self.0.decided.map(InstantValue)
    }

    /// Channel through which the customer answered, if they did.
    async fn channel(&self) -> Option<ChannelEnum> {
        self.0.channel.map(Into::into)
    }
}
