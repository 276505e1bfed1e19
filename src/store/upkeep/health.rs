//! Read-only inspection of a database. Nothing is changed, and no database is created.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use secrecy::{ExposeSecret, SecretString};

use super::sums::{self, WrongSums};
use super::{check, migrate, schema};
use crate::domain::{BotToken, ChannelSecret, HookStanding, Incident, MaxToken, SettingKey};
use crate::store::engine::files::beside;
use crate::store::engine::source::{Source, Unopened};
use crate::store::engine::types::Millis;
use crate::store::offsite::{self, Attempts};
use crate::store::{
    Differences, Flaw, Unreadable, ahead, embedded_migrations, incidents, secrets, settings,
    webhooks,
};

/// The state of a database of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Corruption found by SQLite.
    pub damage: Option<String>,
    /// Differences between its schema and the one of the migrations.
    pub schema: Differences,
    /// Values that the program can't read.
    pub values: Unreadable,
    /// Rows whose sums are wrong; `None` if they couldn't be compared, since the schema is older or
    /// values can't be read.
    pub sums: Option<WrongSums>,
    pub schema_version: i64,
    /// The schema version of this program.
    pub known_version: i64,
    /// Time of the last change of a task.
    pub newest_event: Option<Timestamp>,
    /// State of the webhooks.
    pub webhooks: Vec<HookStanding>,
    /// Incidents recorded by the server lately.
    pub incidents: Vec<Incident>,
    /// What owners changed in the browser.
    pub settings: BTreeMap<SettingKey, String>,
    pub bot_token: Option<BotToken>,
    /// The same of the bot at MAX.
    pub max_token: Option<MaxToken>,
    /// The secrets of SMS and e-mail that an owner gave.
    pub sms_key: Option<StoredSecret>,
    pub mail_password: Option<StoredSecret>,
    /// The password of the place of copies on another machine, and the attempts to make one.
    pub offsite_password: Option<StoredSecret>,
    pub attempts: Attempts,
    /// Number of rows dated in the future by a clock that was ahead.
    pub ahead: i64,
    pub bytes: u64,
    /// Size of the write-ahead log.
    pub log_bytes: u64,
}

/// A secret from the database, which is compared by its text.
#[derive(Debug, Clone)]
pub struct StoredSecret(pub SecretString);

impl PartialEq for StoredSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for StoredSecret {}

fn stored_secret(connection: &Connection, secret: ChannelSecret) -> Option<StoredSecret> {
    let stored = secrets::of_channel(connection, secret).unwrap_or_default();
    stored.map(StoredSecret)
}

/// Returns the size of a file in bytes; zero for one that can't be read.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// Returns the size of a database with its write-ahead log, in bytes.
pub fn bytes(path: &Path) -> u64 {
    size(path) + size(&beside(path, "-wal"))
}

/// Inspects a database, which may be in use by a server.
///
/// # Errors
/// When it can't be read or isn't a database of this program.
pub fn examine(path: &Path, now: Timestamp) -> Result<Health, Flaw> {
    let unreadable = |error| check::unreadable(path, error);
    let source = Source::open(path, None).map_err(|error| match error {
        Unopened::Open(error) => unreadable(error),
        Unopened::Copy(source) => Flaw::Uncopied {
            path: path.to_owned(),
            source,
        },
    })?;
    let connection = &source.connection;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(unreadable)?;
    let schema_version = check::ours(connection, path)?;
    let schema = schema::compare(connection, schema_version, path)?;
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(unreadable)?;
    let damage = match &*found {
        "ok" => check::dangling(connection).map_err(unreadable)?,
        _ => Some(found.replace('\n', " ")),
    };
    let values = match damage {
        // A damaged database may not be readable completely.
        Some(_) => Unreadable::default(),
        None => check::values(connection, schema_version, path)?,
    };
    let is_whole = damage.is_none() && values.is_empty();
    let sums = match is_whole && schema_version == migrate::newest(&embedded_migrations()) {
        true => Some(sums::compare(connection).map_err(|source| Flaw::Sums {
            path: path.to_owned(),
            source,
        })?),
        false => None,
    };
    let newest: Option<Millis> = connection
        .query_row(
            "SELECT at FROM task_events ORDER BY id DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()
        .map_err(unreadable)?;
    // An older schema has no webhooks.
    let webhooks = match connection.table_exists(None, "webhook_deliveries") {
        Ok(true) => webhooks::standing(connection).unwrap_or_default(),
        _ => Vec::new(),
    };
    // Nor does it have incidents.
    let (incidents, ahead) = match connection.table_exists(None, "incidents") {
        Ok(true) => (
            incidents::news(connection, now).unwrap_or_default(),
            ahead::count(connection, now).unwrap_or_default(),
        ),
        _ => (Vec::new(), 0),
    };
    // Nor are there settings in it.
    let settings = match connection.table_exists(None, "settings") {
        Ok(true) => settings::values(connection).unwrap_or_default(),
        _ => BTreeMap::new(),
    };
    Ok(Health {
        damage,
        schema,
        values,
        sums,
        schema_version,
        known_version: migrate::newest(&embedded_migrations()),
        newest_event: newest.map(|at| at.0),
        webhooks,
        incidents,
        settings,
        bot_token: secrets::bot_token(connection).unwrap_or_default(),
        max_token: secrets::max_token(connection).unwrap_or_default(),
        sms_key: stored_secret(connection, ChannelSecret::SmsKey),
        mail_password: stored_secret(connection, ChannelSecret::MailPassword),
        offsite_password: stored_secret(connection, ChannelSecret::OffsitePassword),
        attempts: match connection.table_exists(None, "offsite_attempts") {
            Ok(true) => offsite::attempts(connection, now).unwrap_or_default(),
            _ => Attempts::default(),
        },
        ahead,
        bytes: size(path),
        log_bytes: size(&beside(path, "-wal")),
    })
}
