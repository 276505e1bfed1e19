//! Random values, and the keys that the server makes and keeps for itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::{Error, Result};
use crate::store::{self, Db};

/// 256 random bits.
///
/// # Errors
/// [`Error::Internal`] when the system has no randomness to give.
pub fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// 256 random bits that fit into a link.
///
/// # Errors
/// As for [`random`].
pub fn random_token() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random()?))
}

/// What is kept of a token: enough to know it again, useless to whoever reads the database.
pub fn fingerprint(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A short name for a long text: the same for the same one alone.
pub fn mark(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(fingerprint(text))
}

/// The key of that name, made at its first use. It is text that fits into a header.
///
/// # Errors
/// [`Error::Internal`] when the database or the randomness fails.
pub async fn kept(db: &Db, name: &'static str) -> Result<String> {
    db.write(move |tx| {
        if let Some(value) = store::secrets::get(tx, name)? {
            return String::from_utf8(value).map_err(Error::internal);
        }
        let value = random_token()?;
        store::secrets::set(tx, name, value.as_bytes())?;
        Ok(value)
    })
    .await
}
