//! The error that workers and commands end with.

/// Any error, with its sources.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
