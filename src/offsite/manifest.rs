//! What is said of a copy in the clear, beside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{OffsiteFault, OffsiteTrouble};

/// The form of these files.
const FORMAT: u32 = 1;

/// The description of a copy. It is written after the copy was read back, so a copy without one doesn't count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub shop: String,
    pub made: Timestamp,
    pub schema_version: i64,
    /// The size of the encrypted copy, and its SHA-256.
    pub bytes: u64,
    pub sha256: String,
    /// The fingerprint of the recovery key that opens it.
    pub recovery_key: String,
    pub tasks: i64,
    pub customers: i64,
    pub files: i64,
}

/// Says which server makes the copies of a shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    pub format: u32,
    pub server: String,
    pub at: Timestamp,
}

impl Manifest {
    pub const FORMAT: u32 = FORMAT;
    /// Maximum length, in bytes.
    pub const LONGEST: usize = 16 * 1024;

    /// # Errors
    /// None in practice.
    pub fn write(&self) -> Result<Vec<u8>, OffsiteTrouble> {
        written(self)
    }

    /// # Errors
    /// When it isn't one, or a newer version wrote it.
    pub fn read(bytes: &[u8]) -> Result<Self, OffsiteTrouble> {
        let read: Self = read(bytes)?;
        match read.format > FORMAT {
            true => Err(OffsiteFault::Newer.into()),
            false => Ok(read),
        }
    }
}

impl Marker {
    pub fn new(server: String, at: Timestamp) -> Self {
        Self {
            format: FORMAT,
            server,
            at,
        }
    }

    /// # Errors
    /// None in practice.
    pub fn write(&self) -> Result<Vec<u8>, OffsiteTrouble> {
        written(self)
    }

    /// # Errors
    /// When it isn't one.
    pub fn read(bytes: &[u8]) -> Result<Self, OffsiteTrouble> {
        read(bytes)
    }
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, OffsiteTrouble> {
    serde_json::to_vec_pretty(value).map_err(|_| OffsiteFault::Source.into())
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, OffsiteTrouble> {
    serde_json::from_slice(bytes).map_err(|_| OffsiteFault::Changed.into())
}
