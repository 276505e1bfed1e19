//! Scalars of sums, quantities and instants.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::Timestamp;

use super::view::Entry;
use crate::domain::{Day, Money, Percent, Quantity};

/// A sum that came in, or goes out.
#[derive(Debug, Clone, Copy)]
pub struct MoneyValue(pub i64);

impl From<Money> for MoneyValue {
    fn from(sum: Money) -> Self {
        Self(sum.minor())
    }
}

/// A whole number of the smallest unit of the shop's currency (kopecks, cents, tiyin), from −2⁵³ to
/// 2⁵³.
#[Scalar(name = "Money")]
impl ScalarType for MoneyValue {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Number(number) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let whole = number.as_i64().filter(|whole| whole.abs() <= Money::MAX);
        whole.map(Self).ok_or_else(|| {
            InputValueError::custom(
                "Money is a whole number of the currency's smallest unit, from -2^53 to 2^53.",
            )
        })
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Number(_))
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

impl Entry for MoneyValue {}

/// A decimal number as text.
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

impl Entry for DecimalValue {}

/// An instant that goes out.
#[derive(Debug, Clone, Copy)]
pub struct InstantValue(pub Timestamp);

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
        Value::String(format!("{:.3}", self.0))
    }
}

impl Entry for InstantValue {}

/// A day, as text: the resolver parses it, so that an error names the argument.
#[derive(Debug, Clone)]
pub struct DayValue(pub String);

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
