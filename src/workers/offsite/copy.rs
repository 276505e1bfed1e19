//! Making a copy: a consistent one of the database, checked, encrypted as it is sent, and read back.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::folder;
use super::place::{Found, remote};
use super::reading::shop_id;
use super::server;
use crate::app::backups;
use crate::clock::Clock;
use crate::domain::{
    CopyContents, CopyKind, CopyName, Error, Offsite, OffsiteAccount, OffsiteAttempt, OffsiteCopy,
    OffsiteFault, OffsiteTrouble, Recipient, ShopId, TimeZone, surplus,
};
use crate::offsite::{Checksum, Manifest, Pace, Remote, machine, seal};
use crate::store::{Db, contents, rotation};

type Result<T> = std::result::Result<T, OffsiteTrouble>;

/// How old the remains of an attempt are before they are removed: an attempt takes less.
const REMAINS: SignedDuration = SignedDuration::from_hours(36);
/// Maximum time in which what was sent so far is removed from the place when an attempt is stopped.
const TIDY: Duration = Duration::from_secs(3);

/// What it takes to make a copy.
pub struct CopyJob {
    pub db: Db,
    pub clock: Clock,
    pub offsite: Offsite,
    pub account: OffsiteAccount,
    pub ca_file: Option<PathBuf>,
    pub timezone: TimeZone,
    /// Whether this server makes the copies from now on, even if another one does.
    pub takes_over: bool,
}

/// Makes a copy, and deletes those that are no longer kept. Ends early when `stop` is cancelled.
pub async fn make(job: CopyJob, stop: &CancellationToken) -> OffsiteAttempt {
    let began = job.clock.now();
    let mut copied = std::pin::pin!(copied(&job, began, stop));
    let outcome = match stop.run_until_cancelled(copied.as_mut()).await {
        Some(outcome) => Some(outcome),
        None => tokio::time::timeout(TIDY, copied).await.ok(),
    };
    OffsiteAttempt {
        began,
        ended: job.clock.now(),
        outcome: outcome.unwrap_or(Err(OffsiteFault::Cut.into())),
        place: job.offsite.address.clone(),
    }
}

async fn copied(job: &CopyJob, now: Timestamp, stop: &CancellationToken) -> Result<OffsiteCopy> {
    let recipient = job.offsite.recipient.as_ref();
    let recipient = recipient.ok_or(OffsiteFault::NoKey)?;
    let remote = remote(&job.account, job.ca_file.as_deref())?;
    let shop = shop_id(&job.db).await.map_err(source)?;
    let server = machine(job.db.path());
    if !job.takes_over {
        server::check(&remote, &shop, &server, now).await?;
    }
    server::take(&remote, &shop, &server, now).await?;
    let (folder, path, inside) = consistent(&job.db, now, stop).await?;
    let name = CopyName {
        made: Timestamp::from_second(now.as_second()).unwrap_or(now),
        shop: shop.clone(),
    };
    let sent = send(job, &remote, &name, recipient, (&path, &inside), stop).await;
    drop(folder);
    let copy = sent?;
    if !server::is_own(&remote, &shop, &server).await? {
        // The other one has taken over meanwhile. This copy is a good one all the same.
        return Err(OffsiteFault::OtherServer.into());
    }
    if let Err(trouble) = prune(job, &remote, &shop, now).await {
        tracing::warn!(
            fault = trouble.fault.word(),
            detail = trouble.detail,
            "old copies on another machine can't be deleted; they fill the place"
        );
    }
    Ok(copy)
}

