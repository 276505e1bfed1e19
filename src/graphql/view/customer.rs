use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::written::{Written, fields};
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

fields! {
    #[Object(name = "Customer", serial)]
    /// A customer's card.
    CustomerFields, wants ();

    held {
        "id" id: ID = |card| card.customer.id.get().into();

        /// The customer's number at Telegram, up to 52 bits wide.
        "telegramId" telegram_id: Option<ID> =
            |card| card.customer.telegram.map(|link| link.id.get().into());

        /// Whether the Telegram account was proven by a shared contact or confirmed by staff. One
        /// that wasn't is told nothing.
        "telegramVerified" telegram_verified: bool =
            |card| card.customer.telegram.is_some_and(|link| link.verified);

        /// Whether the customer has blocked the bot, so that nothing can be sent.
        "telegramBlocked" telegram_blocked: bool =
            |card| card.customer.telegram.is_some_and(|link| link.blocked);

        /// The phone as it was typed.
        "phone" phone: Option<&str> = |card| Some(card.customer.phone.typed());

        /// The phone in its canonical form (ITU-T E.164), by which cards are told apart.
        "phoneE164" phone_e164: &str = |card| card.customer.phone.e164();

        /// Whether no numbering plan has such a number, so that a digit may be missing: look again.
        "phoneUnusual" phone_unusual: bool = |card| card.customer.phone.is_unusual();

        "name" name: Option<&str> = |card| card.customer.name.as_ref().map(Name::as_str);
    }

    fetched {
        /// Why nothing that is written to the customer gets there: messages, questions about a price and news of
        /// a status are kept, and somebody has to call. Null where they get there.
        async fn unreachable(&self, ctx: &Context<'_>) -> Result<Option<UnreachableEnum>> {
            Ok(ctx
                .desk()?
                .unreachable(Some(&self.customer))
                .map(Into::into))
        }

        /// The customer's tasks, oldest first.
        #[graphql(complexity = "10 * child_complexity")]
        async fn tasks(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
            Ok(List::of(self.list.tasks(ctx, self.customer.id).await?))
        }
    }
}
