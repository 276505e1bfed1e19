//! The shop's own particulars, as customers see them.

use super::{Description, Line, Phone};

/// Name, address, opening hours, phone and terms of the shop. A setting that isn't configured is
/// empty.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub name: Line,
    pub address: Line,
    pub hours: Line,
    pub phone: Option<Phone>,
    /// Terms that a customer accepts when they leave a device.
    pub terms: Description,
}
