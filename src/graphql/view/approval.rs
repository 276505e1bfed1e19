use async_graphql::{Context, Enum, ID, Object};

use super::comment::ChannelEnum;
use super::written::Entry;
use super::{UserView, user};
use crate::app;
use crate::domain::{Approval, Decision, Message, Result};
use crate::graphql::Asked;

/// What became of a question.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Decision", remote = "Decision")]
pub enum DecisionEnum {
    /// The customer has not answered yet.
    Asked,
    Agreed,
    Declined,
    /// Overtaken by another question or another estimate, taken back, or the task was closed.
    Withdrawn,
}

pub struct ApprovalView(Approval);

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self(approval)
    }
}

impl Entry for ApprovalView {}

/// A price that the customer was asked to agree to.
#[Object(name = "Approval", serial)]
impl ApprovalView {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// In the smallest unit of the shop's currency.
    async fn price(&self) -> i64 {
        self.0.price.minor()
    }

    /// What the price is for, as the customer was told.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_ref().map(Message::as_str)
    }

    /// The version that the task had with this price.
    async fn task_version(&self) -> i64 {
        self.0.task_version
    }

    /// Who asked.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Some(id) = self.0.employee else {
            return Ok(None);
        };
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    /// When the customer was asked, RFC 3339 in UTC.
    async fn asked_time(&self) -> String {
        self.0.asked.to_string()
    }

    async fn decision(&self) -> DecisionEnum {
        self.0.decision.into()
    }

    /// When it was decided, RFC 3339 in UTC; null as long as it is ASKED.
    async fn decided_time(&self) -> Option<String> {
        self.0.decided.map(|at| at.to_string())
    }

    /// By which way the customer answered, where they did.
    async fn channel(&self) -> Option<ChannelEnum> {
        self.0.channel.map(Into::into)
    }
}
