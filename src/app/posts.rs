//! Idempotent form submissions: a button pressed twice, a lost response, a reloaded page. A form
//! carries a key generated when it was rendered; resubmitting it with equal fields within a day
//! creates nothing new. The record is that of [`super::idempotency`].

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::idempotency::{self, Marks};
use crate::domain::{Error, Result};
use crate::store::Transaction;

/// Digest of a form submission: its path and all its fields.
#[derive(Debug, Clone, Copy)]
pub struct Post([u8; 32]);

impl Post {
    /// Computes the digest. Different fields make a different submission, even with the same key:
    /// somebody has gone back and changed the form.
    pub fn of(path: &str, fields: &[(String, String)]) -> Self {
        let mut digest = Sha256::new();
        let fields = fields.iter().flat_map(|(name, value)| [&**name, &**value]);
        for text in std::iter::once(path).chain(fields) {
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        Self(digest.finalize().into())
    }

    /// Other fields are another submission, so that they are part of the key.
    fn marks(self) -> Marks {
        let Self(digest) = self;
        Marks {
            key: digest,
            content: digest,
        }
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
    match made(tx, post, now)? {
        Some(made) => Ok(made),
        None => {
            let made = make()?;
            note(tx, post, made, now)?;
            Ok(made)
        }
    }
}

/// Returns the id of the object that an equal submission created.
pub fn made(tx: &Transaction, post: Option<Post>, now: Timestamp) -> Result<Option<i64>> {
    let made = post.map(|post| idempotency::made(tx, post.marks(), now));
    let made = made.transpose()?.flatten();
    made.map(|made| made.parse().map_err(Error::internal))
        .transpose()
}

/// Records the id of the object that a submission created.
pub fn note(tx: &Transaction, post: Option<Post>, made: i64, now: Timestamp) -> Result<()> {
    match post {
        Some(post) => idempotency::note(tx, post.marks(), &made.to_string(), now),
        None => Ok(()),
    }
}
