//! The owner's view of the deliveries of outgoing webhooks.

use jiff::Timestamp;

use crate::domain::{
    DeliveryId, DeliveryRecord, DeliveryState, Error, Hook, Owner, Result, Span, UndeliveredHook,
    WebhookId,
};
use crate::store::{self, Connection, Transaction};

/// Returns the dead deliveries, newest first, at most 100.
pub fn undelivered(connection: &Connection, _: &Owner) -> Result<Vec<UndeliveredHook>> {
    store::webhooks::deliveries::undelivered(connection)
}

/// Retries a dead delivery, with its original content.
///
/// # Errors
/// [`Error::NotFound`] for a delivery that isn't dead.
pub fn retry(tx: &Transaction, _: &Owner, id: DeliveryId, now: Timestamp) -> Result<()> {
    match store::webhooks::deliveries::revive(tx, id, &[DeliveryState::Dead], now)? {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}

/// Sends a delivery again under its id, whatever became of it; one that waits is tried at once. That of a paused webhook
/// waits for the end of the pause.
///
/// # Errors
/// [`Error::NotFound`].
pub fn resend(
    tx: &Transaction,
    _: &Owner,
    id: DeliveryId,
    now: Timestamp,
) -> Result<DeliveryRecord> {
    let states = [
        DeliveryState::Dead,
        DeliveryState::Delivered,
        DeliveryState::Waiting,
    ];
    store::webhooks::deliveries::revive(tx, id, &states, now)?;
    store::webhooks::deliveries::get(tx, id)?.ok_or(Error::NotFound)
}

/// Returns a span of the deliveries of a webhook, newest first.
pub fn page(
    connection: &Connection,
    _: &Owner,
    webhook: WebhookId,
    span: Span<DeliveryId>,
) -> Result<Vec<DeliveryRecord>> {
    store::webhooks::deliveries::page(connection, webhook, span)
}

/// Returns a delivery.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delivery(connection: &Connection, _: &Owner, id: DeliveryId) -> Result<DeliveryRecord> {
    store::webhooks::deliveries::get(connection, id)?.ok_or(Error::NotFound)
}

/// Counts the stored deliveries of a webhook.
pub fn count(connection: &Connection, _: &Owner, webhook: WebhookId) -> Result<i64> {
    store::webhooks::deliveries::count(connection, webhook)
}

/// Returns the webhooks that have failed for so long that the owner has to know.
pub fn failing(connection: &Connection, _: &Owner, now: Timestamp) -> Result<Vec<Hook>> {
    let mut all = store::webhooks::all(connection)?;
    all.retain(|hook| hook.paused.is_none() && hook.has_failed_long(now));
    Ok(all)
}
