//! The settings of a shop that the rules need.

use std::sync::Arc;
use std::time::Duration;

use super::{About, Country, Currency, Language, Routing, TimeZone};

/// Settings of the shop.
#[derive(Debug, Clone)]
pub struct Shop {
    pub country: Country,
    pub timezone: TimeZone,
    pub language: Language,
    /// The currency of all sums.
    pub currency: Currency,
    /// Delay before a notice is sent, so that a mistake can be undone unnoticed.
    pub notify_delay: Duration,
    pub about: Arc<About>,
    /// The channels to customers that are set up.
    pub routing: Arc<Routing>,
}
