//! What a customer brings, and what stands beside a task.

use super::letters::{fold, shown, visible};
use super::{Day, Merge, Result, Sum, TaskId};

/// One line about something, possibly empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line(String);

impl Line {
    /// Characters, not bytes.
    pub const MAX: usize = 200;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = visible(text);
        let text = text.trim();
        super::text::check(field, text, Self::MAX, char::is_control)?;
        Ok(Self(text.to_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Line> for String {
    fn from(line: Line) -> Self {
        line.0
    }
}

/// What was brought; everything may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    pub kind: Line,
    pub brand: Line,
    pub model: Line,
    /// The serial number or IMEI.
    pub serial: Line,
    /// What was left with it.
    pub accessories: Line,
    pub appearance: Line,
    /// Where it lies in the shop.
    pub place: Line,
}

impl Device {
    /// «телефон Apple iPhone 12», for a line of a list.
    pub fn title(&self) -> String {
        join(
            " ",
            [&self.kind, &self.brand, &self.model].map(Line::as_str),
        )
    }

    /// Everything in one line, for the history.
    pub fn summary(&self) -> String {
        let title = self.title();
        let rest = [
            &self.serial,
            &self.accessories,
            &self.appearance,
            &self.place,
        ];
        let rest = rest.map(Line::as_str);
        join(", ", std::iter::once(&*title).chain(rest))
    }

    /// What is searched by the first letters of the brand.
    pub fn brand_key(&self) -> String {
        fold(self.brand.as_str())
    }

    /// See [`serial_key`].
    pub fn serial_key(&self) -> String {
        serial_key(self.serial.as_str())
    }

    /// Whether the serial number has the length of an IMEI but not its check digit
    /// (3GPP TS 23.003, annex B: Luhn's formula). Such a number is kept all the same.
    pub fn is_imei_mistyped(&self) -> bool {
        let key = self.serial_key();
        let digits: Vec<u32> = key.chars().filter_map(|c| c.to_digit(10)).collect();
        let weighed = |(at, digit): (usize, &u32)| match at % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        };
        let sum: u32 = digits.iter().rev().enumerate().map(weighed).sum();
        key.len() == 15 && digits.len() == 15 && !sum.is_multiple_of(10)
    }

    /// The same thing when it comes again, of which only it itself is known.
    pub fn again(&self) -> Self {
        let Self {
            kind,
            brand,
            model,
            serial,
            ..
        } = self.clone();
        Self {
            kind,
            brand,
            model,
            serial,
            ..Self::default()
        }
    }
}

/// By what two spellings of one serial number are known to be the same: its letters, as capitals,
/// and its digits. Empty for a text without a digit, such as "none".
pub fn serial_key(serial: &str) -> String {
    let folded = fold(serial);
    // Some letters have capitals of several signs, of which not all are letters.
    let capitals = folded.chars().flat_map(char::to_uppercase);
    let key: String = capitals.filter(|c| c.is_alphanumeric()).collect();
    match key.contains(char::is_numeric) {
        true => key,
        false => String::new(),
    }
}

fn join<'a>(between: &str, lines: impl IntoIterator<Item = &'a str>) -> String {
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(between)
}

/// What is known of a task beside the request itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    pub device: Device,
    /// What the customer was told that it may cost.
    pub estimate: Option<Sum>,
    /// What it came to.
    pub price: Option<Sum>,
    pub prepayment: Option<Sum>,
    /// The last day on which the work is under warranty.
    pub warranty_until: Option<Day>,
    /// The task whose warranty this one is done under.
    pub warranty_of: Option<TaskId>,
}

impl Details {
    /// What is still to be paid, once it is known what it came to.
    pub fn to_pay(&self) -> Option<Sum> {
        let paid = self.prepayment.map_or(0, Sum::minor);
        let left = self.price?.minor().saturating_sub(paid);
        Some(Sum::from_row(left.max(0)))
    }
}

/// What to change; `None` leaves a field as it is, and an inner `None` takes it away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailsChange {
    pub kind: Option<Line>,
    pub brand: Option<Line>,
    pub model: Option<Line>,
    pub serial: Option<Line>,
    pub accessories: Option<Line>,
    pub appearance: Option<Line>,
    pub place: Option<Line>,
    pub estimate: Option<Option<Sum>>,
    pub price: Option<Option<Sum>>,
    pub prepayment: Option<Option<Sum>>,
    pub warranty_until: Option<Option<Day>>,
    pub warranty_of: Option<Option<TaskId>>,
}

