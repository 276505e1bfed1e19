//! Attempts to make a copy, and what a copy contains.

use jiff::Timestamp;

use super::{OffsiteTrouble, ShopId};

/// An attempt to make a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsiteAttempt {
    pub began: Timestamp,
    pub ended: Timestamp,
    /// The address as it was typed.
    pub place: String,
    pub outcome: Result<OffsiteCopy, OffsiteTrouble>,
}

/// A copy that was made and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsiteCopy {
    pub name: String,
    /// The size of the encrypted copy.
    pub bytes: u64,
}

/// A copy as it is listed at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCopy {
    pub name: String,
    pub shop: ShopId,
    pub made: Timestamp,
    pub bytes: u64,
    pub tasks: i64,
    /// The fingerprint of the recovery key that opens it.
    pub recovery_key: String,
}

/// What the database in a copy contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyContents {
    pub schema_version: i64,
    /// `None` if no copy for another machine was ever made of it.
    pub shop: Option<ShopId>,
    pub tasks: i64,
    /// When the last task was registered; `None` without any.
    pub newest_task: Option<Timestamp>,
    pub customers: i64,
    /// The number of photos and other files.
    pub files: i64,
}
