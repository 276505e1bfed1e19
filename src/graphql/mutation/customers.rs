//! Mutations of customers and their Telegram links.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::app::{self, Desk};
use crate::domain::{Customer, CustomerId, MergeId, Messenger, Phone, Result, Together};
use crate::graphql::input::{Card, CustomerInput};
use crate::graphql::scalars::InstantValue;
use crate::graphql::view::{CustomerView, MessengerEnum};
use crate::graphql::{RequestContext, idempotency, loader};
use crate::i18n;
use crate::store::Transaction;

/// Result of the mutations that change a customer.
#[derive(SimpleObject)]
pub struct CustomerPayload {
    /// The customer after the change.
    customer: CustomerView,
}

impl CustomerPayload {
    /// Performs a write that returns the changed customer.
    async fn write(
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<Customer> + Send + 'static,
    ) -> Result<Self> {
        let customer = loader::customer(desk.db.write(work).await?);
        Ok(Self { customer })
    }
}

/// Result of `mergeCustomers`.
#[derive(SimpleObject)]
pub struct MergeCustomersPayload {
    /// The kept customer.
    customer: CustomerView,
    /// For `undoMerge`.
    merge_id: ID,
    /// Until then it can be undone.
    undo_until_time: InstantValue,
}

/// Result of `undoMerge`.
#[derive(SimpleObject)]
pub struct UndoMergePayload {
    /// The kept customer.
    customer: CustomerView,
    /// The customer who is back.
    other: CustomerView,
}

