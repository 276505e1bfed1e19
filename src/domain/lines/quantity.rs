//! Decimal numbers of a line: its quantity, and percentages.

use crate::domain::{Problem, Result};

/// A quantity, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity(pub(super) i64);

impl Quantity {
    pub const ONE: Self = Self(1_000);
    /// In thousandths.
    const MAX: i64 = 1_000_000_000;

    /// Parses "1", "0.25" or "0,25".
    ///
    /// # Errors
    /// [`Problem::DecimalMalformed`], and [`Problem::QuantityOutOfRange`] below 0.001 or above
    /// 1,000,000.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        match thousandths(field, text)? {
            Some(quantity @ 1..=Self::MAX) => Ok(Self(quantity)),
            _ => Err(Problem::QuantityOutOfRange.at(field).into()),
        }
    }

    pub const fn from_row(thousandths: i64) -> Self {
        Self(thousandths)
    }

    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

/// Formats the quantity with a decimal point and without trailing zeros.
impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        decimal(f, self.0)
    }
}

/// A percentage from 0 to 100, in thousandths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(pub(super) i64);

impl Percent {
    /// 100 %, in thousandths.
    pub(super) const MAX: i64 = 100_000;

    /// Parses "5", "12.5", "12,5" or "5 %".
    ///
    /// # Errors
    /// [`Problem::DecimalMalformed`], and [`Problem::PercentOutOfRange`] above 100.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text);
        match thousandths(field, text)? {
            Some(percent @ 0..=Self::MAX) => Ok(Self(percent)),
            _ => Err(Problem::PercentOutOfRange.at(field).into()),
        }
    }

    pub const fn from_row(thousandths: i64) -> Self {
        Self(thousandths)
    }

    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        decimal(f, self.0)
    }
}

/// Parses a decimal number of at most three decimal digits, in thousandths; `None` for a number
/// that is too long.
fn thousandths(field: &'static str, text: &str) -> Result<Option<i64>> {
    let malformed = || Problem::DecimalMalformed.at(field);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((&text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 3 {
        return Err(malformed().into());
    }
    Ok(format!("{whole}{part:0<3}").parse().ok())
}

fn decimal(f: &mut std::fmt::Formatter<'_>, thousandths: i64) -> std::fmt::Result {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    match part {
        0 => write!(f, "{whole}"),
        part => write!(f, "{whole}.{}", format!("{part:03}").trim_end_matches('0')),
    }
}
