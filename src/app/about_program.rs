//! What an owner reads when they report a fault: which program this is, and its database.

use super::Desk;
use crate::domain::{Error, Owner, Result};
use crate::store;

/// The program and its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub version: &'static str,
    pub schema: i64,
    /// Path of the database file.
    pub database: String,
    /// Size of the database file with its log, in bytes.
    pub bytes: u64,
}

/// Returns the version, the schema and the database.
///
/// # Errors
/// When the database can't be read.
pub async fn program(desk: &Desk, _: Owner) -> Result<Program> {
    let path = desk.db.path().to_owned();
    let read = path.clone();
    let size = move || store::health::bytes(&read);
    Ok(Program {
        version: env!("CARGO_PKG_VERSION"),
        schema: desk.db.read(|c: &_| store::archive::schema(c)).await?,
        database: path.display().to_string(),
        bytes: tokio::task::spawn_blocking(size)
            .await
            .map_err(Error::internal)?,
    })
}
