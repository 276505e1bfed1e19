//! Settings of the shop's own particulars.

use super::Result;
use super::raw::RawShop;
use super::values::wrong;
use crate::domain::{About, Country, Description, Phone, ShortText};

/// Maximum length of a line about the shop, in characters.
const MAX: usize = About::LINE;

impl RawShop {
    pub fn about(&self, country: Country) -> Result<About> {
        let line = |key, text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            ShortText::<MAX>::parse(key, text).map_err(|_| {
                let why = format!("write one line, of at most {MAX} characters");
                wrong(key, why)
            })
        };
        let phone = |text| {
            Phone::parse("shop.phone", text, country).map_err(|_| {
                wrong(
                    "shop.phone",
                    "write one phone, for example +7 900 000-00-00",
                )
            })
        };
        let terms = self.terms.as_deref().unwrap_or_default().trim();
        Ok(About {
            name: line("shop.name", &self.name)?,
            address: line("shop.address", &self.address)?,
            hours: line("shop.hours", &self.hours)?,
            phone: self.phone.as_deref().map(phone).transpose()?,
            terms: Description::parse("shop.terms", terms).map_err(|_| {
                let why = format!("write at most {} characters", Description::MAX);
                wrong("shop.terms", why)
            })?,
        })
    }
}
