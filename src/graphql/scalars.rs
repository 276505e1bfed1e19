//! Scalars of sums, quantities and instants.

use std::fmt;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::Timestamp;

use crate::domain::{Day, Money, Percent, Problem, Quantity, Result};

/// A sum that came in, or goes out; `None` for a number or a text that is none.
#[derive(Debug, Clone, Copy)]
pub struct MoneyValue(Option<i64>);

impl From<Money> for MoneyValue {
    fn from(sum: Money) -> Self {
        Self(Some(sum.minor()))
    }
}

impl MoneyValue {
    /// # Errors
    /// [`Problem::SumNotWhole`], and as for [`Money::new`].
    pub fn read(self, field: &'static str) -> Result<Money> {
        Money::new(field, self.balance(field)?.minor())
    }

    /// Reads a sum that may be negative.
    ///
    /// # Errors
    /// [`Problem::SumNotWhole`].
    pub fn balance(self, field: &'static str) -> Result<Money> {
        let minor = self.0.ok_or_else(|| Problem::SumNotWhole.at(field))?;
        Ok(Money::from_row(minor))
    }

    /// # Errors
    /// As for [`MoneyValue::read`] and [`Money::positive`].
    pub fn positive(self, field: &'static str) -> Result<Money> {
        Money::positive(field, self.read(field)?.minor())
    }
}

/// A whole number of the smallest unit of the shop's currency (kopecks, cents, tiyin), from −2⁵³ to
/// 2⁵³.
#[Scalar(name = "Money")]
impl ScalarType for MoneyValue {
    /// Accepts anything that may be meant as a sum: it is refused where its field is known.
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::Number(number) => {
                let whole = number.as_f64().filter(|float| float.fract() == 0.0);
                // A number that is too large becomes one that is still too large.
                let rounded = whole.map(|float| float as i64);
                Ok(Self(number.as_i64().or(rounded)))
            }
            Value::String(_) => Ok(Self(None)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Number(_) | Value::String(_))
    }

    fn to_value(&self) -> Value {
        self.0.map_or(Value::Null, Value::from)
    }
}

/// A decimal number as text; empty for a value that is no text.
#[derive(Debug, Clone)]
pub struct DecimalValue(pub String);

impl From<Quantity> for DecimalValue {
    fn from(quantity: Quantity) -> Self {
        Self(quantity.to_string())
    }
}

impl From<Percent> for DecimalValue {
    fn from(percent: Percent) -> Self {
        Self(percent.to_string())
    }
}

/// A decimal number as text, at most three digits behind the point: "1", "0.25".
#[Scalar(name = "Decimal")]
impl ScalarType for DecimalValue {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            // Refused where its field is known.
            Value::Number(_) => Ok(Self(String::new())),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_) | Value::Number(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An instant that goes out.
#[derive(Debug, Clone, Copy)]
pub struct InstantValue(pub Timestamp);

impl fmt::Display for InstantValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

/// An instant in UTC with milliseconds, RFC 3339: "2021-07-25T09:00:00.000Z".
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time"
)]
impl ScalarType for InstantValue {
    fn parse(value: Value) -> InputValueResult<Self> {
        let read = match &value {
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        read.map(Self)
            .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A day, as text: the resolver parses it, so that an error names the argument.
#[derive(Debug, Clone)]
pub struct DayValue(pub String);

impl DayValue {
    /// # Errors
    /// As for [`Day::parse`].
    pub fn read(&self, field: &'static str) -> Result<Day> {
        Day::parse(field, &self.0)
    }
}

impl From<Day> for DayValue {
    fn from(day: Day) -> Self {
        Self(day.to_string())
    }
}

/// A day of the shop's calendar: "2021-07-25".
#[Scalar(
    name = "Date",
    specified_by_url = "https://scalars.graphql.org/andimarek/local-date"
)]
impl ScalarType for DayValue {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
