//! The customers' cards, and their Telegram.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::app::{self, Desk};
use crate::domain::{Customer, CustomerId, Phone, Result};
use crate::graphql::input::{Card, CustomerInput};
use crate::graphql::view::CustomerView;
use crate::graphql::{Asked, loader};
use crate::store::Transaction;

#[derive(SimpleObject)]
pub struct CustomerPayload {
    customer: CustomerView,
}

impl CustomerPayload {
    /// Does a write, which returns the card as it is then.
    async fn write(
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<Customer> + Send + 'static,
    ) -> Result<Self> {
        let customer = loader::customer(desk.db.write(work).await?);
        Ok(Self { customer })
    }
}

#[derive(SimpleObject)]
pub struct DeleteCustomerPayload {
    /// The deleted card's phone, as it was typed when the card was made.
    phone: String,
}

impl DeleteCustomerPayload {
    fn of(deleted: &Customer) -> Self {
        let phone = deleted.phone.typed().to_owned();
        Self { phone }
    }
}

#[derive(Default)]
pub struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Makes a customer's card. CONFLICT, with the card's id, when there is one with that phone,
    /// however it is written.
    async fn create_customer(
        &self,
        ctx: &Context<'_>,
        customer_data: CustomerInput,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let Card { phone, change, .. } = customer_data.read(&shop)?;
        let work = move |tx: &Transaction<'_>| {
            app::customers::create(tx, &shop, &actor, &phone, &change, now)
        };
        CustomerPayload::write(desk, work).await
    }

    /// Changes the card that is found by `phone`; a changed number means a new card. NOT_FOUND
    /// when there is none with that phone.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        customer_data: CustomerInput,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let Card { id, phone, change } = customer_data.read(&shop)?;
        let work = move |tx: &Transaction<'_>| {
            app::customers::update(tx, &shop, &actor, &phone, id, &change, now)
        };
        CustomerPayload::write(desk, work).await
    }

    /// Erases a customer's card. Tasks of the customer stay; their `customer` becomes null, and
    /// their links end.
    async fn delete_customer(
        &self,
        ctx: &Context<'_>,
        phone: String,
    ) -> Result<DeleteCustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let phone = Phone::parse("phone", &phone, desk.shop.country)?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::customers::delete(tx, &actor, &phone, now);
        let customer = desk.db.write(work).await?;
        Ok(DeleteCustomerPayload::of(&customer))
    }

    /// Erases a person wholly: the card as `deleteCustomer` does, and also the descriptions,
    /// devices, messages and pictures of their tasks, now and in the history. For the owner.
    async fn erase_customer(
        &self,
        ctx: &Context<'_>,
        phone: String,
    ) -> Result<DeleteCustomerPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let phone = Phone::parse("phone", &phone, desk.shop.country)?;
        let customer = app::customers::erase(desk, owner, phone).await?;
        Ok(DeleteCustomerPayload::of(&customer))
    }

    /// Vouches that a card's Telegram account is the customer's. From then on it is told of the
    /// tasks.
    async fn confirm_telegram(
        &self,
        ctx: &Context<'_>,
        customer_id: ID,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (
            CustomerId::parse("customerId", &customer_id)?,
            desk.clock.now(),
        );
        let work =
            move |tx: &Transaction<'_>| app::customers::confirm_telegram(tx, &actor, id, now);
        CustomerPayload::write(desk, work).await
    }

    /// Takes a card's Telegram account away, and what waits to be sent to it.
    async fn unlink_telegram(&self, ctx: &Context<'_>, customer_id: ID) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (
            CustomerId::parse("customerId", &customer_id)?,
            desk.clock.now(),
        );
        let work = move |tx: &Transaction<'_>| app::customers::unlink_telegram(tx, &actor, id, now);
        CustomerPayload::write(desk, work).await
    }
}