/// Result of `deleteCustomer` and `eraseCustomer`.
#[derive(SimpleObject)]
pub struct DeleteCustomerPayload {
    /// The deleted customer's phone, as typed when the customer was created.
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
    /// Creates a customer. CONFLICT, with the existing customer's id, when the phone is taken, in
    /// whatever spelling.
    async fn create_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Fields of the new customer; `phone` identifies it.")]
        customer_data: CustomerInput,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<CustomerPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (shop, request) = (desk.shop(), idempotency::request(ctx, idempotency_key)?);
        let Card { phone, change, .. } = customer_data.read(&shop)?;
        let work = move |tx: &Transaction<'_>| {
            let now = request.now;
            request.once(tx, || {
                app::customers::create(tx, &shop, &actor, &phone, &change, now)
            })
        };
        CustomerPayload::write(desk, work).await
    }

    /// Changes the customer with this `phone`. `correctPhone` changes the phone itself. NOT_FOUND
    /// when no customer has it.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Changes to the customer with its `phone`; omitted fields are kept.")]
        customer_data: CustomerInput,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop(), desk.clock.now());
        let Card { id, phone, change } = customer_data.read(&shop)?;
        let work = move |tx: &Transaction<'_>| {
            app::customers::update(tx, &shop, &actor, &phone, id, &change, now)
        };
        CustomerPayload::write(desk, work).await
    }

    /// Corrects the phone of a customer who was registered under a wrong one. Tasks, history and
    /// payments stay; the Telegram account is unlinked and its queued messages are deleted, since
    /// the chat belongs to whoever had the former number. CONFLICT, with the other customer's id,
    /// when the phone is taken, and when `expectedPhone` is not the stored one.
    async fn correct_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] customer_id: ID,
        #[graphql(desc = "The right phone, 5 to 15 digits with the usual separators.")]
        phone: String,
        #[graphql(
            desc = "The phone that the change is based on; CONFLICT when another one is stored."
        )]
        expected_phone: Option<String>,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (country, now) = (desk.shop().country, desk.clock.now());
        let expected = expected_phone.map(|text| Phone::parse("expectedPhone", &text, country));
        let (id, phone, expected) = (
            CustomerId::parse("customerId", &customer_id),
            Phone::parse("phone", &phone, country),
            expected.transpose(),
        )
            .together()?;
        let work = move |tx: &Transaction<'_>| {
            app::customers::correct_phone(tx, &actor, id, &phone, expected.as_ref(), now)
        };
        CustomerPayload::write(desk, work).await
    }

    /// Merges the customer `otherId` into `keepId`, who are one person: tasks, conversations and the
    /// Telegram account move. When both have an account, the kept customer's stays, and nothing more
    /// goes to the other. The other phone becomes the second phone, or goes into the note when there
    /// is one; so do other fields that differ. NOT_FOUND; BAD_USER_INPUT for one customer twice.
    async fn merge_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer to be kept.")] keep_id: ID,
        #[graphql(desc = "Id of the customer to be merged into the kept one.")] other_id: ID,
    ) -> Result<MergeCustomersPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (keep, other) = (
            CustomerId::parse("keepId", &keep_id),
            CustomerId::parse("otherId", &other_id),
        )
            .together()?;
        let (language, now) = (desk.shop().language, desk.clock.now());
        let work = move |tx: &Transaction<'_>| {
            let label = |id| i18n::text(language, id);
            app::merges::merge(tx, &actor, keep, other, label, now)
        };
        let (customer, merged) = desk.db.write(work).await?;
        Ok(MergeCustomersPayload {
            customer: loader::customer(customer),
            merge_id: merged.id.get().into(),
            undo_until_time: InstantValue(merged.until()),
        })
    }

    /// Undoes a merge within 24 hours: the other customer is back, with those of the tasks that are
    /// still the kept one's. NOT_FOUND later; CONFLICT when another customer has the phone now.
    async fn undo_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `mergeId` of `mergeCustomers`.")] merge_id: ID,
    ) -> Result<UndoMergePayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (MergeId::parse("mergeId", &merge_id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::merges::undo(tx, &actor, id, now);
        let (customer, other) = desk.db.write(work).await?;
        Ok(UndoMergePayload {
            customer: loader::customer(customer),
            other: loader::customer(other),
        })
    }

    /// Deletes a customer. The customer's tasks stay; their `customer` becomes null, and their
    /// status links are revoked.
    async fn delete_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Phone of the customer, in any spelling.")] phone: String,
    ) -> Result<DeleteCustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let phone = Phone::parse("phone", &phone, desk.shop().country)?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::customers::delete(tx, &actor, &phone, now);
        let customer = desk.db.write(work).await?;
        Ok(DeleteCustomerPayload::of(&customer))
    }

    /// Erases a person completely: the customer as `deleteCustomer` does, and also the
    /// descriptions, devices, messages and pictures of their tasks, including the history. Owner
    /// only.
    async fn erase_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Phone of the customer, in any spelling.")] phone: String,
    ) -> Result<DeleteCustomerPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let phone = Phone::parse("phone", &phone, desk.shop().country)?;
        let customer = app::customers::erase(desk, owner, phone).await?;
        Ok(DeleteCustomerPayload::of(&customer))
    }

    /// Verifies that a customer's account on a messenger belongs to them. From then on it receives
    /// notices about the tasks.
    async fn confirm_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] customer_id: ID,
        #[graphql(desc = "Messenger of the account.")] messenger: MessengerEnum,
    ) -> Result<CustomerPayload> {
        confirm(ctx, &customer_id, messenger.into()).await
    }

    /// Unlinks a customer's account on a messenger. Queued messages go by another channel, or are deleted.
    async fn unlink_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] customer_id: ID,
        #[graphql(desc = "Messenger of the account.")] messenger: MessengerEnum,
    ) -> Result<CustomerPayload> {
        unlink(ctx, &customer_id, messenger.into()).await
    }

    /// Verifies that a customer's Telegram account belongs to them. From then on it receives
    /// notices about the tasks.
    #[graphql(deprecation = "Use `confirmAccount`, for any messenger.")]
    async fn confirm_telegram(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] customer_id: ID,
    ) -> Result<CustomerPayload> {
        confirm(ctx, &customer_id, Messenger::Telegram).await
    }

    /// Unlinks a customer's Telegram account. Queued messages go by another channel, or are deleted.
    #[graphql(deprecation = "Use `unlinkAccount`, for any messenger.")]
    async fn unlink_telegram(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] customer_id: ID,
    ) -> Result<CustomerPayload> {
        unlink(ctx, &customer_id, Messenger::Telegram).await
    }
}

async fn confirm(ctx: &Context<'_>, id: &ID, messenger: Messenger) -> Result<CustomerPayload> {
    let (actor, desk) = (ctx.actor()?, ctx.desk()?);
    let (id, now) = (CustomerId::parse("customerId", id)?, desk.clock.now());
    let work =
        move |tx: &Transaction<'_>| app::customers::confirm_account(tx, &actor, id, messenger, now);
    CustomerPayload::write(desk, work).await
}

async fn unlink(ctx: &Context<'_>, id: &ID, messenger: Messenger) -> Result<CustomerPayload> {
    let (actor, desk) = (ctx.actor()?, ctx.desk()?);
    let (id, now) = (CustomerId::parse("customerId", id)?, desk.clock.now());
    let shop = desk.shop();
    let work = move |tx: &Transaction<'_>| {
        app::customers::unlink_account(tx, &shop, &actor, id, messenger, now)
    };
    CustomerPayload::write(desk, work).await
}
