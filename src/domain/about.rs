//! The shop's own particulars, as customers see them.

use super::{Description, Phone, ShortText};

/// Name, address, opening hours, phone and terms of the shop. A setting that isn't configured is
/// empty.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub name: ShortText<{ About::LINE }>,
    pub address: ShortText<{ About::LINE }>,
    pub hours: ShortText<{ About::LINE }>,
    pub phone: Option<Phone>,
    /// Terms that a customer accepts when they leave a device.
    pub terms: Description,
}

impl About {
    /// Maximum length of the name, the address and the opening hours, in characters.
    pub const LINE: usize = 200;
}
