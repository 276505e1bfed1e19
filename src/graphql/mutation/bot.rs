//! Mutations of the bot's connection.

use async_graphql::{Context, Object, SimpleObject};
use secrecy::SecretString;

use crate::app::bot_connection::{self, NewBot};
use crate::app::bot_report;
use crate::domain::Result;
use crate::graphql::RequestContext;
use crate::graphql::view::{BotModeEnum, BotView};

/// Result of the mutations of the bot.
#[derive(SimpleObject)]
pub struct BotPayload {
    /// The bot after the mutation.
    bot: BotView,
}

#[derive(Default)]
pub struct BotMutation;

#[Object]
impl BotMutation {
    /// Connects the bot by its token, once Telegram has confirmed it; the bot runs from then on. Owner only;
    /// BAD_USER_INPUT at `token` when Telegram refuses it or can't be asked, or when the configuration sets it.
    /// Nothing is stored then.
    async fn connect_bot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from @BotFather, or its whole message.")] token: String,
        #[graphql(desc = "How to receive updates; null keeps it.")] mode: Option<BotModeEnum>,
        #[graphql(
            default,
            desc = "Confirms that the token is another bot's, which can't write to the customers until they start it."
        )]
        other_bot: bool,
    ) -> Result<BotPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let new = NewBot {
            token: SecretString::from(token),
            mode: mode.map(Into::into),
            is_other: other_bot,
        };
        bot_connection::connect(desk, owner, new, desk.clock.now()).await?;
        payload(ctx).await
    }

    /// Forgets the token and stops the bot; messages wait. Owner only; NOT_FOUND when there is none.
    async fn disconnect_bot(&self, ctx: &Context<'_>) -> Result<BotPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        bot_connection::disconnect(desk, owner, desk.clock.now()).await?;
        payload(ctx).await
    }

    /// Registers the bot at Telegram again, and asks Telegram how it is. Owner only.
    async fn check_bot(&self, ctx: &Context<'_>) -> Result<BotPayload> {
        let owner = ctx.actor()?.require_owner()?;
        bot_connection::check(ctx.desk()?, owner).await;
        payload(ctx).await
    }
}

async fn payload(ctx: &Context<'_>) -> Result<BotPayload> {
    let owner = ctx.actor()?.require_owner()?;
    let desk = ctx.desk()?;
    let report = bot_report::report(desk, owner, desk.clock.now()).await?;
    Ok(BotPayload {
        bot: BotView(report),
    })
}
