//! Events on their way to a webhook.

use std::time::Duration;

use jiff::Timestamp;

use super::HookEvent;
use crate::domain::DeliveryId;

words! {
    /// State of a delivery.
    DeliveryState {
        Waiting = "WAITING", Sending = "SENDING", Delivered = "DELIVERED", Dead = "DEAD",
    }
}

words! {
    /// Why a delivery failed before it was sent, spelled as in the log, the API and the database.
    HookFailure {
        Unwritable = "it could not be written",
        NoSecret = "its secret is missing",
        /// Owners' webhooks lead to public addresses only.
        Private = "its address is of this machine or its network",
    }
}

impl HookFailure {
    /// What precedes the status of a response that is no success.
    pub const ANSWERED: &'static str = "it answered ";
}

/// An event queued for delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: DeliveryId,
    pub event: HookEvent,
    /// The [`Subject`](super::Subject) as JSON.
    pub payload: String,
    /// Number of earlier attempts.
    pub attempts: u32,
    pub happened: Timestamp,
    /// Time of queueing, from which retries are counted.
    pub queued: Timestamp,
    /// Time of the next attempt.
    pub next: Timestamp,
}

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Time of the attempt.
    pub at: Timestamp,
    /// HTTP status of the response, if there was one.
    pub status: Option<u16>,
    pub took: Duration,
    /// Reason of a failure; `None` for a success.
    pub failure: Option<String>,
    /// Time after which the receiver wants the next attempt.
    pub retry_after: Option<Duration>,
}

impl Attempt {
    /// Describes that nothing was sent, since it is too late for it.
    pub fn none(at: Timestamp) -> Self {
        Self {
            at,
            status: None,
            took: Duration::ZERO,
            failure: Some(String::new()),
            retry_after: None,
        }
    }
}

/// A delivery as owners read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    pub id: DeliveryId,
    pub event: HookEvent,
    pub state: DeliveryState,
    pub attempts: u32,
    pub happened: Timestamp,
    /// Time of the next attempt of a waiting one.
    pub next: Timestamp,
    /// Time, status and duration of the last attempt.
    pub tried: Option<Timestamp>,
    pub status: Option<u16>,
    pub took: Option<Duration>,
    /// Error of the last attempt; empty when there was none.
    pub detail: String,
    /// Time of the end: delivered, or given up.
    pub settled: Option<Timestamp>,
}

/// A dead letter: an event that is retried only on request.
#[derive(Debug, Clone)]
pub struct UndeliveredHook {
    pub id: DeliveryId,
    pub url: String,
    pub event: HookEvent,
    /// The receiver's response, or the reason why it could not be reached.
    pub detail: String,
    pub attempts: u32,
    pub happened: Timestamp,
    pub failed: Timestamp,
}
