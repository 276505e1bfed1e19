//! Encrypted copies on another machine: their state, and what owners do about them.
//!
//! The password of the place is given by [`super::channels::set_secret`], and the place itself is settings. The secret half
//! of the recovery key is shown once, and stored nowhere.

mod desk;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;

pub use self::desk::{Calls, CopyRequest, NewRecoveryKey, OffsiteDesk, Running, Tried};
use super::security::secrets;
use super::{Desk, channel_accounts, staff_bot};
use crate::domain::{
    AuditAction, CopyContents, Day, Employee, Error, ListedCopy, Offsite, OffsiteAccount,
    OffsiteAttempt, OffsiteCopy, OffsiteTrouble, Origin, Owner, Problem, Recipient, Result, Role,
    SettingKey, Shop, StaffNews, next_night,
};
use crate::metrics::OffsiteNow;
use crate::store::offsite::Attempts;
use crate::store::{self, Connection, Db, Transaction};

/// Beginning of the names of folders for copies in use, beside the database. What a killed program leaves there is removed
/// at the next start.
pub const FOLDERS: &str = ".zayavka-offsite-";

/// Copies on another machine as owners see them.
#[derive(Debug, Clone)]
pub struct OffsiteState {
    /// `None` when no place is chosen.
    pub settings: Option<Offsite>,
    /// Whether there is a password, and where the configuration sets it.
    pub has_password: bool,
    pub password_given: Option<Origin>,
    /// Whether copies are made: place, password and recovery key are there.
    pub is_ready: bool,
    pub is_running: bool,
    /// The last copy that was made and read back, and when.
    pub good: Option<(Timestamp, OffsiteCopy)>,
    /// The place of that copy, which may be another by now.
    pub good_place: Option<String>,
    /// The last attempt, if it failed.
    pub trouble: Option<(Timestamp, OffsiteTrouble)>,
    /// The number of attempts that failed since the last good copy.
    pub failures: u32,
    /// Whether two nights were missed.
    pub is_late: bool,
    /// When the next copy is due; `None` while none are made.
    pub next: Option<Timestamp>,
}

/// Returns the state of the copies on another machine.
///
/// # Errors
/// When the database fails.
pub async fn state(desk: &Desk, _: &Owner) -> Result<OffsiteState> {
    let now = desk.clock.now();
    let known = desk.db.read(move |c: &_| store::offsite::attempts(c, now));
    let known = known.await?;
    let settings = desk.settings.now();
    let timezone = &settings.shop.timezone;
    let is_ready = is_complete(desk);
    let password = &desk.channels.offsite_password;
    let made = known.good.as_ref().map(|good| good.ended);
    let trouble = known.last.as_ref().and_then(|last| {
        let trouble = last.outcome.as_ref().err()?;
        Some((last.ended, trouble.clone()))
    });
    Ok(OffsiteState {
        has_password: password.value().is_some(),
        password_given: password.origin().cloned(),
        is_ready,
        is_running: desk.offsite.is_running(),
        is_late: is_ready && known.is_late(now, timezone),
        next: is_ready.then(|| made.map_or(now, |made| next_night(made, timezone).max(now))),
        good_place: known.good.as_ref().map(|good| good.place.clone()),
        good: known
            .good
            .and_then(|good| Some((good.ended, good.outcome.ok()?))),
        failures: known.failures,
        trouble,
        settings: settings.offsite.clone(),
    })
}

/// Returns what monitors read of the copies.
pub fn now(desk: &Desk, known: &Attempts) -> OffsiteNow {
    let (settings, now) = (desk.settings.now(), desk.clock.now());
    let good = known.good.as_ref();
    let made = good.map(|good| good.ended);
    let bytes = good.and_then(|good| good.outcome.as_ref().ok());
    let is_late = known.is_late(now, &settings.shop.timezone);
    OffsiteNow {
        made: made.map_or(0.0, |made| made.as_duration().as_secs_f64()),
        bytes: bytes.map_or(0, |copy| copy.bytes),
        is_late: is_late && is_complete(desk),
    }
}

/// Returns whether copies are to be made, and two nights have brought none.
///
/// # Errors
/// When the database fails.
pub async fn is_late(desk: &Desk, now: Timestamp) -> Result<bool> {
    let known = desk.db.read(move |c: &_| store::offsite::attempts(c, now));
    let known = known.await?;
    Ok(is_complete(desk) && known.is_late(now, &desk.settings.now().shop.timezone))
}

/// Tells the owners by the staff's bot that there is no new copy, unless they were told today, and returns whom.
///
/// # Errors
/// When the database fails.
pub fn tell(tx: &Transaction, shop: &Shop, now: Timestamp) -> Result<Vec<Employee>> {
    let day = |at: Timestamp| Day::of(at, &shop.timezone);
    let told = store::offsite::told(tx)?.filter(|told| *told <= now);
    if told.is_some_and(|told| day(told) == day(now)) {
        return Ok(Vec::new());
    }
    store::offsite::set_told(tx, now)?;
    let mut owners = store::employees::all(tx)?;
    owners.retain(|employee| employee.active && employee.role == Role::Owner);
    for owner in &owners {
        staff_bot::notify(tx, owner.id, StaffNews::OffsiteLate, now)?;
    }
    Ok(owners)
}

