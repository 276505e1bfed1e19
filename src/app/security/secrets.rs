//! Random values, and the keys that the server generates and stores.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::{Error, Result};
use crate::store::{self, Db};

/// Returns 256 random bits.
///
/// # Errors
/// [`Error::Internal`] when the system's random source fails.
pub fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// Returns 256 random bits as URL-safe text.
///
/// # Errors
/// As for [`random`].
pub fn random_token() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random()?))
}

/// Returns the stored form of a token: sufficient to recognise it, useless to a reader of the
/// database.
pub fn fingerprint(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Returns a short digest of a text, as URL-safe text.
pub fn mark(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(fingerprint(text))
}

/// Returns the stored key of that name, generated at its first use. It is valid header text.
///
/// # Errors
/// [`Error::Internal`] when the database or the random source fails.
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
