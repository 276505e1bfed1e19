//! Mutations of the texts of messages to customers.

use async_graphql::{Context, Object, SimpleObject};

use crate::app;
use crate::domain::{Error, MessageTemplate, MessageTextKey, Result};
use crate::graphql::RequestContext;
use crate::graphql::input::{MessageTextInput, MessageTextKeyInput};
use crate::graphql::view::MessageTextView;
use crate::i18n;
use crate::store::Transaction;

/// Result of `setMessageText` and `resetMessageText`.
#[derive(SimpleObject)]
pub struct MessageTextPayload {
    /// The text as it counts now.
    message_text: MessageTextView,
}

#[derive(Default)]
pub struct MessageTextMutation;

#[Object]
impl MessageTextMutation {
    /// Changes a text of messages to customers; it counts at once, also for messages that wait. Owner only; BAD_USER_INPUT
    /// at `text` for an unknown variable, an unclosed brace, or a text without the variable that it needs.
    async fn set_message_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new text.")] message_text: MessageTextInput,
    ) -> Result<MessageTextPayload> {
        ctx.actor()?.require_owner()?;
        let (key, template) = message_text.read()?;
        set(ctx, key, Some(template)).await
    }

    /// Restores the text that a shop begins with. Owner only.
    async fn reset_message_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Names the text.")] message_text: MessageTextKeyInput,
    ) -> Result<MessageTextPayload> {
        ctx.actor()?.require_owner()?;
        set(ctx, message_text.read()?, None).await
    }
}

async fn set(
    ctx: &Context<'_>,
    key: MessageTextKey,
    template: Option<MessageTemplate>,
) -> Result<MessageTextPayload> {
    let owner = ctx.actor()?.require_owner()?;
    let now = ctx.desk()?.clock.now();
    let work = move |tx: &Transaction<'_>| {
        let stage = app::message_texts::stage_of(tx, &owner, key.occasion);
        let stage = stage.map_err(Error::about("stageId"))?;
        let usual = i18n::default_message(key, stage.as_ref());
        app::message_texts::set(tx, &owner, key, template.as_ref(), &usual, now)?;
        let own = app::message_texts::get(tx, &owner, key)?;
        Ok(MessageTextView { key, stage, own })
    };
    Ok(MessageTextPayload {
        message_text: ctx.desk()?.db.write(work).await?,
    })
}
