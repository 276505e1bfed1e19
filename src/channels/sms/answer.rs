//! Reading of answers.

use serde_json::Value;

use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Currency, Money};

/// An answer that is JSON.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Answer {
    /// Reads an answer. What isn't the gateway's, a page of a proxy for example, says nothing about the message.
    pub(super) fn read(status: u16, bytes: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(bytes) {
            Ok(body @ Value::Object(_)) => Ok(Self { status, body }),
            _ => Err(foreign()),
        }
    }

    /// Returns a text or a number as text; `None` for anything else.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        text(self.body.pointer(path)?)
    }

    pub(super) fn number(&self, path: &str) -> Option<i64> {
        self.text(path)?.parse().ok()
    }

    pub(super) fn money(&self, path: &str, currency: Currency) -> Option<Money> {
        money(&self.text(path)?, currency)
    }

    /// Returns what the gateway says at a path, without numbers that may be a phone.
    pub(super) fn words(&self, path: &str) -> String {
        let said = self.body.pointer(path).and_then(Value::as_str);
        masked(said.unwrap_or_default())
    }
}

/// The refusal of an answer that isn't the gateway's.
pub(super) fn foreign() -> Refusal {
    Refusal::new(
        ChannelTrouble::Unclear,
        "an answer that isn't the gateway's",
    )
}

/// Returns a text or a number as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads a sum such as "1.44", which may be negative.
pub(super) fn money(text: &str, currency: Currency) -> Option<Money> {
    let (text, is_negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (sum, _) = Money::read("cost", text, currency, Some('.')).ok()?;
    match is_negative {
        true => Some(Money::ZERO.minus(sum)),
        false => Some(sum),
    }
}

/// Returns the beginning of a text, with every number of five digits or more left out: it may be a phone or a part of a
/// key.
pub(super) fn masked(text: &str) -> String {
    const LONGEST: usize = 150;
    let mut clean = String::new();
    let mut digits = String::new();
    for c in text.chars().filter(|c| !c.is_control()).take(LONGEST) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        flush(&mut clean, &mut digits);
        clean.push(c);
    }
    flush(&mut clean, &mut digits);
    clean.trim().to_owned()
}

fn flush(clean: &mut String, digits: &mut String) {
    match digits.len() {
        0..5 => clean.push_str(digits),
        _ => clean.push('…'),
    }
    digits.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_gateways_write_them() {
        let rubles = Currency::parse("RUB").unwrap();
        for (text, minor) in [
            ("1.44", Some(144)),
            ("0.5", Some(50)),
            ("0.500", Some(50)),
            ("4122.56", Some(412_256)),
            ("1000.000", Some(100_000)),
            ("1.4375", Some(144)),
            ("-3.10", Some(-310)),
            ("0", Some(0)),
            ("free", None),
        ] {
            assert_eq!(money(text, rubles).map(Money::minor), minor, "{text}");
        }
    }

    #[test]
    fn a_phone_is_left_out_of_what_a_gateway_says() {
        assert_eq!(
            masked("Number 79000000001 is wrong (207)\r\n"),
            "Number … is wrong (207)"
        );
        assert_eq!(masked("to 7900000"), "to …");
        assert_eq!(masked(&"a".repeat(500)).len(), 150);
    }
}
