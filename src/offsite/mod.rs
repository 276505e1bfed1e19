//! Encrypted copies on other machines, as they travel: the place over WebDAV or S3, the encryption, and the recovery key.
//!
//! What is in a copy, and when one is made, is not known here. A copy is encrypted as it is sent and decrypted as it is
//! read, so that neither needs its size in memory.

mod answer;
mod machine;
mod manifest;
mod open;
mod recovery_key;
mod remote;
mod seal;
mod sheet;
mod stream;
mod transport;
mod upload;

pub use machine::machine;
pub use manifest::{Manifest, Marker};
pub use open::{Opened, open};
pub use recovery_key::RecoveryKey;
pub use remote::{Listed, Remote};
pub use seal::{Sealed, seal};
pub use sheet::sheet;
pub use stream::{Checksum, Pace, reader};
