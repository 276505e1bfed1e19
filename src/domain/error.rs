//! The program's one error type. It is independent of HTTP, GraphQL and Telegram; each of these
//! converts it at its boundary, in a single place.

use std::sync::Arc;
use std::time::Duration;

use super::{Conflict, Invalid};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason why a use case failed. Nothing was changed when one of these is returned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("not signed in")]
    Unauthenticated,
    #[error("only an owner may do this")]
    Forbidden,
    #[error("not found")]
    NotFound,
    /// What a field of the input names isn't there.
    #[error("{field}: not found")]
    Missing { field: &'static str },
    /// What a repeated request had created isn't there any more.
    #[error("what the request created is gone")]
    Gone,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Several fields of an input are invalid.
    #[error("{} fields are invalid", .0.len())]
    InvalidFields(Vec<Invalid>),
    #[error(transparent)]
    Conflict(#[from] Conflict),
    #[error("too many attempts")]
    RateLimited { retry_after: Duration },
    /// The memory budget for large responses is exhausted.
    #[error("too many large responses in progress")]
    Busy { retry_after: Duration },
    /// The disk is full; an operator has to act.
    #[error("the disk is full")]
    DiskFull(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The database file was deleted or replaced while in use. All writes are refused; an operator
    /// has to act.
    #[error("the database file was deleted or replaced")]
    DatabaseLost(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// An internal failure. Its text is logged and never shown to a caller.
    #[error("internal error")]
    Internal(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps an internal failure (database, file system, bug).
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(source.into()))
    }

    /// Wraps rejected values; there is at least one.
    pub fn invalid(mut all: Vec<Invalid>) -> Self {
        match (all.len(), all.pop()) {
            (1, Some(only)) => Self::Invalid(only),
            (_, last) => {
                all.extend(last);
                Self::InvalidFields(all)
            }
        }
    }

    /// Returns the rejected values.
    pub fn invalid_fields(&self) -> &[Invalid] {
        match self {
            Self::Invalid(invalid) => std::slice::from_ref(invalid),
            Self::InvalidFields(all) => all,
            _ => &[],
        }
    }

    /// Notes the position of the input in a list.
    pub fn in_entry(mut self, entry: usize) -> Self {
        let all = match &mut self {
            Self::Invalid(invalid) => std::slice::from_mut(invalid),
            Self::InvalidFields(all) => all,
            _ => &mut [],
        };
        for invalid in all {
            invalid.entry = Some(entry);
        }
        self
    }

    /// Returns a function that names the field of the input whose object wasn't found.
    pub fn about(field: &'static str) -> impl FnOnce(Self) -> Self {
        move |error| match error {
            Self::NotFound => Self::Missing { field },
            other => other,
        }
    }
}

/// Returns a waiting time in whole seconds, rounded up so that a retry after it succeeds.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

/// Formats an error with the chain of its sources.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        // Some errors already include the text of their source.
        if !text.ends_with(&said) {
            text += &format!(": {said}");
        }
        source = cause.source();
    }
    text
}
