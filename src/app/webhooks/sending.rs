//! The sending of deliveries: what is due of a webhook with its secrets, and what became of it.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::get;
use crate::app::Desk;
use crate::domain::{
    Attempt, Author, Delivery, DeliveryRecord, Error, Hook, HookSecret, HookSource, Owner, Problem,
    Result, Subject, WebhookId, backoff, is_given_up,
};
use crate::store::webhooks::deliveries;
use crate::store::{self, Connection, Transaction};

/// Checks the address of a webhook, and that it isn't one of the server's own network.
pub type Check = dyn Fn(String) -> BoxFuture<'static, Result<(), Problem>> + Send + Sync;
/// Sends a delivery once.
pub type Transmit = dyn Fn(Parcel) -> BoxFuture<'static, Attempt> + Send + Sync;

/// A delivery with all that its sending needs.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub hook: Hook,
    pub delivery: Delivery,
    /// What signs it: the current secret, and for a day after a rotation the former one.
    pub secrets: Vec<HookSecret>,
}

/// What use cases need of the sender, and the secrets that the configuration sets.
pub struct Hooks {
    /// Secrets of the webhooks that the configuration names.
    given: HashMap<WebhookId, HookSecret>,
    pub(super) check: Box<Check>,
    send: Box<Transmit>,
}

impl Hooks {
    pub fn new(
        given: HashMap<WebhookId, HookSecret>,
        check: Box<Check>,
        send: Box<Transmit>,
    ) -> Self {
        Self { given, check, send }
    }

    /// Returns the secrets that sign for a webhook now, the current one first.
    fn secrets(
        &self,
        connection: &Connection,
        hook: &Hook,
        now: Timestamp,
    ) -> Result<Vec<HookSecret>> {
        if hook.source == HookSource::File {
            return Ok(self.given.get(&hook.id).cloned().into_iter().collect());
        }
        let (current, former) = store::webhooks::secrets(connection, hook.id)?;
        let former = former.filter(|_| hook.former_until(now).is_some());
        Ok(current.into_iter().chain(former).collect())
    }

    /// Returns the next delivery of a webhook, whether it is due yet or not; `None` while it is paused.
    pub fn next(
        &self,
        connection: &Connection,
        id: WebhookId,
        now: Timestamp,
    ) -> Result<Option<Parcel>> {
        let hook = store::webhooks::get(connection, id)?;
        let Some(hook) = hook.filter(|hook| hook.paused.is_none()) else {
            return Ok(None);
        };
        let Some(delivery) = deliveries::head(connection, id)? else {
            return Ok(None);
        };
        let secrets = self.secrets(connection, &hook, now)?;
        Ok(Some(Parcel {
            hook,
            delivery,
            secrets,
        }))
    }
}

/// Records the outcome of an attempt: delivered, to be tried again, or given up.
pub fn settle(
    tx: &Transaction,
    delivery: &Delivery,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<()> {
    let id = delivery.id;
    if attempt.failure.is_none() {
        return deliveries::set_delivered(tx, id, attempt, now);
    }
    if is_given_up(delivery.queued, now) {
        return deliveries::set_dead(tx, id, Some(attempt), now);
    }
    let wait = backoff(delivery.attempts).max(attempt.retry_after.unwrap_or_default());
    let next = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    deliveries::set_retry(tx, id, next, attempt)
}

/// Sends the event `webhook.test` at once, also while the webhook is paused, and returns what became of it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn test(desk: &Desk, owner: Owner, id: WebhookId) -> Result<DeliveryRecord> {
    let now = desk.clock.now();
    let author = Author::Staff(owner.id());
    let hooks = desk.hooks.clone();
    let begin = move |tx: &Transaction<'_>| {
        let hook = get(tx, &owner, id)?;
        let delivery = deliveries::insert_test(tx, id, &Subject::test(author), now)?;
        let secrets = hooks.secrets(tx, &hook, now)?;
        Ok(Parcel {
            hook,
            delivery,
            secrets,
        })
    };
    let parcel = desk.db.write(begin).await?;
    let row = parcel.delivery.id;
    let attempt = (desk.hooks.send)(parcel).await;
    let now = desk.clock.now();
    let end = move |tx: &Transaction<'_>| {
        match attempt.failure {
            None => deliveries::set_delivered(tx, row, &attempt, now)?,
            Some(_) => deliveries::set_dead(tx, row, Some(&attempt), now)?,
        }
        deliveries::get(tx, row)?.ok_or(Error::NotFound)
    };
    desk.db.write(end).await
}