/// Copies the database into a file beside it, which nothing else knows and which goes with the folder.
async fn consistent(
    db: &Db,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<(tempfile::TempDir, PathBuf, CopyContents)> {
    let beside = db.path().parent().unwrap_or(Path::new(".")).to_owned();
    let folder = tokio::task::spawn_blocking(move || folder::create(&beside)).await;
    let folder = folder.map_err(|_| OffsiteFault::Source)?.map_err(no_room)?;
    let made = backups::make(db, folder.path(), now, stop).await;
    let path = folder.path().join(rotation::name(now));
    let made = made.map_err(source)?;
    for warning in &made.warnings {
        tracing::warn!(
            warning,
            "the database has a flaw, and so does the copy on another machine; see `zayavka doctor`"
        );
    }
    let (counted, stop) = (path.clone(), stop.clone());
    let inside = tokio::task::spawn_blocking(move || contents::counted(&counted, &stop)).await;
    let inside = inside.map_err(|_| OffsiteFault::Source)?;
    let inside = inside.map_err(|_| OffsiteFault::Source)?;
    Ok((folder, path, inside))
}

async fn send(
    job: &CopyJob,
    remote: &Remote,
    name: &CopyName,
    recipient: &Recipient,
    (path, inside): (&Path, &CopyContents),
    stop: &CancellationToken,
) -> Result<OffsiteCopy> {
    let plain = File::open(path).map_err(no_room)?;
    let sealed = seal(plain, recipient)?;
    let pace = Pace {
        clock: job.clock.clone(),
        most: job.offsite.bandwidth,
    };
    let whole = name.file(CopyKind::Whole);
    let first = match remote.has_parts() {
        true => name.file(CopyKind::Part),
        false => whole.clone(),
    };
    let sent = remote
        .send(&first, sealed.length, pace.slow(sealed.pieces), stop)
        .await;
    let sum = match sent {
        Ok(()) => sealed
            .checksum
            .await
            .map_err(|_| OffsiteFault::Source.into()),
        Err(trouble) => Err(trouble),
    };
    let read_back = match sum {
        Ok(sum) => is_same(remote, &first, &pace, sum).await,
        Err(trouble) => Err(trouble),
    };
    let checked = match read_back {
        Ok(checked) if first != whole => remote.rename(&first, &whole).await.map(|()| checked),
        other => other,
    };
    let (bytes, sha256) = match checked {
        Ok(checked) => checked,
        Err(trouble) => {
            // What isn't right is ours to remove. Why it isn't matters more than why it stays.
            let _ = remote.delete(&first).await;
            return Err(trouble);
        }
    };
    if remote.size(&whole).await? != Some(bytes) {
        return Err(OffsiteFault::Different.with(whole));
    }
    let manifest = Manifest {
        format: Manifest::FORMAT,
        shop: name.shop.to_string(),
        made: name.made,
        schema_version: inside.schema_version,
        bytes,
        sha256,
        recovery_key: recipient.fingerprint(),
        tasks: inside.tasks,
        customers: inside.customers,
        files: inside.files,
    };
    let description = name.file(CopyKind::Manifest);
    remote.write_small(&description, manifest.write()?).await?;
    if super::whole(remote, name).await? != manifest {
        return Err(OffsiteFault::Different.with(description));
    }
    Ok(OffsiteCopy { name: whole, bytes })
}

/// Reads a file back, and compares its size and its SHA-256 with what was sent.
async fn is_same(
    remote: &Remote,
    file: &str,
    pace: &Pace,
    sent: Checksum,
) -> Result<(u64, String)> {
    let back = Checksum::of(pace.slow(remote.read(file).await?)).await?;
    let (bytes, length) = (sent.bytes(), back.bytes());
    let sha256 = sent.sha256();
    match length == bytes && back.sha256() == sha256 {
        true => Ok((bytes, sha256)),
        false => Err(OffsiteFault::Different.with(file)),
    }
}

/// Deletes the shop's copies that are no longer kept, and what attempts have left.
async fn prune(job: &CopyJob, remote: &Remote, shop: &ShopId, now: Timestamp) -> Result<()> {
    let found = Found::list(remote).await?;
    let whole = found.whole(Some(shop));
    for copy in surplus(&whole, job.offsite.keep, now, &job.timezone) {
        // Without its description it doesn't count any more.
        remote.delete(&copy.file(CopyKind::Manifest)).await?;
        remote.delete(&copy.file(CopyKind::Whole)).await?;
    }
    for (copy, kind) in found.incomplete(shop) {
        if copy.made <= now && now.duration_since(copy.made) > REMAINS {
            remote.delete(&copy.file(kind)).await?;
        }
    }
    Ok(())
}

/// Returns what an error of the database means for its copy.
fn source(error: Error) -> OffsiteTrouble {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(cause) = next {
        let is_full = cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull);
        if is_full || cause.to_string().contains("disk is full") {
            return OffsiteFault::FullHere.into();
        }
        next = cause.source();
    }
    tracing::error!(
        error = crate::domain::chain(&error),
        "failed to copy the database"
    );
    OffsiteFault::Source.into()
}

fn no_room(error: std::io::Error) -> OffsiteTrouble {
    match error.kind() {
        std::io::ErrorKind::StorageFull => OffsiteFault::FullHere.into(),
        kind => OffsiteFault::Source.with(kind.to_string()),
    }
}
