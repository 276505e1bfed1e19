//! Encrypted copies on other machines: their names, how many are kept, when the next is due, and why one fails.

mod attempt;
mod copy_name;
mod nights;
mod recipient;
mod retention;
mod trouble;

use std::num::NonZeroU32;

use secrecy::SecretString;

pub use attempt::{CopyContents, ListedCopy, OffsiteAttempt, OffsiteCopy};
pub use copy_name::{CopyKind, CopyName, ShopId};
pub use nights::{is_late, next_night, retry_at};
pub use recipient::Recipient;
pub use retention::{Keep, surplus};
pub use trouble::{OffsiteFault, OffsiteTrouble};

/// A place on another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OffsitePlace {
    /// A folder of a WebDAV server, by its URL without a slash at the end.
    WebDav { url: String },
    /// A bucket of a storage that speaks S3, and the prefix of the names in it.
    S3 {
        endpoint: String,
        region: String,
        bucket: String,
        prefix: String,
    },
}

/// The settings of copies on another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsite {
    pub place: OffsitePlace,
    /// The place as it was typed.
    pub address: String,
    /// The user, or the id of the access key; empty for none.
    pub user: String,
    /// The public half of the recovery key; `None` until there is one, and no copy is made without it.
    pub recipient: Option<Recipient>,
    pub keep: Keep,
    /// Maximum speed in KiB a second; `None` for no limit.
    pub bandwidth: Option<NonZeroU32>,
}

impl Offsite {
    /// The default speed in KiB a second: a copy at night has time, and the requests that come meanwhile have not.
    pub const BANDWIDTH: u32 = 8_192;

    /// Returns the command that brings the shop back on another machine.
    pub fn restore_command(&self) -> String {
        let mut command = format!("zayavka restore --from {}", self.address);
        if let OffsitePlace::S3 {
            endpoint, region, ..
        } = &self.place
        {
            command += &format!(" --endpoint {endpoint} --region {region}");
        }
        if !self.user.is_empty() {
            command += &format!(" --user {}", self.user);
        }
        command
    }
}

/// A place with what it takes to get in.
#[derive(Debug, Clone)]
pub struct OffsiteAccount {
    pub place: OffsitePlace,
    pub user: String,
    pub password: Option<SecretString>,
}
