//! Sums of money in the shop's one currency.

use super::amount::{Amount, Split, rounded, three_digit_point};
use super::{Currency, Problem, Result, SumDoubt};

/// A sum in the smallest unit of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(i64);

impl Money {
    /// 2⁵³: every number up to it is exact in JSON, whichever language reads it (RFC 8259 §6).
    pub const MAX: i64 = 1 << 53;
    pub const ZERO: Self = Self(0);

    /// # Errors
    /// [`Problem::SumNegative`] below zero, and [`Problem::SumTooLarge`] above [`Money::MAX`].
    pub fn new(field: &'static str, minor: i64) -> Result<Self> {
        let max = Self::MAX.unsigned_abs() as usize;
        match minor {
            ..0 => Err(Problem::SumNegative.at(field).into()),
            0..=Self::MAX => Ok(Self(minor)),
            _ => Err(Problem::SumTooLarge { max }.at(field).into()),
        }
    }

    /// Parses a sum typed by a person: "1500", "1 500,50", "1,500.50" or "$1500.5". Ambiguous input
    /// is rejected, since the person can correct it.
    ///
    /// # Errors
    /// As for [`Money::read`], and [`Problem::SumMalformed`] where that reports a doubt.
    pub fn parse(field: &'static str, text: &str, currency: Currency) -> Result<Self> {
        let point = three_digit_point(text, currency);
        match Self::read(field, text, currency, point)? {
            (sum, None) => Ok(sum),
            (_, Some(_)) => Err(Problem::SumMalformed.at(field).into()),
        }
    }

    /// Parses a sum from a table; `point` is the decimal point that the other sums of its column
    /// use. Returns a doubt about the sum as well, if there is one.
    ///
    /// # Errors
    /// [`Problem::SumMalformed`]; [`Problem::SumAmbiguous`] when the point may be a decimal or a
    /// thousands separator; [`Problem::SumNegative`]; and [`Problem::SumTooLarge`], whose limit is
    /// in whole units, as the text is.
    pub fn read(
        field: &'static str,
        text: &str,
        currency: Currency,
        point: Option<char>,
    ) -> Result<(Self, Option<SumDoubt>)> {
        let malformed = || Problem::SumMalformed.at(field);
        let amount = Amount::cut(text).ok_or_else(malformed)?;
        let digits = currency.digits() as usize;
        let (whole, part, grouped) = match amount.split().ok_or_else(malformed)? {
            Split::Clear(whole, part) => (whole, part, false),
            Split::Open(mark, whole, part) => match point {
                Some(point) if point != mark => ([whole, part].concat(), String::new(), false),
                Some(_) if digits == 3 => (whole, part, false),
                None if digits == 0 => ([whole, part].concat(), String::new(), false),
                None if digits < 3 => ([whole, part].concat(), String::new(), true),
                _ => return Err(Problem::SumAmbiguous.at(field).into()),
            },
        };
        let (part, rounded) = rounded(part, digits).ok_or_else(malformed)?;
        let max = (Self::MAX / 10_i64.pow(currency.digits())).unsigned_abs() as usize;
        let too_large = || Problem::SumTooLarge { max }.at(field);
        // The fraction may have been rounded up to a whole unit.
        let minor: i64 = format!("{whole}{:0>digits$}", "")
            .parse()
            .map_err(|_| too_large())?;
        let minor = minor.checked_add(part).filter(|minor| *minor <= Self::MAX);
        let sum = Self(minor.ok_or_else(too_large)?);
        if amount.negative && sum.0 > 0 {
            return Err(Problem::SumNegative.at(field).into());
        }
        let doubt = match (amount.names_another(currency), grouped, rounded) {
            (true, ..) => Some(SumDoubt::OtherWords),
            (_, true, _) => Some(SumDoubt::Thousands),
            (.., true) => Some(SumDoubt::Rounded),
            _ => None,
        };
        Ok((sum, doubt))
    }

    /// As [`Money::new`], for a sum that can't be zero.
    ///
    /// # Errors
    /// As for [`Money::new`], and [`Problem::SumZero`].
    pub fn positive(field: &'static str, minor: i64) -> Result<Self> {
        match Self::new(field, minor)? {
            Self::ZERO => Err(Problem::SumZero.at(field).into()),
            sum => Ok(sum),
        }
    }

    /// Wraps a sum from the database, or a balance, which may be negative.
    pub const fn from_row(minor: i64) -> Self {
        Self(minor)
    }

