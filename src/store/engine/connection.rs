//! The connections to the file and their settings.

use std::path::Path;
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};

use crate::domain::chain;
use crate::store::upkeep::migrate::OpenError;

pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(in crate::store) type Pool = r2d2::Pool<SqliteConnectionManager>;

/// Returns a number that changes whenever another connection has written.
pub(in crate::store) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA data_version", [], |row| row.get(0))
}

/// Returns a number that changes with the schema and with every `VACUUM`.
pub(in crate::store) fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// A read transaction whose BEGIN and ROLLBACK are cached statements.
pub(in crate::store) struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    pub(in crate::store) fn of(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("ROLLBACK");
        if let Err(error) = ended.and_then(|mut rollback| rollback.execute([])) {
            let error = chain(&error);
            tracing::error!(%error, "failed to end a read transaction");
        }
    }
}

pub(in crate::store) fn pool(
    path: &Path,
    size: u32,
    init: impl Fn(&Connection) -> rusqlite::Result<()> + Send + Sync + 'static,
) -> std::result::Result<Pool, OpenError> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .with_init(move |connection| {
            configure(connection)?;
            init(connection)
        });
    r2d2::Pool::builder()
        .max_size(size)
        .test_on_check_out(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .build(manager)
        .map_err(|error| OpenError::file(path, error))
}

/// Applies the settings that every connection has.
pub(in crate::store) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}
