//! Sums of money in the shop's one currency.

use super::amount::{Amount, Split, rounded, three_digit_point};
use super::{Currency, Problem, Result, SumDoubt};

/// A sum in the smallest unit of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum(i64);

impl Sum {
    /// GraphQL's Int takes little more.
    pub const MAX: i64 = 2_000_000_000;

    /// # Errors
    /// [`Problem::SumNegative`] for less than nothing, and [`Problem::SumTooLarge`] for more than
    /// [`Sum::MAX`].
    pub fn new(field: &'static str, minor: i64) -> Result<Self> {
        let max = Self::MAX.unsigned_abs() as usize;
        match minor {
            ..0 => Err(Problem::SumNegative.at(field).into()),
            0..=Self::MAX => Ok(Self(minor)),
            _ => Err(Problem::SumTooLarge { max }.at(field).into()),
        }
    }

    /// Reads a sum that a person types: "1500", "1 500,50", "1,500.50" or "$1500.5". What can be
    /// meant in two ways is refused: here somebody can be asked.
    ///
    /// # Errors
    /// As for [`Sum::read`], and [`Problem::SumMalformed`] for what that has doubts about.
    pub fn parse(field: &'static str, text: &str, currency: Currency) -> Result<Self> {
        let point = three_digit_point(text, currency);
        match Self::read(field, text, currency, point)? {
            (sum, None) => Ok(sum),
            (_, Some(_)) => Err(Problem::SumMalformed.at(field).into()),
        }
    }

    /// Reads a sum from a table, where `point` is the decimal point that the other sums of its
    /// column show. Returns what is doubtful about it as well.
    ///
    /// # Errors
    /// [`Problem::SumMalformed`]; [`Problem::SumAmbiguous`] for what may be a thousand times more
    /// or less; [`Problem::SumNegative`]; and [`Problem::SumTooLarge`], whose bound is in whole
    /// units, as the text is.
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
        // One more for a part that was rounded up to a whole.
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
            (rubles, "20 000 000", Some(2_000_000_000)),
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
            (rubles, "20 000 000,01", None),
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
            let read = Sum::parse("price", text, currency).ok();
            assert_eq!(read.map(Sum::minor), minor, "{text}");
        }
        assert_eq!(Currency::parse("RUR"), None);
    }

    #[test]
    fn a_column_tells_what_a_comma_is() {
        let rubles = Currency::parse("RUB").unwrap();
        let read = |text, point| match Sum::read("price", text, rubles, point) {
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
