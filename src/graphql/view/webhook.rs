use async_graphql::{Context, Enum, ID, Object};

use crate::app::{self, paging};
use crate::domain::{
    DeliveryRecord, DeliveryState, HookEvent, HookEvents, HookSource, HookStanding, Result,
    UndeliveredHook, WebhookId,
};
use crate::graphql::RequestContext;
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::InstantValue;
use crate::store::Connection;

/// A kind of event that a webhook is told of; the body of a delivery has its name as `type`.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "WebhookEvent", remote = "HookEvent")]
pub enum WebhookEventEnum {
    /// `task.created`.
    TaskCreated,
    /// `task.updated`: anything of a task changed, status and employee included.
    TaskUpdated,
    /// `task.status_changed`, in addition to `task.updated`.
    TaskStatusChanged,
    /// `task.assigned`, in addition to `task.updated`.
    TaskAssigned,
    /// `task.deleted`.
    TaskDeleted,
    /// `customer.created`.
    CustomerCreated,
    /// `customer.updated`, with the names of the fields that changed.
    CustomerUpdated,
    /// `customer.deleted`.
    CustomerDeleted,
    /// `comment.added`: an employee wrote something.
    CommentAdded,
    /// `answer.received`: the customer wrote something, edited it, or moved it to this task.
    AnswerReceived,
    /// `approval.requested`: a quote was sent.
    ApprovalRequested,
    /// `approval.decided`: a quote was accepted or declined.
    ApprovalDecided,
    /// `approval.withdrawn`: a quote was withdrawn, or replaced by another one.
    ApprovalWithdrawn,
    /// `task.lines_changed`: works, parts or the discount changed, in addition to `task.updated`.
    LinesChanged,
    /// `payment.received`.
    PaymentReceived,
    /// `payment.refunded`.
    PaymentRefunded,
    /// `payment.reversed`.
    PaymentReversed,
    /// `webhook.test`: sent by `testWebhook`; nobody subscribes to it.
    Test,
}

/// Where a webhook was registered.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "WebhookSource", remote = "HookSource")]
pub enum WebhookSourceEnum {
    /// In `config.toml`; it can't be changed here.
    File,
    /// By an owner.
    Owner,
}

/// State of a delivery.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "WebhookDeliveryState", remote = "DeliveryState")]
pub enum DeliveryStateEnum {
    /// It waits for its turn, for another attempt, or for the end of a pause.
    Waiting,
    /// It is being sent.
    Sending,
    /// The receiver accepted it.
    Delivered,
    /// It was given up after 72 hours, or is a test that failed; see `resendWebhookDelivery`.
    Dead,
}

/// A program that is told of events.
pub struct WebhookView(pub HookStanding);

