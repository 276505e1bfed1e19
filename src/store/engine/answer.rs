//! The result of a read or write, handed to its caller. Queues and threads carry work of any kind without knowing the
//! type of its result: otherwise all of them would be compiled once for each type.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Error, Result};

/// A slot for one value, shared by both ends.
pub(in crate::store) struct Answer<T>(Arc<Mutex<Option<T>>>);

impl<T> Answer<T> {
    /// Returns both ends.
    pub fn place() -> (Self, Self) {
        let place = Arc::new(Mutex::new(None));
        (Self(place.clone()), Self(place))
    }

    pub fn leave(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// # Errors
    /// [`Error::Internal`] before a value was left.
    pub fn take(&self) -> Result<T> {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        left.ok_or_else(|| Error::internal("the work left no result"))
    }
}
