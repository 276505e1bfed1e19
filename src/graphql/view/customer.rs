use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::{Context, Enum, ID, Object};

use super::written::{Plain, Written, id, json};
use super::{List, TaskView};
use crate::domain::{Customer, Name, Result, Unreachable};
use crate::graphql::Asked;
use crate::graphql::loader::Customers;

/// Why a customer can't be told anything.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Unreachable", remote = "Unreachable")]
pub enum UnreachableEnum {
    /// The shop has no bot, or it is switched off.
    NoBot,
    /// There is no card.
    NoCustomer,
    /// No Telegram account is linked to the card.
    NotLinked,
    /// The Telegram account is neither proven nor confirmed by staff.
    NotVerified,
    /// The customer has blocked the bot.
    Blocked,
}

pub type CustomerView = Written<CustomerFields>;

pub struct CustomerFields {
    pub customer: Arc<Customer>,
    /// The list that the customer stands in.
    pub list: Arc<Customers>,
}

impl Plain for Customer {
    const TYPE: &'static str = "Customer";

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        match field.name.node.as_str() {
            "id" => id(self.id.get(), out),
            "phone" => json(self.phone.typed(), out),
            "phoneE164" => json(self.phone.e164(), out),
            "phoneUnusual" => json(&self.phone.is_unusual(), out),
            "name" => json(&self.name.as_ref().map(Name::as_str), out),
            _ => None,
        }
    }
}

impl Plain for CustomerFields {
    const TYPE: &'static str = Customer::TYPE;

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        self.customer.write(field, out)
    }
}

/// A customer's card.
#[Object(name = "Customer", serial)]
impl CustomerFields {
    async fn id(&self) -> ID {
        self.customer.id.get().into()
    }

    /// The customer's number at Telegram, up to 52 bits wide.
    async fn telegram_id(&self) -> Option<ID> {
        self.customer.telegram.map(|link| link.id.get().into())
    }

    /// Whether the Telegram account was proven by a shared contact or confirmed by staff. One
    /// that wasn't is told nothing.
    async fn telegram_verified(&self) -> bool {
        self.customer.telegram.is_some_and(|link| link.verified)
    }

    /// Whether the customer has blocked the bot, so that nothing can be sent.
    async fn telegram_blocked(&self) -> bool {
        self.customer.telegram.is_some_and(|link| link.blocked)
    }

    /// Why nothing that is written to the customer gets there: messages, questions about a price and news of
    /// a status are kept, and somebody has to call. Null where they get there.
    async fn unreachable(&self, ctx: &Context<'_>) -> Result<Option<UnreachableEnum>> {
        Ok(ctx
            .desk()?
            .unreachable(Some(&self.customer))
            .map(Into::into))
    }

    /// The phone as it was typed.
    async fn phone(&self) -> Option<&str> {
        Some(self.customer.phone.typed())
    }

    /// The phone in its canonical form (ITU-T E.164), by which cards are told apart.
    async fn phone_e164(&self) -> &str {
        self.customer.phone.e164()
    }

    /// Whether no numbering plan has such a number, so that a digit may be missing: look again.
    async fn phone_unusual(&self) -> bool {
        self.customer.phone.is_unusual()
    }

    async fn name(&self) -> Option<&str> {
        self.customer.name.as_ref().map(Name::as_str)
    }

    /// The customer's tasks, oldest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn tasks(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
        Ok(List::of(self.list.tasks(ctx, self.customer.id).await?))
    }
}