/// A program that is told of events by signed requests, as Standard Webhooks defines them. Its secret is never returned,
/// except by `createWebhook` and `rotateWebhookSecret`.
#[Object(name = "Webhook")]
impl WebhookView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Webhook, self.0.hook.id.get())
    }

    /// Id of the webhook.
    async fn id(&self) -> ID {
        self.0.hook.id.get().into()
    }

    /// Name by which people know it; null for none.
    async fn name(&self) -> Option<&str> {
        super::known(self.0.hook.name.as_str())
    }

    /// Address to which deliveries are sent.
    async fn url(&self) -> &str {
        &self.0.hook.url
    }

    /// Events that it is told of; null for all, those of later versions included.
    async fn events(&self) -> Option<Vec<WebhookEventEnum>> {
        match &self.0.hook.events {
            HookEvents::All => None,
            HookEvents::Some(events) => Some(events.iter().copied().map(Into::into).collect()),
        }
    }

    /// Where it was registered.
    async fn source(&self) -> WebhookSourceEnum {
        self.0.hook.source.into()
    }

    /// Time of its registration; null when that was before version 0.2.
    async fn created_time(&self) -> Option<InstantValue> {
        self.0.hook.created.map(InstantValue)
    }

    /// Since when its deliveries wait because of a pause; null without one.
    async fn paused_time(&self) -> Option<InstantValue> {
        self.0.hook.paused.map(InstantValue)
    }

    /// Until when the former secret signs as well; null when it doesn't.
    async fn former_secret_until_time(&self, ctx: &Context<'_>) -> Result<Option<InstantValue>> {
        let until = self.0.hook.former_until(ctx.desk()?.clock.now());
        Ok(until.map(InstantValue))
    }

    /// Since when every attempt has failed; null when the last one succeeded.
    async fn failing_since_time(&self) -> Option<InstantValue> {
        self.0.hook.failing.map(InstantValue)
    }

    /// Number of deliveries that wait or are being sent.
    async fn waiting_count(&self) -> i64 {
        self.0.waiting
    }

    /// Time of the oldest event that waits; null when none does.
    async fn oldest_waiting_time(&self) -> Option<InstantValue> {
        self.0.oldest.map(InstantValue)
    }

    /// Number of deliveries that were given up and are still kept.
    async fn undelivered_count(&self) -> i64 {
        self.0.undelivered
    }

    /// Number of deliveries that the last pause dropped, since more than 10,000 waited: the oldest ones.
    async fn dropped_count(&self) -> i64 {
        self.0.hook.dropped
    }

    /// Its deliveries, newest first: all of the last week, and at least the last 100.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<DeliveryView>> {
        let (owner, counted) = (ctx.actor()?.require_owner()?, page::is_counted(ctx));
        let span = Asked {
            first,
            after,
            last,
            before,
        }
        .read(paging::read_delivery_cursor)?;
        let id: WebhookId = self.0.hook.id;
        let read = move |c: &Connection| {
            let rows = app::webhooks::page(c, &owner, id, span)?;
            let total = counted.then(|| app::webhooks::count(c, &owner, id));
            Ok((rows, total.transpose()?))
        };
        let (rows, total) = ctx.desk()?.db.read(read).await?;
        let cursor = |row: &DeliveryRecord| Ok(paging::delivery_cursor(row.id));
        let views = |rows: Vec<_>| rows.into_iter().map(DeliveryView).collect();
        page::page(rows, &span, total, cursor, views)
    }
}

/// An event on its way to a webhook.
pub struct DeliveryView(pub DeliveryRecord);

/// An event on its way to a webhook, or one that was delivered or given up.
#[Object(name = "WebhookDelivery")]
impl DeliveryView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::WebhookDelivery, self.0.id.get())
    }

    /// Id of the delivery, which the receiver sees as `webhook-id` and in the body.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// The event.
    async fn event(&self) -> WebhookEventEnum {
        self.0.event.into()
    }

    /// What became of it so far.
    async fn state(&self) -> DeliveryStateEnum {
        self.0.state.into()
    }

    /// Number of attempts since it was queued, or sent again.
    async fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// HTTP status of the last response; null when there was none.
    async fn status_code(&self) -> Option<u16> {
        self.0.status
    }

    /// Duration of the last attempt, in milliseconds; null before the first.
    async fn duration_ms(&self) -> Option<u64> {
        let took = self.0.took?;
        u64::try_from(took.as_millis()).ok()
    }

    /// Error of the last attempt; null when it succeeded or there was none.
    async fn error(&self) -> Option<&str> {
        Some(&*self.0.detail).filter(|detail| !detail.is_empty())
    }

    /// Time of the event.
    async fn happened_time(&self) -> InstantValue {
        InstantValue(self.0.happened)
    }

    /// Time of the last attempt; null before the first.
    async fn tried_time(&self) -> Option<InstantValue> {
        self.0.tried.map(InstantValue)
    }

    /// Time before which there is no other attempt; null unless it waits.
    async fn next_time(&self) -> Option<InstantValue> {
        let waits = self.0.state == DeliveryState::Waiting;
        waits.then_some(InstantValue(self.0.next))
    }

    /// Time of its end, delivered or given up; null before.
    async fn settled_time(&self) -> Option<InstantValue> {
        self.0.settled.map(InstantValue)
    }
}

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

    /// Error of the last attempt; null when there was none.
    async fn detail(&self) -> Option<&str> {
        super::known(&self.0.detail)
    }

    /// Number of attempts.
    async fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time of the event.
    async fn happened_time(&self) -> InstantValue {
        InstantValue(self.0.happened)
    }

    /// Time of giving up.
    async fn failed_time(&self) -> InstantValue {
        InstantValue(self.0.failed)
    }
}
