//! Idempotent requests: one that comes again within a day, since its response was lost or the client isn't sure,
//! creates nothing new and is answered as the first one was. The record shares the commit of what was created, so that
//! neither exists without the other; a request that failed records nothing.
//!
//! A client of the API chooses a key ([`RequestKey`]). The forms of the pages carry one of their own ([`super::posts`]).

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::{Actor, Conflict, Error, RequestKey, Result};
use crate::store::{self, Connection, Transaction};

/// Digest of an operation and its arguments.
pub type Content = [u8; 32];

/// A request of an employee that may come again.
#[derive(Clone, Copy)]
pub struct Request {
    actor: Actor,
    marks: Option<Marks>,
    pub now: Timestamp,
}

/// By which an equal request is recognised.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// Digest of who asks and of the key.
    pub key: [u8; 32],
    pub content: Content,
}

/// What a request creates, found again by its number.
pub trait Made: Sized {
    fn number(&self) -> i64;

    /// Returns the object as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone.
    fn again(connection: &Connection, actor: &Actor, number: i64) -> Result<Self>;
}

impl Request {
    /// Without a key, nothing is compared.
    pub fn new(actor: Actor, key: Option<&RequestKey>, content: Content, now: Timestamp) -> Self {
        let marks = key.map(|key| {
            // The content's digest depends on the key too: otherwise a phone could be guessed from it.
            let mut digests = [Sha256::new(), Sha256::new()];
            digests[0].update(actor.id().get().to_le_bytes());
            for digest in &mut digests {
                digest.update(key.as_str());
            }
            digests[1].update(content);
            let [key, content] = digests.map(|digest| digest.finalize().into());
            Marks { key, content }
        });
        Self { actor, marks, now }
    }

    /// Creates an object, or returns the one that the same request has created.
    ///
    /// # Errors
    /// [`Conflict::RequestKeyUsed`] when the key was used for another request, [`Error::Gone`] when what it created is
    /// gone, and those of `make`.
    pub fn once<T: Made>(&self, tx: &Transaction, make: impl FnOnce() -> Result<T>) -> Result<T> {
        if let Some(number) = self.made(tx)? {
            let number = number.parse().map_err(Error::internal)?;
            return T::again(tx, &self.actor, number).map_err(gone);
        }
        let made = make()?;
        self.note(tx, &made.number().to_string())?;
        Ok(made)
    }

    /// Returns what the same request has created.
    ///
    /// # Errors
    /// [`Conflict::RequestKeyUsed`] when the key was used for another request.
    pub fn made(&self, tx: &Transaction) -> Result<Option<String>> {
        match self.marks {
            Some(marks) => made(tx, marks, self.now),
            None => Ok(None),
        }
    }

    /// Records what the request has created.
    pub fn note(&self, tx: &Transaction, made: &str) -> Result<()> {
        match self.marks {
            Some(marks) => note(tx, marks, made, self.now),
            None => Ok(()),
        }
    }

    /// Returns the marks, if the request has a key.
    pub fn marks(&self) -> Option<Marks> {
        self.marks
    }
}

/// Returns what an equal request has created.
///
/// # Errors
/// [`Conflict::RequestKeyUsed`] when its content was another one.
pub fn made(tx: &Transaction, marks: Marks, now: Timestamp) -> Result<Option<String>> {
    match store::idempotency::find(tx, &marks.key, now)? {
        Some(kept) if kept.content != marks.content => Err(Conflict::RequestKeyUsed.into()),
        kept => Ok(kept.map(|kept| kept.made)),
    }
}

/// Records what a request has created.
pub fn note(tx: &Transaction, marks: Marks, made: &str, now: Timestamp) -> Result<()> {
    store::idempotency::put(tx, &marks.key, &marks.content, made, now)
}

/// Returns whether there are requests that are to be forgotten.
pub fn has_old(connection: &Connection, now: Timestamp) -> Result<bool> {
    store::idempotency::any_old(connection, now)
}

/// Forgets the requests that are older than a day.
pub fn forget(tx: &Transaction, now: Timestamp) -> Result<()> {
    store::idempotency::forget(tx, now)
}

/// Says of an object that isn't there that it was there once.
pub fn gone(error: Error) -> Error {
    match error {
        Error::NotFound => Error::Gone,
        other => other,
    }
}
