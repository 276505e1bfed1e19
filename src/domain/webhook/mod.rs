//! Outgoing webhooks: the programs that are told of events.

mod delivery;
mod event;
mod network;
mod secret;

use jiff::{Timestamp, ToSpan};

use super::{ShortText, WebhookId};

pub use delivery::{
    Attempt, Delivery, DeliveryRecord, DeliveryState, HookFailure, UndeliveredHook,
};
pub use event::{HookEvent, HookEvents, HookNews, Subject};
pub use network::is_public;
pub use secret::HookSecret;

/// Maximum number of webhooks that owners register.
pub const MOST_HOOKS: usize = 20;
/// Hours for which the former secret still signs after a rotation.
const ROTATION_HOURS: i64 = 24;
/// Hours of failures after which an owner is told.
const FAILING_HOURS: i64 = 72;

/// Name of a webhook; empty for none.
pub type HookName = ShortText<100>;

words! {
    /// Where a webhook was registered.
    HookSource { File = "FILE", Owner = "OWNER" }
}

/// A registered webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub id: WebhookId,
    pub name: HookName,
    pub url: String,
    pub events: HookEvents,
    pub source: HookSource,
    /// `None` for one that is older than this column.
    pub created: Option<Timestamp>,
    /// Since when deliveries wait because of a pause; `None` while there is none.
    pub paused: Option<Timestamp>,
    /// Time of the last rotation of the secret.
    pub rotated: Option<Timestamp>,
    /// Since when every attempt has failed; `None` after a success.
    pub failing: Option<Timestamp>,
    /// Number of deliveries that were dropped in the last pause, since too many waited.
    pub dropped: i64,
}

impl Hook {
    /// Returns the part of the URL that isn't a secret.
    pub fn host(&self) -> &str {
        let rest = self
            .url
            .split_once("://")
            .map_or(&*self.url, |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// Returns the name by which audit list and pages call it.
    pub fn title(&self) -> &str {
        match self.name.as_str() {
            "" => self.host(),
            name => name,
        }
    }

    /// Returns whether it has failed for so long that an owner has to know.
    pub fn has_failed_long(&self, now: Timestamp) -> bool {
        self.failing
            .is_some_and(|since| is_over(since, FAILING_HOURS, now))
    }

    /// Returns until when the former secret signs as well; `None` when it doesn't any more.
    pub fn former_until(&self, now: Timestamp) -> Option<Timestamp> {
        let rotated = self
            .rotated
            .filter(|at| !is_over(*at, ROTATION_HOURS, now))?;
        rotated.saturating_add(ROTATION_HOURS.hours()).ok()
    }
}

fn is_over(since: Timestamp, hours: i64, now: Timestamp) -> bool {
    since
        .saturating_add(hours.hours())
        .is_ok_and(|end| end <= now)
}

/// A webhook to be registered.
#[derive(Debug, Clone)]
pub struct NewHook {
    pub name: HookName,
    pub url: String,
    pub events: HookEvents,
}

/// A change of a webhook; `None` keeps a value.
#[derive(Debug, Clone, Default)]
pub struct HookChange {
    pub name: Option<HookName>,
    pub url: Option<String>,
    pub events: Option<HookEvents>,
}

/// A webhook with the state of its deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStanding {
    pub hook: Hook,
    pub waiting: i64,
    /// Time of the oldest waiting event.
    pub oldest: Option<Timestamp>,
    /// Last error of the oldest waiting event; empty before its first attempt.
    pub detail: String,
    /// Number of dead letters.
    pub undelivered: i64,
}
