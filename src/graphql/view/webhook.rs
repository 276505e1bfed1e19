use async_graphql::{ID, Object};

use crate::domain::UndeliveredHook;

pub struct UndeliveredWebhookView(pub UndeliveredHook);

/// An event that a webhook was not told, and is not told any more.
#[Object(name = "UndeliveredWebhook")]
impl UndeliveredWebhookView {
    /// The number of the delivery, under which it comes to the webhook.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Where it was to go.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// What happened, for instance "task.created".
    async fn event(&self) -> &str {
        self.0.event.word()
    }

    /// Why the last try failed; empty when there was none.
    async fn detail(&self) -> &str {
        &self.0.detail
    }

    /// How often it was tried.
    async fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// When it happened, RFC 3339 in UTC.
    async fn happened_time(&self) -> String {
        self.0.happened.to_string()
    }

    /// When it was given up, RFC 3339 in UTC.
    async fn failed_time(&self) -> String {
        self.0.failed.to_string()
    }
}
