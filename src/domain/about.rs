//! The shop's own particulars, as customers see them.

use super::{Description, Phone, ShortText};

/// The shop's names, numbers, address, opening hours, phone and terms. A setting that isn't configured
/// is empty.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub name: ShortText<{ About::LINE }>,
    /// The registered name of the company or the entrepreneur.
    pub legal_name: ShortText<{ About::LINE }>,
    /// The tax number, with its name if it isn't the country's usual one.
    pub tax_id: ShortText<{ About::LINE }>,
    /// The number in the register of companies or entrepreneurs.
    pub registration_id: ShortText<{ About::LINE }>,
    pub address: ShortText<{ About::LINE }>,
    pub hours: ShortText<{ About::LINE }>,
    pub phone: Option<Phone>,
    /// Terms that a customer accepts when they leave a device.
    pub terms: Description,
}

impl About {
    /// Maximum length of each line about the shop, in characters.
    pub const LINE: usize = 200;
}
