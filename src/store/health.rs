//! What can be told of a database by looking at it. Nothing is changed, and none is made.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{OpenFlags, OptionalExtension};

use super::files::beside;
use super::types::Millis;
use super::{
    BUSY_TIMEOUT, Connection, Flaw, ahead, check, embedded_migrations, incidents, migrate, webhooks,
};
use crate::domain::{HookStanding, Incident};

/// A database that is one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What SQLite finds wrong with it.
    pub damage: Option<String>,
    pub schema_version: i64,
    /// The version that this program brings it to.
    pub known_version: i64,
    /// When something last happened to a task.
    pub newest_event: Option<Timestamp>,
    /// How the webhooks stand that a server has served.
    pub webhooks: Vec<HookStanding>,
    /// What a server has noticed lately.
    pub incidents: Vec<Incident>,
    /// How many rows a clock that was ahead has dated.
    pub ahead: i64,
    pub bytes: u64,
    /// How long the write-ahead log is.
    pub log_bytes: u64,
}

/// Looks at a database, also while it is served.
///
/// # Errors
/// When it can't be read or isn't one of ours.
pub fn examine(path: &Path, now: Timestamp) -> Result<Health, Flaw> {
    let unreadable = |error| check::unreadable(path, error);
    let connection = open(path).map_err(unreadable)?;
    let schema_version = check::ours(&connection, path)?;
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(unreadable)?;
    let newest: Option<Millis> = connection
        .query_row(
            "SELECT at FROM task_events ORDER BY id DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()
        .map_err(unreadable)?;
    // An older schema has no webhooks yet.
    let webhooks = match connection.table_exists(None, "webhook_deliveries") {
        Ok(true) => webhooks::standing(&connection).unwrap_or_default(),
        _ => Vec::new(),
    };
    // Nor does it know of incidents.
    let (incidents, ahead) = match connection.table_exists(None, "incidents") {
        Ok(true) => (
            incidents::news(&connection, now).unwrap_or_default(),
            ahead::count(&connection, now).unwrap_or_default(),
        ),
        _ => (Vec::new(), 0),
    };
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    Ok(Health {
        damage: (found != "ok").then(|| found.replace('\n', " ")),
        schema_version,
        known_version: migrate::newest(&embedded_migrations()),
        newest_event: newest.map(|at| at.0),
        webhooks,
        incidents,
        ahead,
        bytes: size(path),
        log_bytes: size(&beside(path, "-wal")),
    })
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
