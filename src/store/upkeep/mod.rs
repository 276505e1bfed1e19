//! Maintenance of the database file: migrations, checks, backups, restores, archives.

pub mod archive;
pub mod backup;
pub mod contents;
pub mod digest;
pub mod health;
pub mod rotation;

pub(in crate::store) mod check;
pub(in crate::store) mod leftovers;
pub(in crate::store) mod migrate;
pub(in crate::store) mod schema;
mod sums;
pub(in crate::store) mod values;
