//! Queries of the texts of messages to customers.

use async_graphql::{Context, ID, Object};

use crate::app;
use crate::domain::{Day, Error, MessageOccasion, Result, Stage, TaskId};
use crate::graphql::RequestContext;
use crate::graphql::input::MessageTextInput;
use crate::graphql::view::MessageTextView;
use crate::i18n;

#[derive(Default)]
pub struct MessageTextQuery;

#[Object]
impl MessageTextQuery {
    /// The texts of messages to customers: of each stage of which they are notified, and of each other purpose, in both
    /// languages and forms. Owner only.
    async fn message_texts(&self, ctx: &Context<'_>) -> Result<Vec<MessageTextView>> {
        let owner = ctx.actor()?.require_owner()?;
        let work = move |c: &_| {
            let changed = app::message_texts::changed(c, &owner)?;
            Ok((app::message_texts::occasions(c, &owner)?, changed))
        };
        let (occasions, changed) = ctx.desk()?.db.read(work).await?;
        let of = |(occasion, stage): (MessageOccasion, Option<Stage>)| {
            let changed = &changed;
            occasion.keys().map(|key| MessageTextView {
                key,
                stage: stage.clone(),
                own: changed
                    .iter()
                    .find(|text| text.key == key)
                    .map(|text| text.template.clone()),
            })
        };
        Ok(occasions.into_iter().flat_map(of).collect())
    }

    /// The message that a text would make, without changing anything. Owner only; BAD_USER_INPUT as for `setMessageText`.
    async fn message_text_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text.")] message_text: MessageTextInput,
        #[graphql(desc = "The task that the message is about; an invented one by default.")]
        task_id: Option<ID>,
    ) -> Result<String> {
        let owner = ctx.actor()?.require_owner()?;
        let (key, template) = message_text.read()?;
        let task = task_id.map(|id| TaskId::parse("taskId", &id)).transpose()?;
        let (desk, now) = (ctx.desk()?, ctx.desk()?.clock.now());
        let (shop, links) = (desk.shop(), desk.links());
        let work = move |c: &_| {
            let stage = app::message_texts::stage_of(c, &owner, key.occasion);
            let stage = stage.map_err(Error::about("stageId"))?;
            let of = (key.occasion.purpose(), stage);
            let facts = match task {
                Some(task) => {
                    let of = (key.occasion, task);
                    let facts = app::message_texts::preview(c, &owner, &links, &shop, of, now);
                    facts.map_err(Error::about("taskId"))?
                }
                None => {
                    let today = Day::of(now, &shop.timezone);
                    i18n::sample_facts(key.language, &shop, of, today, links.sample())
                }
            };
            Ok(i18n::message_preview(key, &shop, &template, facts))
        };
        desk.db.read(work).await
    }
}
