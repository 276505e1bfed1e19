//! Input types of webhooks.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::maybe;
use crate::domain::{
    Error, HookChange, HookEvent, HookEvents, HookName, NewHook, Problem, Result, Together,
    WebhookId,
};
use crate::graphql::view::WebhookEventEnum;

/// A webhook to be registered.
#[derive(InputObject)]
pub struct CreateWebhookInput {
    /// An https address of the internet, at most 2,000 characters; `outgoing.allow_private` in `config.toml` allows
    /// others.
    url: String,
    /// Events that it is told of; null for all, those of later versions included.
    events: Option<Vec<WebhookEventEnum>>,
    /// Name by which people know it, at most 100 characters; null for none.
    name: Option<String>,
}

impl CreateWebhookInput {
    pub fn read(self) -> Result<NewHook> {
        let (events, name) = (
            self.events.map(events).transpose(),
            HookName::parse("name", &self.name.unwrap_or_default()),
        )
            .together()?;
        Ok(NewHook {
            name,
            url: self.url.trim().to_owned(),
            events: events.unwrap_or(HookEvents::All),
        })
    }
}

/// Changes to a webhook; omitted fields are kept.
#[derive(InputObject)]
pub struct UpdateWebhookInput {
    /// Id of the webhook.
    id: ID,
    /// As for `createWebhook`; null keeps it.
    url: Option<String>,
    /// Events that it is told of; null for all.
    events: MaybeUndefined<Vec<WebhookEventEnum>>,
    /// Name, at most 100 characters; null for none.
    name: MaybeUndefined<String>,
}

impl UpdateWebhookInput {
    pub fn read(self) -> Result<(WebhookId, HookChange)> {
        let id = WebhookId::parse("id", &self.id).map_err(Error::from);
        let (id, name, events) = (
            id,
            maybe(self.name, |name| HookName::parse("name", &name)),
            maybe(self.events, events),
        )
            .together()?;
        let change = HookChange {
            name: name.map(Option::unwrap_or_default),
            url: self.url.map(|url| url.trim().to_owned()),
            events: events.map(|events| events.unwrap_or(HookEvents::All)),
        };
        Ok((id, change))
    }
}

fn events(events: Vec<WebhookEventEnum>) -> Result<HookEvents> {
    let events = events.into_iter().map(HookEvent::from);
    let events = HookEvents::from_words(events.map(HookEvent::word));
    events.ok_or_else(|| Problem::WebhookEvents.at("events").into())
}
