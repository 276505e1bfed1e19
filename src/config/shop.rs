//! Settings of the shop's own particulars.

use super::Result;
use super::raw::RawShop;
use super::values::invalid;
use crate::domain::{About, Country, Description, Error, Phone, Problem, SettingKey, ShortText};

/// Maximum length of a line about the shop, in characters.
const MAX: usize = About::LINE;

impl RawShop {
    pub fn about(&self, country: Country) -> Result<About> {
        let line = |key: SettingKey, text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            ShortText::<MAX>::parse(key.word(), text).map_err(|error| {
                let why = format!("write one line, of at most {MAX} characters");
                invalid(key, problem(error), why)
            })
        };
        let phone = |text| {
            let key = SettingKey::ShopPhone;
            Phone::parse(key.word(), text, country).map_err(|error| {
                let why = "write one phone, for example +7 900 000-00-00";
                invalid(key, problem(error), why)
            })
        };
        let terms = self.terms.as_deref().unwrap_or_default().trim();
        let phone_text = self.phone.as_deref().filter(|text| !text.trim().is_empty());
        Ok(About {
            name: line(SettingKey::ShopName, &self.name)?,
            legal_name: line(SettingKey::ShopLegalName, &self.legal_name)?,
            tax_id: line(SettingKey::ShopTaxId, &self.tax_id)?,
            registration_id: line(SettingKey::ShopRegistrationId, &self.registration_id)?,
            address: line(SettingKey::ShopAddress, &self.address)?,
            hours: line(SettingKey::ShopHours, &self.hours)?,
            phone: phone_text.map(phone).transpose()?,
            terms: Description::parse("shop.terms", terms).map_err(|error| {
                let why = format!("write at most {} characters", Description::MAX);
                invalid(SettingKey::ShopTerms, problem(error), why)
            })?,
        })
    }

    pub fn status_days(&self) -> Result<u16> {
        let days = self.status_days.trim().parse();
        days.map_err(|_| {
            let problem = Problem::DaysOutOfRange {
                max: u16::MAX.into(),
            };
            invalid(
                SettingKey::ShopStatusDays,
                problem,
                "write a number of days",
            )
        })
    }
}

/// Returns why a domain type refused a value.
pub(super) fn problem(error: Error) -> Problem {
    match error {
        Error::Invalid(invalid) => invalid.problem,
        _ => Problem::Required,
    }
}
