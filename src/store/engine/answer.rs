//! What a read or a write leaves for whoever waits for it. The queues and threads carry work of any
//! kind without knowing what it answers: otherwise all of them would be compiled once for each kind.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Error, Result};

/// A place for one value, known at both ends.
pub(in crate::store) struct Answer<T>(Arc<Mutex<Option<T>>>);

impl<T> Answer<T> {
    /// Both ends.
    pub fn place() -> (Self, Self) {
        let place = Arc::new(Mutex::new(None));
        (Self(place.clone()), Self(place))
    }

    pub fn leave(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// # Errors
    /// [`Error::Internal`] before anything was left.
    pub fn take(&self) -> Result<T> {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        left.ok_or_else(|| Error::internal("the work is done and left no answer"))
    }
}
