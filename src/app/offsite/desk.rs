//! What the worker that makes copies and the owners share, and the calls to places.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::{
    CopyContents, ListedCopy, OffsiteAccount, OffsiteTrouble, Recipient, Result, ShopId,
};

/// Outcome of a call to a place.
pub type Tried<T> = std::result::Result<T, OffsiteTrouble>;

type Call<A, T> = dyn Fn(A) -> BoxFuture<'static, Tried<T>> + Send + Sync;

/// A recovery key that was just made.
pub struct NewRecoveryKey {
    /// The secret half as 24 words, and as age writes it.
    pub words: SecretString,
    pub text: SecretString,
    /// The half that the server keeps.
    pub recipient: Recipient,
}

type ListCall = Call<(OffsiteAccount, Option<ShopId>), Vec<ListedCopy>>;

/// The calls to places, and what needs their libraries.
pub struct Calls {
    /// Signs in, and lists the folder.
    pub check: Box<Call<OffsiteAccount, ()>>,
    pub list: Box<ListCall>,
    /// Says what is in a file, with the key and a folder for the decrypted copy.
    pub open: Box<Call<(PathBuf, SecretString, PathBuf), CopyContents>>,
    /// Makes a recovery key of random bytes.
    pub new_key: Box<dyn Fn([u8; 32]) -> Result<NewRecoveryKey> + Send + Sync>,
}

/// An owner's request for a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyRequest {
    /// Whether this server makes the copies from now on, even if another one does.
    pub takes_over: bool,
}

/// What the worker and the owners share.
pub struct OffsiteDesk {
    pub calls: Calls,
    asked: Mutex<Option<CopyRequest>>,
    running: Mutex<bool>,
    /// When the next attempt after a failure is due, by the time of the failure: its jitter is drawn once.
    retry: Mutex<Option<(Timestamp, Timestamp)>>,
}

/// Tells that a copy is being made until it is dropped.
pub struct Running<'a>(&'a OffsiteDesk);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(&self.0.running) = false;
    }
}

impl OffsiteDesk {
    pub fn new(calls: Calls) -> Self {
        Self {
            calls,
            asked: Mutex::default(),
            running: Mutex::default(),
            retry: Mutex::default(),
        }
    }

    /// Asks the worker for a copy.
    pub(super) fn ask(&self, request: CopyRequest) {
        *lock(&self.asked) = Some(request);
    }

    /// Returns an owner's request, once.
    pub fn take_request(&self) -> Option<CopyRequest> {
        lock(&self.asked).take()
    }

    /// Notes that a copy is being made.
    pub fn run(&self) -> Running<'_> {
        *lock(&self.running) = true;
        Running(self)
    }

    /// Returns whether a copy is being made.
    pub(super) fn is_running(&self) -> bool {
        *lock(&self.running)
    }

    /// Returns when the attempt after that failure is due.
    pub fn retry_at(&self, failed: Timestamp, draw: impl FnOnce() -> Timestamp) -> Timestamp {
        let mut retry = lock(&self.retry);
        match *retry {
            Some((of, at)) if of == failed => at,
            _ => {
                let at = draw();
                *retry = Some((failed, at));
                at
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
