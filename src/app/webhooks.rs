//! The owner's view of outgoing webhooks.

use jiff::Timestamp;

use crate::domain::{DeliveryId, Error, HookStanding, Owner, Result, UndeliveredHook};
use crate::store::{self, Connection, Transaction};

/// Returns the delivery state of every webhook.
pub fn standing(connection: &Connection, _: &Owner) -> Result<Vec<HookStanding>> {
    store::webhooks::standing(connection)
}

/// Returns the dead deliveries, newest first, at most 100.
pub fn undelivered(connection: &Connection, _: &Owner) -> Result<Vec<UndeliveredHook>> {
    store::webhooks::undelivered(connection)
}

/// Retries a dead delivery, with its original content.
///
/// # Errors
/// [`Error::NotFound`] for a delivery that isn't dead.
pub fn retry(tx: &Transaction, _: &Owner, id: DeliveryId, now: Timestamp) -> Result<()> {
    match store::webhooks::revive(tx, id, now)? {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}
