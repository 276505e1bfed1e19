//! The settings of a shop that the rules need.

use std::sync::Arc;
use std::time::Duration;

use super::{About, Country, Currency, Language, TimeZone};

/// What differs from one shop to another.
#[derive(Debug, Clone)]
pub struct Shop {
    pub country: Country,
    pub timezone: TimeZone,
    pub language: Language,
    /// Of all sums.
    pub currency: Currency,
    /// How long a notice waits before it is sent, so that a slip can be undone unseen.
    pub notify_delay: Duration,
    pub about: Arc<About>,
}
