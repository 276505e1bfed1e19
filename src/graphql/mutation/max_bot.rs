//! Mutations of the connection of the bot at MAX.

use async_graphql::{Context, Object, SimpleObject};
use secrecy::SecretString;

use crate::app::max_connection::{self, NewMaxBot};
use crate::app::settings::Change;
use crate::domain::{BotMode, Result, SettingKey};
use crate::graphql::RequestContext;
use crate::graphql::view::{BotModeEnum, MaxBotView};

/// Result of the mutations of the bot at MAX.
#[derive(SimpleObject)]
pub struct MaxBotPayload {
    /// The bot after the mutation.
    max_bot: MaxBotView,
}

#[derive(Default)]
pub struct MaxBotMutation;

#[Object]
impl MaxBotMutation {
    /// Connects the bot at MAX by its token, once MAX has confirmed it; the bot runs from then on. Owner only;
    /// BAD_USER_INPUT at `token` when MAX refuses it or can't be asked, or when the configuration sets it, and at
    /// `max.ca_file` when the certificate of MAX's server isn't trusted. Nothing is stored then.
    async fn connect_max_bot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the page of the bot at business.max.ru.")] token: String,
        #[graphql(desc = "How to receive updates; null keeps it.")] mode: Option<BotModeEnum>,
        #[graphql(
            desc = "The file with the certificate authorities of MAX's server, on the server; null keeps it."
        )]
        ca_file: Option<String>,
        #[graphql(
            default,
            desc = "Confirms that the token is another bot's, which can't write to the customers until they start it."
        )]
        other_bot: bool,
    ) -> Result<MaxBotPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let new = NewMaxBot {
            token: SecretString::from(token),
            settings: settings(mode, ca_file),
            is_other: other_bot,
        };
        max_connection::connect(desk, owner, new, desk.clock.now()).await?;
        payload(ctx).await
    }

    /// Forgets the token and stops the bot at MAX; messages wait. Owner only; NOT_FOUND when there is none.
    async fn disconnect_max_bot(&self, ctx: &Context<'_>) -> Result<MaxBotPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        max_connection::disconnect(desk, owner, desk.clock.now()).await?;
        payload(ctx).await
    }

    /// Registers the bot at MAX again, and asks MAX how it is. Owner only.
    async fn check_max_bot(&self, ctx: &Context<'_>) -> Result<MaxBotPayload> {
        let owner = ctx.actor()?.require_owner()?;
        max_connection::check(ctx.desk()?, owner).await;
        payload(ctx).await
    }
}

/// Returns the changes of the settings that were given.
fn settings(mode: Option<BotModeEnum>, ca_file: Option<String>) -> Vec<Change> {
    let mode = mode.map(|mode| BotMode::from(mode).word().to_owned());
    let all = [
        (SettingKey::MaxMode, mode),
        (SettingKey::MaxCaFile, ca_file),
    ];
    let given = all.into_iter().filter(|(_, value)| value.is_some());
    given.collect()
}

async fn payload(ctx: &Context<'_>) -> Result<MaxBotPayload> {
    let owner = ctx.actor()?.require_owner()?;
    let max_bot = MaxBotView::of(ctx.desk()?, owner).await?;
    Ok(MaxBotPayload { max_bot })
}
