//! What can be told of a database by looking at it. Nothing is changed, and none is made.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{check, migrate, schema};
use crate::domain::{HookStanding, Incident};
use crate::store::engine::files::beside;
use crate::store::engine::source::{Source, Unopened};
use crate::store::engine::types::Millis;
use crate::store::{
    Differences, Flaw, Unreadable, ahead, embedded_migrations, incidents, webhooks,
};

/// A database that is one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What SQLite finds wrong with it.
    pub damage: Option<String>,
    /// How its schema differs from what the migrations make.
    pub schema: Differences,
    /// The values that the program can't read.
    pub values: Unreadable,
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
        // Not all of it can be read then.
        Some(_) => Unreadable::default(),
        None => check::values(connection, schema_version, path)?,
    };
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
        Ok(true) => webhooks::standing(connection).unwrap_or_default(),
        _ => Vec::new(),
    };
    // Nor does it know of incidents.
    let (incidents, ahead) = match connection.table_exists(None, "incidents") {
        Ok(true) => (
            incidents::news(connection, now).unwrap_or_default(),
            ahead::count(connection, now).unwrap_or_default(),
        ),
        _ => (Vec::new(), 0),
    };
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    Ok(Health {
        damage,
        schema,
        values,
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
