//! Mutations of outgoing webhook deliveries.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::app;
use crate::domain::{DeliveryId, Result};
use crate::graphql::RequestContext;
use crate::store::Transaction;

/// Result of `retryWebhook`.
#[derive(SimpleObject)]
pub struct RetryWebhookPayload {
    /// Id of the delivery that is retried.
    id: ID,
}

#[derive(Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Retries a dead delivery to a webhook, under its original id and with its original status and
    /// version. Owner only.
    async fn retry_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the delivery.")] id: ID,
    ) -> Result<RetryWebhookPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let (delivery, now) = (DeliveryId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::webhooks::retry(tx, &owner, delivery, now);
        desk.db.write(work).await?;
        Ok(RetryWebhookPayload { id })
    }
}
