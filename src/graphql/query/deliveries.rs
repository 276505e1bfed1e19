//! Queries of what is sent: notices and webhooks.

use async_graphql::{Context, Object};

use crate::app;
use crate::domain::Result;
use crate::graphql::view::{Held, UndeliveredView, UndeliveredWebhookView, WebhookView};
use crate::graphql::{RequestContext, loader};

#[derive(Default)]
pub struct DeliveryQuery;

#[Object]
impl DeliveryQuery {
    /// Undelivered notices that are no longer retried, newest first: call the customers, or use
    /// `retryNotice`.
    async fn undelivered(&self, ctx: &Context<'_>) -> Result<Held<UndeliveredView>> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let work = move |c: &_| app::notices::undelivered(c, &actor);
        let all = desk.db.read(work).await?;
        let (notices, rows): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let all = notices
            .into_iter()
            .zip(loader::whole_tasks(rows, &desk.shop().timezone));
        let view = |(notice, task)| UndeliveredView { notice, task };
        Ok(all.map(view).collect())
    }

    /// The webhooks of `config.toml` and those that owners registered, oldest first. Owner only.
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Held<WebhookView>> {
        let owner = ctx.actor()?.require_owner()?;
        let work = move |c: &_| app::webhooks::standing(c, &owner);
        let all = ctx.desk()?.db.read(work).await?;
        Ok(all.into_iter().map(WebhookView).collect())
    }

    /// Dead webhook deliveries, newest first, at most 100: see `retryWebhook`. Owner only.
    async fn undelivered_webhooks(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Held<UndeliveredWebhookView>> {
        let owner = ctx.actor()?.require_owner()?;
        let work = move |c: &_| app::webhooks::undelivered(c, &owner);
        let all = ctx.desk()?.db.look_up(work).await?;
        Ok(all.into_iter().map(UndeliveredWebhookView).collect())
    }
}
