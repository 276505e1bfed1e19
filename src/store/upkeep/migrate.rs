//! Migrations from any released schema to the current one. A failed one loses nothing.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use refinery::error::WrapMigrationError;
use refinery::{Migration, Runner};
use rusqlite::OptionalExtension;

use super::{backup, digest, leftovers};
use crate::store::engine::connection::{check_options, configure};
use crate::store::engine::files::{self, Part, beside};
use crate::store::{Connection, engine::search};

mod embedded {
    refinery::embed_migrations!("sql");
}

/// Returns the program's own migrations, in ascending order of versions.
pub fn embedded_migrations() -> Vec<Migration> {
    let mut migrations = embedded::migrations::runner().get_migrations().clone();
    migrations.sort_by_key(Migration::version);
    migrations
}

/// Reasons why a database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database {}: can't be opened; check `database` and the rights of its folder", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(
        "database {}: it has schema version {found}, and this program knows versions up to {known}; \
         start the newer program again, or restore the copy made before its first start",
        path.display()
    )]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "database {}: another server is running on it; stop that one, or set another `database`",
        path.display()
    )]
    Served { path: PathBuf },
    #[error(
        "database {}: it is on a read-only file system, where nothing can be written; mount that writable, or set \
         another `database`. `zayavka backup` copies it to another place all the same",
        path.display()
    )]
    ReadOnly { path: PathBuf },
    #[error(
        "database {}: the file has another name as well (a hard link), and a program that comes by that one would \
         damage it; find it with `find / -xdev -samefile {}`, remove it, and copy with `zayavka backup` instead",
        path.display(), path.display()
    )]
    Linked { path: PathBuf },
    #[error("database {}: it is being restored; try again when that is done", path.display())]
    BeingRestored { path: PathBuf },
    #[error(
        "database {}: it is in use by a running server or by another program; stop that first",
        path.display()
    )]
    InUse { path: PathBuf },
    #[error(
        "the SQLite in this program was built {differing}; build the program in the folder of its source code, where cargo reads \
         .cargo/config.toml, or set LIBSQLITE3_FLAGS as that file does"
    )]
    Options { differing: String },
    #[error("database {}: can't be migrated; nothing was changed", path.display())]
    Migration {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    pub(in crate::store) fn file(
        path: &Path,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let read_only = |path| Self::ReadOnly { path };
        files::failed(path, source, read_only, |path, source| Self::File {
            path,
            source,
        })
    }

    fn migration(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Migration {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// Creates the file if it doesn't exist, and migrates it. Returns whether it was created.
pub(in crate::store) fn prepare(
    path: &Path,
    migrations: &[Migration],
    now: Timestamp,
) -> Result<bool, OpenError> {
    let created = create(path)?;
    let mut connection = Connection::open(path).map_err(|error| OpenError::file(path, error))?;
    check_options(&connection)?;
    configure(&connection).map_err(|error| OpenError::file(path, error))?;
    let applied = version(&connection).map_err(|error| OpenError::migration(path, error))?;
    let known = newest(migrations);
    if applied > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found: applied,
            known,
        });
    }
    if applied > 0 && applied < known {
        snapshot(&connection, path, applied, now)?;
    }
    run(&mut connection, migrations).map_err(|error| OpenError::migration(path, error))?;
    Ok(created)
}

/// Applies the pending migrations: all of them, or none. Foreign keys don't act meanwhile, so that a table can be made anew
/// without the rows that refer to it (<https://sqlite.org/lang_altertable.html#otheralter>). A migration that does so keeps
/// the numbers of its rows, so that every reference stays right.
pub(in crate::store) fn run(
    connection: &mut Connection,
    migrations: &[Migration],
) -> Result<(), refinery::Error> {
    let runner = Runner::new(migrations)
        .set_grouped(true)
        .set_abort_divergent(true);
    search::add_function(connection).migration_err("the connection takes no function", None)?;
    let pragma = |on| connection.pragma_update(None, "foreign_keys", on);
    pragma(false).migration_err("foreign keys can't be turned off", None)?;
    let applied = runner.run(connection);
    let pragma = |on| connection.pragma_update(None, "foreign_keys", on);
    pragma(true).migration_err("foreign keys can't be turned on", None)?;
    applied.map(drop)
}

/// Returns the version after all migrations.
pub(in crate::store) fn newest(migrations: &[Migration]) -> i64 {
    let versions = migrations.iter().map(|m| i64::from(m.version()));
    versions.max().unwrap_or(0)
}

/// Returns the schema version of the file; 0 before the first migration.
pub(in crate::store) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    match connection.table_exists(None, "refinery_schema_history")? {
        false => Ok(0),
        true => {
            let sql = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
            connection.query_row(sql, [], |row| row.get(0))
        }
    }
}

/// Returns the recorded checksum of a migration; `None` if it was not applied.
pub(in crate::store) fn checksum(
    connection: &Connection,
    version: i64,
) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT checksum FROM refinery_schema_history WHERE version = ?1";
    let noted = connection.query_row(sql, [version], |row| row.get(0));
    noted.optional()
}

/// Creates the file readable only by its owner, since it contains customers' data.
fn create(path: &Path) -> Result<bool, OpenError> {
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(fs::metadata(path).is_ok_and(|file| file.len() == 0))
        }
        Err(error) => Err(OpenError::file(path, error)),
    }
}

/// Formats an instant for names of files.
pub(in crate::store) fn stamp(now: Timestamp) -> String {
    let now = now.to_zoned(TimeZone::UTC);
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Copies the file before a migration changes it. The copy gets its final name when it is complete;
/// a leftover of a killed run is no obstacle.
fn snapshot(
    connection: &Connection,
    path: &Path,
    version: i64,
    now: Timestamp,
) -> Result<(), OpenError> {
    let copy = beside(path, &format!(".v{version}-{}", stamp(now)));
    leftovers::remove_old_names(path)
        .and_then(|()| leftovers::sweep(files::folder(path)))
        .map_err(|error| OpenError::file(path, error))?;
    let part = Part::of(&copy).map_err(|error| OpenError::file(path, error))?;
    backup::copy_into(connection, &part).map_err(|error| OpenError::migration(path, error))?;
    match digest::publish(part, &copy) {
        // A start within the same second was killed after making the same copy.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(OpenError::migration(path, error)),
        Ok(()) => {}
    }
    tracing::info!(copy = %copy.display(), "kept a copy of the database before migrating it");
    Ok(())
}
