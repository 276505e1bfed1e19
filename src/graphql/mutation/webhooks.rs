//! Mutations of outgoing webhooks and their deliveries.

use async_graphql::{Context, ID, Object, SimpleObject};
use secrecy::ExposeSecret;

use crate::app;
use crate::domain::{DeliveryId, HookSecret, Owner, Result, WebhookId};
use crate::graphql::input::{CreateWebhookInput, UpdateWebhookInput};
use crate::graphql::view::{DeliveryView, WebhookView};
use crate::graphql::{RequestContext, idempotency};
use crate::store::{Connection, Transaction};

/// A webhook and its new secret.
#[derive(SimpleObject)]
pub struct WebhookSecretPayload {
    /// The webhook.
    webhook: WebhookView,
    /// Secret that signs its deliveries: `whsec_` and 32 bytes in Base64. Returned only once, but
    /// for a repeated request with the same `idempotencyKey`.
    secret: String,
}

/// A webhook after its change.
#[derive(SimpleObject)]
pub struct WebhookPayload {
    /// The webhook.
    webhook: WebhookView,
}

/// A webhook that was deleted.
#[derive(SimpleObject)]
pub struct DeleteWebhookPayload {
    /// Id of the webhook.
    id: ID,
}

/// A delivery after its attempt, or back in the queue.
#[derive(SimpleObject)]
pub struct WebhookDeliveryPayload {
    /// The delivery.
    delivery: DeliveryView,
}

/// A delivery that is retried.
#[derive(SimpleObject)]
pub struct RetryWebhookPayload {
    /// Id of the delivery.
    id: ID,
}

#[derive(Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Registers a webhook, which is told of what happens from now on, and returns its secret: this once. Owner only;
    /// BAD_USER_INPUT at `url` for an address of the server's own network, and for more than 20 webhooks; CONFLICT for
    /// an address that has one.
    async fn create_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Address, events and name.")] webhook_data: CreateWebhookInput,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<WebhookSecretPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, new) = (ctx.desk()?, webhook_data.read()?);
        let request = idempotency::request(ctx, idempotency_key)?;
        let (id, secret) = app::webhooks::create_once(desk, owner, new, request).await?;
        Ok(WebhookSecretPayload::new(
            webhook(ctx, owner, id).await?,
            &secret,
        ))
    }

    /// Changes address, events or name of a webhook; what waits goes to the new address. Owner only; BAD_USER_INPUT at
    /// `id` for one of `config.toml`, otherwise as for `createWebhook`.
    async fn update_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id, and what to change.")] webhook_data: UpdateWebhookInput,
    ) -> Result<WebhookPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, (id, change)) = (ctx.desk()?, webhook_data.read()?);
        app::webhooks::update(desk, owner, id, change, desk.clock.now()).await?;
        Ok(WebhookPayload {
            webhook: webhook(ctx, owner, id).await?,
        })
    }

    /// Replaces the secret of a webhook, and returns the new one: this once. For 24 hours deliveries have the signature
    /// of the former one as well. Owner only; BAD_USER_INPUT at `id` for a webhook of `config.toml`.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the webhook.")] id: ID,
    ) -> Result<WebhookSecretPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, id) = (ctx.desk()?, WebhookId::parse("id", &id)?);
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::webhooks::rotate(tx, &owner, id, now);
        let secret = desk.db.write(work).await?;
        Ok(WebhookSecretPayload::new(
            webhook(ctx, owner, id).await?,
            &secret,
        ))
    }

    /// Lets the deliveries of a webhook wait; events are still queued. Owner only; BAD_USER_INPUT at `id` for a webhook
    /// of `config.toml`.
    async fn pause_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the webhook.")] id: ID,
    ) -> Result<WebhookPayload> {
        change(ctx, &id, app::webhooks::pause).await
    }

    /// Ends the pause of a webhook: what waits is delivered in order, and its 72 hours count from now. Owner only;
    /// BAD_USER_INPUT at `id` for a webhook of `config.toml`.
    async fn resume_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the webhook.")] id: ID,
    ) -> Result<WebhookPayload> {
        change(ctx, &id, app::webhooks::resume).await
    }

    /// Sends the event `webhook.test` to a webhook at once, also during a pause, and returns what became of it. It is not
    /// retried by itself. Owner only.
    async fn test_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the webhook.")] id: ID,
    ) -> Result<WebhookDeliveryPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, id) = (ctx.desk()?, WebhookId::parse("id", &id)?);
        let delivery = DeliveryView(app::webhooks::test(desk, owner, id).await?);
        Ok(WebhookDeliveryPayload { delivery })
    }

    /// Deletes a webhook with its deliveries, waiting ones included. Owner only; BAD_USER_INPUT at `id` for a webhook of
    /// `config.toml`.
    async fn delete_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the webhook.")] id: ID,
    ) -> Result<DeleteWebhookPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, webhook) = (ctx.desk()?, WebhookId::parse("id", &id)?);
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::webhooks::delete(tx, &owner, webhook, now);
        desk.db.write(work).await?;
        Ok(DeleteWebhookPayload { id })
    }

    /// Sends a delivery again under its id and with its original content, whatever became of it; one that waits is due
    /// at once. Owner only.
    async fn resend_webhook_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the delivery.")] id: ID,
    ) -> Result<WebhookDeliveryPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, id) = (ctx.desk()?, DeliveryId::parse("id", &id)?);
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::webhooks::resend(tx, &owner, id, now);
        let delivery = DeliveryView(desk.db.write(work).await?);
        Ok(WebhookDeliveryPayload { delivery })
    }

    /// Retries a dead delivery to a webhook, under its original id and with its original status and
    /// version. Owner only.
    async fn retry_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the delivery.")] delivery_id: ID,
    ) -> Result<RetryWebhookPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let (delivery, now) = (
            DeliveryId::parse("deliveryId", &delivery_id)?,
            desk.clock.now(),
        );
        let work = move |tx: &Transaction<'_>| app::webhooks::retry(tx, &owner, delivery, now);
        desk.db.write(work).await?;
        Ok(RetryWebhookPayload { id: delivery_id })
    }
}

impl WebhookSecretPayload {
    fn new(webhook: WebhookView, secret: &HookSecret) -> Self {
        let secret = secret.text().expose_secret().to_owned();
        Self { webhook, secret }
    }
}

async fn webhook(ctx: &Context<'_>, owner: Owner, id: WebhookId) -> Result<WebhookView> {
    let read = move |c: &Connection| app::webhooks::standing_of(c, &owner, id);
    Ok(WebhookView(ctx.desk()?.db.read(read).await?))
}

async fn change(
    ctx: &Context<'_>,
    id: &ID,
    work: fn(&Transaction<'_>, &Owner, WebhookId, jiff::Timestamp) -> Result<()>,
) -> Result<WebhookPayload> {
    let owner = ctx.actor()?.require_owner()?;
    let (desk, id) = (ctx.desk()?, WebhookId::parse("id", id)?);
    let now = desk.clock.now();
    let work = move |tx: &Transaction<'_>| work(tx, &owner, id, now);
    desk.db.write(work).await?;
    Ok(WebhookPayload {
        webhook: webhook(ctx, owner, id).await?,
    })
}
