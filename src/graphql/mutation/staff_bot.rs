//! Mutations of one's own link to the bot and of the bot's messages to it.

use async_graphql::{Context, Object, SimpleObject};

use super::accounts::UpdateUserPayload;
use crate::app;
use crate::domain::{Result, TimeOfDay};
use crate::graphql::RequestContext;
use crate::graphql::scalars::InstantValue;
use crate::store::Transaction;

/// Result of `createStaffCode`.
#[derive(SimpleObject)]
pub struct CreateStaffCodePayload {
    /// Code to be sent to the bot. Returned only once.
    code: String,
    /// URL that opens the bot in Telegram with the code; null while the bot's name is unknown.
    url: Option<String>,
    /// URL that opens the bot at MAX with the code; null while the bot's name is unknown.
    max_url: Option<String>,
    /// Time of expiry.
    expires_time: InstantValue,
}

#[derive(Default)]
pub struct StaffBotMutation;

#[Object]
impl StaffBotMutation {
    /// Creates a single-use code that links one's own account on a messenger when sent to the bot there within
    /// 15 minutes, instead of an account that was linked before. Replaces the previous code.
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
            max_url: desk.max_url(&made.start()),
            code: made.code.as_str().to_owned(),
            expires_time: InstantValue(made.expires),
        })
    }

    /// Unlinks one's own account on a messenger, and deletes its queued messages.
    async fn unlink_my_telegram(&self, ctx: &Context<'_>) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let work = move |tx: &Transaction<'_>| app::staff_bot::unlink(tx, &actor);
        UpdateUserPayload::write(ctx.desk()?, work).await
    }

    /// Sets the time at which the bot sends one's own open tasks each day. Takes effect tomorrow if
    /// that time has passed today.
    async fn set_morning_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Local time in the shop, `HH:MM`; null turns it off.")] at: Option<String>,
    ) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let at = at.map(|at| TimeOfDay::parse("at", &at)).transpose()?;
        let (shop, now) = (desk.shop(), desk.clock.now());
        let work =
            move |tx: &Transaction<'_>| app::staff_bot::set_morning(tx, &shop, &actor, at, now);
        UpdateUserPayload::write(desk, work).await
    }
}
