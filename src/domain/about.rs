//! What the shop says of itself to its customers.

use super::{Description, Phone, ShortText};

/// What isn't set is empty.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub name: ShortText<{ About::LINE }>,
    pub address: ShortText<{ About::LINE }>,
    pub hours: ShortText<{ About::LINE }>,
    pub phone: Option<Phone>,
    /// What whoever leaves something here agrees to.
    pub terms: Description,
}

impl About {
    /// The longest name, address or opening hours, in characters.
    pub const LINE: usize = 200;
}
