//! What tells this server from another with a copy of its database.

use std::path::Path;

use sha2::{Digest, Sha256};

/// The system's own id of the machine (<https://www.freedesktop.org/software/systemd/man/latest/machine-id.html>), which is
/// to be shown to nobody as it is.
const MACHINE_ID: &str = "/etc/machine-id";
const DIGITS: usize = 16;

/// Returns the fingerprint of a server: of its machine, and of the path of its database, since one machine may have
/// several servers.
pub fn machine(database: &Path) -> String {
    let path = std::path::absolute(database);
    let path = path.as_deref().unwrap_or(database);
    let mut digest = Sha256::new();
    // Containers may have none; the path alone has to do then.
    digest.update(std::fs::read(MACHINE_ID).unwrap_or_default());
    digest.update(b"\0");
    digest.update(path.as_os_str().as_encoded_bytes());
    let digits = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    digits[..DIGITS].to_owned()
}
