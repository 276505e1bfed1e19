//! Idempotent form submissions: a button pressed twice, a lost response, a reloaded page. A form
//! carries a key generated when it was rendered; resubmitting it with equal fields within a day
//! creates nothing new. The record shares the commit of the created object, so neither exists
//! without the other.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::Result;
use crate::store::{self, Transaction};

/// Digest of a form submission: its path, all its fields, and its files.
#[derive(Debug, Clone, Copy)]
pub struct Post([u8; 32]);

impl Post {
    /// Computes the digest. Different fields make a different submission, even with the same key:
    /// somebody has gone back and changed the form.
    pub fn of<'a>(
        path: &str,
        fields: &[(String, String)],
        files: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Self {
        let mut digest = Sha256::new();
        let fields = fields.iter().flat_map(|(name, value)| [&**name, &**value]);
        let fields = std::iter::once(path).chain(fields).map(str::as_bytes);
        let files = files.flat_map(|(name, bytes)| [name.as_bytes(), bytes]);
        for text in fields.chain(files) {
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        Self(digest.finalize().into())
    }
}

/// Creates an object unless an equal submission has created it already. Returns the id of the
/// object, new or existing. Without a post, nothing is compared.
///
/// # Errors
/// Those of `make`.
pub fn once(
    tx: &Transaction,
    post: Option<Post>,
    now: Timestamp,
    make: impl FnOnce() -> Result<i64>,
) -> Result<i64> {
    match made(tx, post)? {
        Some(made) => Ok(made),
        None => {
            let made = make()?;
            note(tx, post, made, now)?;
            Ok(made)
        }
    }
}

/// Returns the id of the object that an equal submission created.
pub fn made(tx: &Transaction, post: Option<Post>) -> Result<Option<i64>> {
    match post {
        Some(Post(digest)) => store::form_posts::made(tx, &digest),
        None => Ok(None),
    }
}

/// Records the id of the object that a submission created.
pub fn note(tx: &Transaction, post: Option<Post>, made: i64, now: Timestamp) -> Result<()> {
    match post {
        Some(Post(digest)) => store::form_posts::put(tx, &digest, made, now),
        None => Ok(()),
    }
}
