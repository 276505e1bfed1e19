//! The settings that owners change in the browser. What the configuration file or the environment sets wins, and
//! isn't changed here. A change counts at once, for everything but what listens.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use super::{Desk, channel_accounts, reach};
use crate::domain::{
    AuditAction, AuditEvent, AuditEventId, BotMode, Error, Invalid, Owner, Problem, Result,
    SettingKey, Settings, Span,
};
use crate::store::{self, Connection, Transaction};

/// Values as stored, by key.
pub type Stored = BTreeMap<SettingKey, String>;

/// Returns the settings with the given stored values, or names the key of a wrong one.
pub type Check = dyn Fn(&Stored) -> Result<Settings> + Send + Sync;

/// The settings in use.
pub struct Live {
    current: watch::Sender<Arc<Settings>>,
    changed: watch::Sender<()>,
    check: Arc<Check>,
    /// Held from before a change is stored until it counts, so that two changes don't overtake each other.
    turn: Mutex<()>,
}

/// A change of a setting. `None` removes the stored value, so that the default counts.
pub type Change = (SettingKey, Option<String>);

impl Live {
    /// Begins with the stored values. One that is no longer accepted is left out and logged, so that the server starts.
    ///
    /// # Errors
    /// When the settings can't be read without the stored values either.
    pub fn new(check: Arc<Check>, stored: Stored) -> Result<Self> {
        let settings = accepted(&*check, stored)?;
        Ok(Self {
            current: watch::Sender::new(Arc::new(settings)),
            changed: watch::Sender::default(),
            check,
            turn: Mutex::default(),
        })
    }

    /// Settings that never change.
    pub fn fixed(settings: Settings) -> Self {
        let current = watch::Sender::new(Arc::new(settings.clone()));
        Self {
            current,
            changed: watch::Sender::default(),
            check: Arc::new(move |_| Ok(settings.clone())),
            turn: Mutex::default(),
        }
    }

    /// Returns the settings as they are now.
    pub fn now(&self) -> Arc<Settings> {
        self.current.borrow().clone()
    }

    fn replace(&self, settings: Settings) {
        self.current.send_replace(Arc::new(settings));
        self.changed.send_replace(());
    }

    /// Wakes who waits for a change of the settings.
    pub(super) fn wake(&self) {
        self.changed.send_replace(());
    }

    /// Returns a receiver that becomes ready when a setting has changed.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }
}

/// Changes settings: all of them or none.
///
/// # Errors
/// [`Error::Invalid`] at the key of a value that isn't accepted, or that the configuration
/// file or the environment sets.
pub async fn update(desk: &Desk, owner: Owner, changes: Vec<Change>, now: Timestamp) -> Result<()> {
    test_address(desk, &changes).await?;
    let left = channel_accounts::left_behind(desk, &changes);
    let forget = left.clone();
    let also = move |tx: &Transaction<'_>| {
        let mut names = forget.iter().map(|secret| store::secrets::name_of(*secret));
        names.try_for_each(|name| store::secrets::delete(tx, name))
    };
    let done = || channel_accounts::forget(desk, &left);
    update_with(desk, owner, changes, now, also, done).await
}

/// Changes settings together with something else: `also` in the same transaction, and `done` before the change counts.
pub(super) async fn update_with(
    desk: &Desk,
    owner: Owner,
    changes: Vec<Change>,
    now: Timestamp,
    also: impl Fn(&Transaction<'_>) -> Result<()> + Send + 'static,
    done: impl FnOnce(),
) -> Result<()> {
    let _turn = desk.settings.turn.lock().await;
    for (key, value) in &changes {
        if let (SettingKey::BackupDir, Some(dir)) = (key, value)
            && !dir.is_empty()
        {
            super::backups::prepare(dir.into()).await?;
        }
        if let Some(mode) = value {
            check_mode(desk, *key, mode)?;
        }
    }
    let (before, check) = (desk.settings.now(), desk.settings.check.clone());
    let work = move |tx: &Transaction<'_>| {
        also(tx)?;
        store_changes(tx, &owner, &before, &*check, &changes, now)
    };
    let settings = desk.db.write(work).await?;
    done();
    desk.settings.replace(settings);
    Ok(())
}

/// Tests the public URL, if it is changed: with a wrong one, nobody could open the page that corrects it.
async fn test_address(desk: &Desk, changes: &[Change]) -> Result<()> {
    let key = SettingKey::PublicUrl;
    let Some((_, value)) = changes.iter().find(|(changed, _)| *changed == key) else {
        return Ok(());
    };
    if !desk.settings.now().is_open(key) {
        return Err(Problem::SettingGiven.at(key.word()).into());
    }
    let checked = match value.as_deref().unwrap_or_default() {
        "" => Err(Problem::Required.at(key.word()).into()),
        value => (desk.settings.check)(&Stored::from([(key, value.to_owned())])),
    };
    match checked.inspect_err(|_| desk.reach.forget())?.public_url {
        Some(url) => reach::test(desk, &url).await,
        None => Ok(()),
    }
}