impl DetailsChange {
    /// These details, as an edit form shows them.
    pub fn of(details: &Details) -> Self {
        let device = details.device.clone();
        Self {
            kind: Some(device.kind),
            brand: Some(device.brand),
            model: Some(device.model),
            serial: Some(device.serial),
            accessories: Some(device.accessories),
            appearance: Some(device.appearance),
            place: Some(device.place),
            estimate: Some(details.estimate),
            price: Some(details.price),
            prepayment: Some(details.prepayment),
            warranty_until: Some(details.warranty_until),
            warranty_of: Some(details.warranty_of),
        }
    }

    /// What is left of an edit that showed `shown`, where `stored` is stored now; see [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            kind: merge.field("kind", self.kind, shown.kind, stored.kind),
            brand: merge.field("brand", self.brand, shown.brand, stored.brand),
            model: merge.field("model", self.model, shown.model, stored.model),
            serial: merge.field("serialNumber", self.serial, shown.serial, stored.serial),
            accessories: merge.field(
                "accessories",
                self.accessories,
                shown.accessories,
                stored.accessories,
            ),
            appearance: merge.field(
                "appearance",
                self.appearance,
                shown.appearance,
                stored.appearance,
            ),
            place: merge.field("place", self.place, shown.place, stored.place),
            estimate: merge.field("estimate", self.estimate, shown.estimate, stored.estimate),
            price: merge.field("price", self.price, shown.price, stored.price),
            prepayment: merge.field(
                "prepayment",
                self.prepayment,
                shown.prepayment,
                stored.prepayment,
            ),
            warranty_until: merge.field(
                "warrantyUntil",
                self.warranty_until,
                shown.warranty_until,
                stored.warranty_until,
            ),
            warranty_of: merge.field(
                "warrantyOf",
                self.warranty_of,
                shown.warranty_of,
                stored.warranty_of,
            ),
        }
    }

    /// What these details are once that has changed.
    pub fn apply(&self, mut details: Details) -> Details {
        let device = &mut details.device;
        let lines = [
            (&self.kind, &mut device.kind),
            (&self.brand, &mut device.brand),
            (&self.model, &mut device.model),
            (&self.serial, &mut device.serial),
            (&self.accessories, &mut device.accessories),
            (&self.appearance, &mut device.appearance),
            (&self.place, &mut device.place),
        ];
        for (new, line) in lines {
            if let Some(new) = new {
                line.clone_from(new);
            }
        }
        Details {
            estimate: self.estimate.unwrap_or(details.estimate),
            price: self.price.unwrap_or(details.price),
            prepayment: self.prepayment.unwrap_or(details.prepayment),
            warranty_until: self.warranty_until.unwrap_or(details.warranty_until),
            warranty_of: self.warranty_of.unwrap_or(details.warranty_of),
            device: details.device,
        }
    }
}

/// How a task leads to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// To those of the same serial number.
    Device,
    /// To the one whose warranty it is done under.
    WarrantyOf,
    /// To those that are done under its own warranty.
    UnderWarranty,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(serial: &str) -> Device {
        Device {
            serial: Line::parse("serialNumber", serial).unwrap(),
            ..Device::default()
        }
    }

    #[test]
    fn a_mistyped_imei_is_seen_and_other_numbers_are_not_judged() {
        assert!(!device("49 015420 323751 8").is_imei_mistyped());
        assert!(device("49 015420 323751 9").is_imei_mistyped());
        assert!(device("490154203237519").is_imei_mistyped());
        for other in [
            "",
            "C02XK1ABJG5H",
            "12345",
            "A49015420323751",
            "4901542032375189",
        ] {
            assert!(!device(other).is_imei_mistyped(), "{other}");
        }
    }

    #[test]
    fn what_was_paid_before_is_not_to_be_paid_again() {
        let sum = |minor| Some(Sum::from_row(minor));
        for (price, prepayment, left) in [
            (sum(500), None, sum(500)),
            (sum(500), sum(200), sum(300)),
            (sum(500), sum(700), sum(0)),
            (None, sum(200), None),
        ] {
            let details = Details {
                price,
                prepayment,
                ..Details::default()
            };
            assert_eq!(details.to_pay(), left);
        }
    }

    #[test]
    fn a_serial_number_is_the_same_however_it_is_spelled() {
        assert_eq!(device(" sn-12 ab/Ж ").serial_key(), "SN12ABЖ");
        assert_eq!(
            device("ＳＮ－１２\u{200b}ab\u{2011}Ж").serial_key(),
            "SN12ABЖ"
        );
        let key = device("\u{3b0}1").serial_key();
        assert_eq!(serial_key(&key), key);
        for nothing in ["", "-", "нет", "б/н", "no label"] {
            assert_eq!(device(nothing).serial_key(), "", "{nothing}");
        }
    }
}
