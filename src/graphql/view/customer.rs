use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::written::{Written, fields};
use super::{List, TaskView};
use crate::domain::{Customer, Name, Result, Unreachable};
use crate::graphql::RequestContext;
use crate::graphql::loader::Customers;

/// Reason why messages can't reach a customer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Unreachable", remote = "Unreachable")]
pub enum UnreachableEnum {
    /// The shop has no bot, or it is switched off.
    NoBot,
    /// The task has no customer any more.
    NoCustomer,
    /// No Telegram account is linked to the customer.
    NotLinked,
    /// The Telegram account is not verified.
    NotVerified,
    /// The customer has blocked the bot.
    Blocked,
}

pub type CustomerView = Written<CustomerFields>;

pub struct CustomerFields {
    pub customer: Arc<Customer>,
    /// The list that contains the customer.
    pub list: Arc<Customers>,
}

fields! {
    #[Object(name = "Customer", serial)]
    /// A customer of the shop.
    CustomerFields, wants ();

    held {
        "id" id: ID = |card| card.customer.id.get().into();

        /// Telegram user id, up to 52 bits wide.
        "telegramId" telegram_id: Option<ID> =
            |card| card.customer.telegram.map(|link| link.id.get().into());

        /// Whether the Telegram account was verified, by a shared contact or by staff. An
        /// unverified one receives nothing.
        "telegramVerified" telegram_verified: bool =
            |card| card.customer.telegram.is_some_and(|link| link.verified);

        /// Whether the customer has blocked the bot, so that nothing can be sent.
        "telegramBlocked" telegram_blocked: bool =
            |card| card.customer.telegram.is_some_and(|link| link.blocked);

        /// Phone as typed.
        "phone" phone: Option<&str> = |card| Some(card.customer.phone.typed());

        /// Phone in canonical form (ITU-T E.164), which identifies the customer.
        "phoneE164" phone_e164: &str = |card| card.customer.phone.e164();

        /// Whether the phone fits no numbering plan, so that a digit may be missing.
        "phoneUnusual" phone_unusual: bool = |card| card.customer.phone.is_unusual();

        "name" name: Option<&str> = |card| card.customer.name.as_ref().map(Name::as_str);
    }

    fetched {
        /// Reason why messages, quotes and status notices can't reach the customer: they are
        /// stored, but somebody has to call. Null when they can.
        async fn unreachable(&self, ctx: &Context<'_>) -> Result<Option<UnreachableEnum>> {
            Ok(ctx
                .desk()?
                .unreachable(Some(&self.customer))
                .map(Into::into))
        }

        /// Tasks of the customer, oldest first.
        async fn tasks(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
            Ok(List::of(self.list.tasks(ctx, self.customer.id).await?))
        }
    }
}
