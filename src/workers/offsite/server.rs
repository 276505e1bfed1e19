//! Which server makes the copies of a shop: two with the same database would mix theirs up.

use jiff::{Timestamp, ToSpan};

use crate::domain::{OffsiteFault, OffsiteTrouble, ShopId};
use crate::offsite::{Manifest, Marker, Remote};

/// Hours after which the last sign of another server doesn't count: it made no copy for two nights.
const SILENCE: i64 = 60;

/// Refuses if another server makes the copies of this shop here.
///
/// # Errors
/// [`OffsiteFault::OtherServer`] with the time of its last copy, or as for a listing.
pub(super) async fn check(
    remote: &Remote,
    shop: &ShopId,
    server: &str,
    now: Timestamp,
) -> Result<(), OffsiteTrouble> {
    let Some(marker) = read(remote, shop).await? else {
        return Ok(());
    };
    let silent = marker.at.saturating_add(SILENCE.hours());
    let is_silent = silent.is_ok_and(|silent| silent < now);
    match marker.server == server || is_silent {
        true => Ok(()),
        false => Err(OffsiteFault::OtherServer.with(marker.at.to_string())),
    }
}

/// Returns whether the copies are still this server's.
///
/// # Errors
/// As for a listing.
pub(super) async fn is_own(
    remote: &Remote,
    shop: &ShopId,
    server: &str,
) -> Result<bool, OffsiteTrouble> {
    let marker = read(remote, shop).await?;
    Ok(marker.is_none_or(|marker| marker.server == server))
}

/// Says that this server makes the copies.
///
/// # Errors
/// As for sending a file.
pub(super) async fn take(
    remote: &Remote,
    shop: &ShopId,
    server: &str,
    now: Timestamp,
) -> Result<(), OffsiteTrouble> {
    let marker = Marker::new(server.to_owned(), now).write()?;
    remote.write_small(&shop.marker(), marker).await
}

/// Returns what is said; `None` for nothing, or what isn't a marker.
async fn read(remote: &Remote, shop: &ShopId) -> Result<Option<Marker>, OffsiteTrouble> {
    let bytes = remote.read_small(&shop.marker(), Manifest::LONGEST).await?;
    Ok(bytes.and_then(|bytes| Marker::read(&bytes).ok()))
}
