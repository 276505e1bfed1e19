//! What the shop says of itself to its customers.

use super::{Description, Line, Phone};

/// What isn't set is empty.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub name: Line,
    pub address: Line,
    pub hours: Line,
    pub phone: Option<Phone>,
    /// What whoever leaves something here agrees to.
    pub terms: Description,
}
