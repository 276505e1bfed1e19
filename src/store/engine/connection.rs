//! The connections to the file and their settings.

use std::path::Path;
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::domain::chain;
use crate::store::upkeep::migrate::OpenError;

pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(in crate::store) type Pool = r2d2::Pool<SqliteConnectionManager>;

/// Compile-time options that SQLite must or must not be built with; `.cargo/config.toml` sets them.
/// Otherwise every allocation, and every page that a thread reads, acquires a lock shared by all
/// threads, and every temporary table reserves 85 KiB, which the system's allocator fetches from the
/// kernel each time.
const OPTIONS: &[(&str, bool)] = &[
    ("DEFAULT_MEMSTATUS=0", true),
    ("ENABLE_MEMORY_MANAGEMENT", false),
    ("DEFAULT_PCACHE_INITSZ=0", true),
];

/// Checks the compile-time options of SQLite.
///
/// # Errors
/// [`OpenError::Options`] with the options that differ.
pub(in crate::store) fn check_options(connection: &Connection) -> Result<(), OpenError> {
    let sql = "SELECT sqlite_compileoption_used(?1)";
    let mut differing = Vec::new();
    for (option, wanted) in OPTIONS {
        let used = connection.query_row(sql, [option], |row| row.get::<_, bool>(0));
        match (used.unwrap_or_default(), *wanted) {
            (false, true) => differing.push(format!("without {option}")),
            (true, false) => differing.push(format!("with {option}")),
            _ => {}
        }
    }
    match differing.is_empty() {
        true => Ok(()),
        false => Err(OpenError::Options {
            differing: differing.join(", "),
        }),
    }
}

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
    // A plan for any value of the parameters. SQLite would make a new one each time that a limit is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::functions::FunctionFlags;

    use super::*;

    #[test]
    fn sqlite_is_built_as_the_settings_of_cargo_say() {
        let memory = Connection::open_in_memory().unwrap();
        check_options(&memory).unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cargo/config.toml");
        let text = std::fs::read_to_string(path).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("LIBSQLITE3_FLAGS = "));
        let flags = line.unwrap().split('"').nth(1).unwrap();
        let flag = |(option, wanted): &(&str, bool)| match wanted {
            true => format!("-DSQLITE_{option}"),
            false => format!("-USQLITE_{option}"),
        };
        assert!(flags.split(' ').eq(OPTIONS.iter().map(flag)), "{flags}");
    }

    #[test]
    fn a_sqlite_that_is_built_otherwise_is_refused() {
        for (used, what) in [
            (
                false,
                "without DEFAULT_MEMSTATUS=0, without DEFAULT_PCACHE_INITSZ=0",
            ),
            (true, "with ENABLE_MEMORY_MANAGEMENT"),
        ] {
            let memory = Connection::open_in_memory().unwrap();
            let (name, flags) = ("sqlite_compileoption_used", FunctionFlags::SQLITE_UTF8);
            let answer = move |_: &rusqlite::functions::Context<'_>| Ok(used);
            memory
                .create_scalar_function(name, 1, flags, answer)
                .unwrap();
            let error = check_options(&memory).unwrap_err().to_string();
            assert!(error.contains(&format!("built {what};")), "{error}");
        }
    }
}
