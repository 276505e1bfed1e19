//! Forms that come more than once: a button that was pressed again, an answer that was lost on its
//! way, a page that was sent again. A form carries a key that was made when it was shown, and an
//! equal one with the same key makes nothing new within a day. The note of it shares the commit of
//! what the form makes, so there is never one without the other.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::Result;
use crate::store::{self, Transaction};

/// A form that was sent: where to, and all that stands in it. Of it only a digest is kept.
#[derive(Debug, Clone, Copy)]
pub struct Post([u8; 32]);

impl Post {
    /// A form with other words in it is another one, whatever its key: somebody has gone back and
    /// means something else.
    pub fn of(path: &str, fields: &[(String, String)]) -> Self {
        let mut digest = Sha256::new();
        let fields = fields.iter().flat_map(|(name, value)| [&**name, &**value]);
        for text in std::iter::once(path).chain(fields) {
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        Self(digest.finalize().into())
    }
}

/// Makes something, unless an equal form has made it already. Returns the number of what was made,
/// now or then. Without a post nothing is compared.
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

/// What an equal form has made.
pub fn made(tx: &Transaction, post: Option<Post>) -> Result<Option<i64>> {
    match post {
        Some(Post(digest)) => store::form_posts::made(tx, &digest),
        None => Ok(None),
    }
}

/// Notes what a form has made.
pub fn note(tx: &Transaction, post: Option<Post>, made: i64, now: Timestamp) -> Result<()> {
    match post {
        Some(Post(digest)) => store::form_posts::put(tx, &digest, made, now),
        None => Ok(()),
    }
}
