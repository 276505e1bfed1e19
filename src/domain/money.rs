//! Sums of money in the shop's one currency.

use super::{Problem, Result};

/// A currency of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// By its code; `None` for what has no smallest unit, such as gold.
    pub fn parse(code: &str) -> Option<Self> {
        let currency = iso_currency::Currency::from_code(&code.to_ascii_uppercase())?;
        currency.exponent().map(|_| Self(currency))
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many of a sum's digits stand behind the point.
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// What people write for it.
    pub fn sign(self) -> &'static str {
        match self.code() {
            "EUR" => "€",
            "GBP" => "£",
            "KZT" => "₸",
            "RUB" => "₽",
            "UAH" => "₴",
            "USD" => "$",
            code => code,
        }
    }
}

/// A sum in the smallest unit of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum(i64);

impl Sum {
    /// GraphQL's Int takes little more.
    pub const MAX: i64 = 2_000_000_000;

    /// # Errors
    /// [`Problem::SumOutOfRange`] for less than nothing, and for more than [`Sum::MAX`].
    pub fn new(field: &'static str, minor: i64) -> Result<Self> {
        match (0..=Self::MAX).contains(&minor) {
            true => Ok(Self(minor)),
            false => Err(Problem::SumOutOfRange.at(field).into()),
        }
    }

    /// Reads what people type: "1500", "1 500,50" or "1500.5".
    ///
    /// # Errors
    /// [`Problem::SumMalformed`], and those of [`Sum::new`].
    pub fn parse(field: &'static str, text: &str, currency: Currency) -> Result<Self> {
        let malformed = || Problem::SumMalformed.at(field);
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (whole, part) = text.split_once([',', '.']).unwrap_or((&text, ""));
        let digits = currency.digits() as usize;
        let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(part) || part.len() > digits {
            return Err(malformed().into());
        }
        match format!("{whole}{part:0<digits$}").parse() {
            Ok(minor) => Self::new(field, minor),
            // More digits than a number has.
            Err(_) => Err(Problem::SumOutOfRange.at(field).into()),
        }
    }

    pub const fn from_row(minor: i64) -> Self {
        Self(minor)
    }

    pub const fn minor(self) -> i64 {
        self.0
    }
}

/// In the smallest unit, as the history keeps it.
impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_as_people_type_it() {
        let [rubles, yen, dinars] =
            ["rub", "JPY", "KWD"].map(|code| Currency::parse(code).unwrap());
        for (currency, text, minor) in [
            (rubles, "1500", Some(150_000)),
            (rubles, " 1 500,5 ", Some(150_050)),
            (rubles, "1\u{a0}500.50", Some(150_050)),
            (rubles, "0", Some(0)),
            (rubles, "20 000 000", Some(2_000_000_000)),
            (rubles, "1500,", Some(150_000)),
            (yen, "1500", Some(1_500)),
            (dinars, "1,5", Some(1_500)),
            (rubles, "20 000 000,01", None),
            (rubles, "99999999999999999999", None),
            (rubles, "1500,505", None),
            (rubles, "1.500,50", None),
            (rubles, "-1", None),
            (rubles, ",5", None),
            (rubles, "", None),
            (rubles, "даром", None),
            (yen, "1,5", None),
        ] {
            let read = Sum::parse("price", text, currency).ok();
            assert_eq!(read.map(Sum::minor), minor, "{text}");
        }
        assert_eq!(Currency::parse("RUR"), None);
    }
}
