//! What the owner sees of the programs that are told what happens here.

use jiff::Timestamp;

use crate::domain::{DeliveryId, Error, HookStanding, Owner, Result, UndeliveredHook};
use crate::store::{self, Connection, Transaction};

/// How every webhook stands.
pub fn standing(connection: &Connection, _: &Owner) -> Result<Vec<HookStanding>> {
    store::webhooks::standing(connection)
}

/// What webhooks were not told and are not told any more, the last first, at most a hundred.
pub fn undelivered(connection: &Connection, _: &Owner) -> Result<Vec<UndeliveredHook>> {
    store::webhooks::undelivered(connection)
}

/// Tells a webhook what was given up, as it was then.
///
/// # Errors
/// [`Error::NotFound`] for what was not given up.
pub fn retry(tx: &Transaction, _: &Owner, id: DeliveryId, now: Timestamp) -> Result<()> {
    match store::webhooks::revive(tx, id, now)? {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}
