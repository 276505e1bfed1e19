//! One's own Telegram, and what the bot sends there.

use async_graphql::{Context, Object, SimpleObject};

use super::accounts::UpdateUserPayload;
use crate::app;
use crate::domain::{Result, TimeOfDay};
use crate::graphql::Asked;
use crate::store::Transaction;

#[derive(SimpleObject)]
pub struct CreateStaffCodePayload {
    /// To be sent to the bot. Shown this once.
    code: String,
    /// Opens the bot with the code; null while nobody knows where the bot is.
    url: Option<String>,
    /// Until when it can be used, RFC 3339 in UTC.
    expires_time: String,
}

#[derive(Default)]
pub struct StaffBotMutation;

#[Object]
impl StaffBotMutation {
    /// Makes a code that links one's own Telegram: sent to the bot within 15 minutes, it works once.
    /// The code before is dead.
    async fn create_staff_code(&self, ctx: &Context<'_>) -> Result<CreateStaffCodePayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let now = desk.clock.now();
        let made = desk
            .db
            .write(move |tx| app::staff_bot::create_code(tx, &actor, now))
            .await?;
        Ok(CreateStaffCodePayload {
            url: desk.bot_url(&made.start()),
            code: made.code.as_str().to_owned(),
            expires_time: made.expires.to_string(),
        })
    }

    /// Takes one's own Telegram account away, and what waits to be sent to it.
    async fn unlink_my_telegram(&self, ctx: &Context<'_>) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let work = move |tx: &Transaction<'_>| app::staff_bot::unlink(tx, &actor);
        UpdateUserPayload::write(ctx.desk()?, work).await
    }

    /// Chooses when the bot sends one's own open tasks each morning. It begins tomorrow when that
    /// time of today is over.
    async fn set_morning_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "HH:MM by the shop's clock; null for never.")] time: Option<String>,
    ) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let time = time
            .map(|time| TimeOfDay::parse("time", &time))
            .transpose()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let work =
            move |tx: &Transaction<'_>| app::staff_bot::set_morning(tx, &shop, &actor, time, now);
        UpdateUserPayload::write(desk, work).await
    }
}
