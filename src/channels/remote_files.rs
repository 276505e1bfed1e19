//! Files that were sent to a bot, whatever the messenger.

use std::future::Future;

use super::{Failure, Pauses};
use crate::domain::Messenger;

/// A messenger from which files are downloaded.
pub trait RemoteFiles: Clone + Send + Sync + 'static {
    const MESSENGER: Messenger;

    /// Returns the pauses that the messenger has asked for.
    fn pauses(&self) -> &Pauses;

    /// Downloads a file of at most `max` bytes.
    ///
    /// # Errors
    /// See [`Failure`]; [`Failure::Refused`] for one that is longer or gone.
    fn download(
        &self,
        file: &str,
        max: usize,
    ) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
}