    /// Returns the sum of two; `None` beyond ±[`Money::MAX`].
    pub fn plus(self, other: Self) -> Option<Self> {
        let sum = self.0.checked_add(other.0);
        sum.filter(|sum| sum.abs() <= Self::MAX).map(Self)
    }

    /// Returns the sum of two, limited to ±[`Money::MAX`].
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let sum = self.0.saturating_add(other.0);
        Self(sum.clamp(-Self::MAX, Self::MAX))
    }

    /// Returns the difference, limited to ±[`Money::MAX`].
    pub fn minus(self, other: Self) -> Self {
        let difference = self.0.saturating_sub(other.0);
        Self(difference.clamp(-Self::MAX, Self::MAX))
    }

    /// Multiplies by a number of thousandths, rounding half away from zero; `None` beyond
    /// ±[`Money::MAX`].
    pub fn thousandths(self, of: i64) -> Option<Self> {
        let exact = i128::from(self.0) * i128::from(of);
        let rounded = (exact + 500 * exact.signum()) / 1_000;
        let sum = i64::try_from(rounded).ok();
        sum.filter(|sum| sum.abs() <= Self::MAX).map(Self)
    }

    pub const fn minor(self) -> i64 {
        self.0
    }
}

/// Formats the sum in the smallest unit, as the history stores it.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decimal_point;

    #[test]
    fn a_sum_is_read_as_people_type_it() {
        let [rubles, yen, dinars] =
            ["rub", "JPY", "KWD"].map(|code| Currency::parse(code).unwrap());
        for (currency, text, minor) in [
            (rubles, "1500", Some(150_000)),
            (rubles, " 1 500,5 ", Some(150_050)),
            (rubles, "1\u{a0}500.50", Some(150_050)),
            (rubles, "0", Some(0)),
            (rubles, "90 071 992 547 409,92", Some(Money::MAX)),
            (rubles, "1500,", Some(150_000)),
            (rubles, "1.500,50", Some(150_050)),
            (rubles, "1,500.50", Some(150_050)),
            (rubles, "1,234,567", Some(123_456_700)),
            (rubles, "1'500", Some(150_000)),
            (rubles, "1500 руб.", Some(150_000)),
            (rubles, "₽1500", Some(150_000)),
            (rubles, "1500,500", Some(150_050)),
            (rubles, "-0", Some(0)),
            (yen, "1500", Some(1_500)),
            (yen, "1,500", Some(1_500)),
            (yen, "1500.00", Some(1_500)),
            (dinars, "1,5", Some(1_500)),
            (dinars, "1,500", Some(1_500)),
            (rubles, "90 071 992 547 409,93", None),
            (rubles, "99999999999999999999", None),
            (rubles, "1500,505", None),
            (rubles, "1,500", None),
            (rubles, "1,50,000", None),
            (rubles, "1'50", None),
            (rubles, "-1", None),
            (rubles, "150-", None),
            (rubles, "(150)", None),
            (rubles, "$150", None),
            (rubles, "150 (2 шт)", None),
            (rubles, ",5", None),
            (rubles, ".", None),
            (rubles, "", None),
            (rubles, "даром", None),
            (yen, "1,5", None),
        ] {
            let read = Money::parse("price", text, currency).ok();
            assert_eq!(read.map(Money::minor), minor, "{text}");
        }
        assert_eq!(Currency::parse("RUR"), None);
    }

    #[test]
    fn a_column_tells_what_a_comma_is() {
        let rubles = Currency::parse("RUB").unwrap();
        let read = |text, point| match Money::read("price", text, rubles, point) {
            Ok((sum, doubt)) => Some((sum.minor(), doubt)),
            Err(_) => None,
        };
        let thousands = Some(SumDoubt::Thousands);
        assert_eq!(read("1,500", None), Some((150_000, thousands)));
        assert_eq!(read("1,500", Some('.')), Some((150_000, None)));
        assert_eq!(read("1,500", Some(',')), None);
        assert_eq!(read("0,500", None), Some((50, None)));
        assert_eq!(
            read("9.99999", None),
            Some((1_000, Some(SumDoubt::Rounded)))
        );
        assert_eq!(
            read("1500 EUR", None),
            Some((150_000, Some(SumDoubt::OtherWords)))
        );
        for (texts, expected) in [
            (&["1,500", "12.50"][..], Some('.')),
            (&["1.500", "12,5"], Some(',')),
            (&["1,234,567"], Some('.')),
            (&["1.500,00"], Some(',')),
            (&["1,500", "1500"], None),
            (&["12,5", "12.5"], None),
        ] {
            assert_eq!(decimal_point(texts.iter().copied()), expected, "{texts:?}");
        }
    }
}
