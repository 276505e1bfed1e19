//! What a database that isn't in use contains, of any schema that this program knows.

use std::path::Path;

use rusqlite::OptionalExtension;
use tokio_util::sync::CancellationToken;

use super::check;
use crate::domain::{CopyContents, ShopId};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Flaw};

/// Checks every page, row and reference of a file, and returns what it contains. Nothing is changed.
///
/// # Errors
/// As for a restore: when it isn't a database of this program, is of a newer version, or is damaged.
pub fn checked(path: &Path, stop: &CancellationToken) -> Result<CopyContents, Flaw> {
    check::whole(path, stop)?;
    counted(path, stop)
}

/// Returns what a file contains that was checked before.
///
/// # Errors
/// When it can't be read.
pub fn counted(path: &Path, stop: &CancellationToken) -> Result<CopyContents, Flaw> {
    let connection = check::open(path, stop).map_err(|error| check::unreadable(path, error))?;
    let schema_version = check::ours(&connection, path)?;
    count(&connection, schema_version).map_err(|error| check::unreadable(path, error))
}

fn count(connection: &Connection, schema_version: i64) -> rusqlite::Result<CopyContents> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let newest = "SELECT max(created_at) FROM tasks";
    let newest: Option<Millis> = connection.query_row(newest, [], |row| row.get(0))?;
    let shop = "SELECT CAST(value AS TEXT) FROM secrets WHERE name = 'shop_id'";
    let shop: Option<String> = connection
        .query_row(shop, [], |row| row.get(0))
        .optional()?;
    Ok(CopyContents {
        schema_version,
        shop: shop.and_then(|id| ShopId::parse(&id)),
        tasks: number("SELECT count(*) FROM tasks")?,
        newest_task: newest.map(|newest| newest.0),
        customers: number("SELECT count(*) FROM customers")?,
        // The first schemas had none.
        files: match connection.table_exists(None, "photos")? {
            true => number("SELECT count(*) FROM photos WHERE state = 'HERE'")?,
            false => 0,
        },
    })
}
