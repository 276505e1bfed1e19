use async_graphql::{ID, Object};

use crate::domain::UndeliveredHook;

pub struct UndeliveredWebhookView(pub UndeliveredHook);

/// A dead delivery: an event that a webhook didn't receive and that is no longer retried.
#[Object(name = "UndeliveredWebhook")]
impl UndeliveredWebhookView {
    /// Id of the delivery, which the receiver sees as well.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// URL of the webhook.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// The event, for instance "task.created".
    async fn event(&self) -> &str {
        self.0.event.word()
    }

    /// Error of the last attempt; empty when there was none.
    async fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Number of attempts.
    async fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time of the event, RFC 3339 in UTC.
    async fn happened_time(&self) -> String {
        self.0.happened.to_string()
    }

    /// Time of giving up, RFC 3339 in UTC.
    async fn failed_time(&self) -> String {
        self.0.failed.to_string()
    }
}