/// Returns the last attempts, newest first.
pub fn attempts(connection: &Connection, _: &Owner, most: u32) -> Result<Vec<OffsiteAttempt>> {
    store::offsite::list(connection, most)
}

/// Has a copy made at once; its outcome is in the state. `takes_over` makes this server the one that makes the copies,
/// even if another one did.
///
/// # Errors
/// [`Error::Invalid`] at the key of what is missing.
pub fn copy_now(desk: &Desk, _: &Owner, takes_over: bool) -> Result<()> {
    if !is_complete(desk) {
        return Err(incomplete(desk));
    }
    desk.offsite.ask(CopyRequest { takes_over });
    desk.settings.wake();
    Ok(())
}

/// Signs in to the place and lists its folder, to try what was set up.
///
/// # Errors
/// [`Error::Invalid`] at the key of what is missing.
pub async fn check(desk: &Desk, _: &Owner) -> Result<Tried<()>> {
    let account = desk.offsite_account().ok_or_else(|| incomplete(desk))?;
    Ok((desk.offsite.calls.check)(account).await)
}

/// Lists the copies of this shop at the place, newest first.
///
/// # Errors
/// [`Error::Invalid`] at the key of what is missing.
pub async fn list(desk: &Desk, _: &Owner) -> Result<Tried<Vec<ListedCopy>>> {
    let account = desk.offsite_account().ok_or_else(|| incomplete(desk))?;
    let shop = desk.db.read(|c: &_| store::secrets::shop_id(c)).await?;
    match shop {
        Some(shop) => Ok((desk.offsite.calls.list)((account, Some(shop))).await),
        // No copy was ever made of this database.
        None => Ok(Ok(Vec::new())),
    }
}

/// Says what is in a file that should be a copy, with the recovery key; changes nothing.
///
/// # Errors
/// None in practice: what is wrong with the file or the key is the outcome.
pub async fn try_copy(
    desk: &Desk,
    _: &Owner,
    file: PathBuf,
    key: SecretString,
) -> Result<Tried<CopyContents>> {
    let beside = desk.db.path().parent().unwrap_or(Path::new("."));
    Ok((desk.offsite.calls.open)((file, key, beside.to_owned())).await)
}

/// Makes a recovery key. Nothing is stored: its public half is the setting `offsite.recovery_key`, which counts from when
/// the owner has shown that they have the words.
///
/// # Errors
/// When the random source fails.
pub fn new_key(desk: &Desk, _: &Owner) -> Result<NewRecoveryKey> {
    (desk.offsite.calls.new_key)(secrets::random()?)
}

/// Stores the public half of a recovery key that the command line made.
///
/// # Errors
/// When the database fails.
pub fn store_key(tx: &Transaction, recipient: &Recipient, now: Timestamp) -> Result<()> {
    let key = SettingKey::OffsiteRecoveryKey;
    let before = store::settings::values(tx)?.remove(&key);
    store::settings::set(tx, key, recipient.as_str(), None, now)?;
    let values = [before.as_deref(), Some(recipient.as_str())];
    store::audit::insert(
        tx,
        None,
        AuditAction::SettingChanged,
        key.word(),
        values,
        now,
    )
}

/// Records an attempt.
///
/// # Errors
/// When the database fails.
pub async fn record(db: &Db, attempt: OffsiteAttempt) -> Result<()> {
    db.write(move |tx| store::offsite::insert(tx, &attempt))
        .await
}

impl Desk {
    /// Returns the account at the place of copies; `None` without a place, or without the password of a user.
    pub fn offsite_account(&self) -> Option<OffsiteAccount> {
        let settings = self.settings.now();
        let offsite = settings.offsite.as_ref()?;
        channel_accounts::offsite(offsite, self.channels.offsite_password.value())
    }
}

/// Returns whether copies are made: place, password and recovery key are there.
fn is_complete(desk: &Desk) -> bool {
    let settings = desk.settings.now();
    let offsite = settings.offsite.as_ref();
    let has_key = offsite.is_some_and(|offsite| offsite.recipient.is_some());
    has_key && desk.offsite_account().is_some()
}

fn incomplete(desk: &Desk) -> Error {
    let settings = desk.settings.now();
    let at = match &settings.offsite {
        None => SettingKey::OffsiteAddress.word(),
        Some(_) if desk.offsite_account().is_none() => {
            crate::domain::ChannelSecret::OffsitePassword.word()
        }
        Some(_) => SettingKey::OffsiteRecoveryKey.word(),
    };
    Problem::OffsiteIncomplete.at(at).into()
}
