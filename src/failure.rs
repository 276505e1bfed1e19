//! The error type of workers and commands.

/// Any error, with its sources.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