/// Checks that the messenger can deliver to the public address where the owner wants it to.
fn check_mode(desk: &Desk, key: SettingKey, mode: &str) -> Result<()> {
    let url = desk.public_url();
    let (fits, problem) = match key {
        SettingKey::BotMode => (url.is_https(), Problem::AddressNotHttps),
        SettingKey::MaxMode => (url.is_https_at_443(), Problem::AddressNotAt443),
        _ => return Ok(()),
    };
    match mode == BotMode::Webhook.word() && !url.is_local() && !fits {
        true => Err(problem.at(key.word()).into()),
        false => Ok(()),
    }
}

/// Returns the settings as they would be after changes, which are not stored. What the
/// configuration file or the environment sets stays.
///
/// # Errors
/// [`Error::Invalid`] at the key of a value that isn't accepted.
pub async fn preview(desk: &Desk, _: &Owner, mut changes: Vec<Change>) -> Result<Settings> {
    let (before, check) = (desk.settings.now(), desk.settings.check.clone());
    let mut stored = desk.db.read(|c: &_| store::settings::values(c)).await?;
    changes.retain(|(key, _)| before.is_open(*key));
    apply(&mut stored, &changes);
    check(&stored)
}

fn apply(stored: &mut Stored, changes: &[Change]) {
    for (key, value) in changes {
        match value {
            Some(value) => stored.insert(*key, value.clone()),
            None => stored.remove(key),
        };
    }
}

fn store_changes(
    tx: &Transaction,
    owner: &Owner,
    before: &Settings,
    check: &Check,
    changes: &[Change],
    now: Timestamp,
) -> Result<Settings> {
    let mut stored = store::settings::values(tx)?;
    let given = changes.iter().filter(|(key, _)| !before.is_open(*key));
    let mut wrong: Vec<_> = given
        .map(|(key, _)| Problem::SettingGiven.at(key.word()))
        .collect();
    apply(&mut stored, changes);
    let after = checked(check, &stored, &mut wrong)?;
    if !wrong.is_empty() {
        return Err(Error::invalid(wrong));
    }
    let employee = owner.id();
    for (key, _) in changes {
        match stored.get(key) {
            Some(value) => store::settings::set(tx, *key, value, employee, now)?,
            None => store::settings::delete(tx, *key)?,
        }
        let values = [before.value(*key), after.value(*key)];
        if values[0] != values[1] {
            let values = values.map(|value| Some(value).filter(|value| !value.is_empty()));
            let action = AuditAction::SettingChanged;
            store::audit::insert(tx, employee, action, key.word(), values, now)?;
        }
    }
    Ok(after)
}

/// Returns the settings with the stored values but for those that aren't accepted, which are added to `wrong`.
fn checked(check: &Check, stored: &Stored, wrong: &mut Vec<Invalid>) -> Result<Settings> {
    let mut rest = stored.clone();
    loop {
        match check(&rest) {
            Err(Error::Invalid(invalid)) => {
                let key = SettingKey::from_word(invalid.field);
                if key.and_then(|key| rest.remove(&key)).is_none() {
                    return Err(invalid.into());
                }
                wrong.push(invalid);
            }
            settings => return settings,
        }
    }
}

/// Reads the stored settings again, after an archive has replaced them.
///
/// # Errors
/// When the database fails.
pub async fn reload(desk: &Desk) -> Result<()> {
    let _turn = desk.settings.turn.lock().await;
    let stored = desk.db.read(|c: &_| store::settings::values(c)).await?;
    let settings = accepted(&*desk.settings.check, stored)?;
    desk.settings.replace(settings);
    Ok(())
}

/// Returns the settings with the stored values. One that is no longer accepted is left out and logged.
fn accepted(check: &Check, stored: Stored) -> Result<Settings> {
    let mut wrong = Vec::new();
    let settings = checked(check, &stored, &mut wrong);
    for Invalid { field: key, .. } in wrong {
        tracing::error!(
            key,
            "a stored setting is not accepted any more; its default counts"
        );
    }
    settings.map_err(|error| match error {
        Error::Invalid(_) => Error::internal(error),
        other => other,
    })
}

/// Returns a span of the audit list, newest first.
pub fn audit(
    connection: &Connection,
    _: &Owner,
    span: Span<AuditEventId>,
) -> Result<Vec<AuditEvent>> {
    store::audit::page(connection, span)
}

/// # Errors
/// [`Error::NotFound`].
pub fn audit_event(connection: &Connection, _: &Owner, id: AuditEventId) -> Result<AuditEvent> {
    store::audit::get(connection, id)?.ok_or(Error::NotFound)
}

/// Counts the events of the audit list.
pub fn count_audit(connection: &Connection, _: &Owner) -> Result<i64> {
    store::audit::count(connection)
}
