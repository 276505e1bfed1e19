//! Devices, and the single table of their fields.

use super::letters::fold;
use super::{Merge, Result, ShortText};

/// Passes the table of a device's fields to a macro, in display order.
///
/// A row consists of the field, which is also its database column; its variant of [`DeviceField`];
/// its limit in characters; its name in the API and in forms; the message id of its label; whether
/// it is kept when the device returns; and who reads it ([`Readers`]).
macro_rules! device_fields {
    ($then:ident) => {
        $then! {
            /// Kind of device, for instance "phone".
            kind (Kind, 200, "kind", "device-kind", true, Everyone)
            /// Brand of the device.
            brand (Brand, 200, "brand", "device-brand", true, Everyone)
            /// Model of the device.
            model (Model, 200, "model", "device-model", true, Everyone)
            /// Serial number or IMEI.
            serial (Serial, 200, "serialNumber", "device-serial", true, Papers)
            /// Accessories left with the device.
            accessories (Accessories, 200, "accessories", "device-accessories", false, Papers)
            /// Visible condition of the device at acceptance.
            appearance (Appearance, 200, "appearance", "device-appearance", false, Receipt)
            /// Where the device is kept in the shop.
            place (Place, 200, "place", "device-place", false, Staff)
        }
    };
}
pub(crate) use device_fields;

/// The readers of a device's field. Staff read all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Part of the device's title, which is on every page, paper and notice.
    Everyone,
    /// The customer, on the receipt and on the handover slip.
    Papers,
    /// The customer, on the receipt only: it describes the condition at intake.
    Receipt,
    /// Staff only.
    Staff,
}

macro_rules! define {
    ($($(#[$doc:meta])* $field:ident (
        $variant:ident, $max:literal, $name:literal, $label:literal, $identity:literal, $readers:ident
    ))*) => {
        /// The device; any field may be unknown.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Device {
            $($(#[$doc])* pub $field: ShortText<$max>,)*
        }

        /// Changes to a device; `None` keeps a field.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct DeviceChange {
            $(pub $field: Option<ShortText<$max>>,)*
        }

        /// A field of a device.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum DeviceField {
            $($(#[$doc])* $variant,)*
        }

        impl DeviceField {
            /// All fields, in display order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the database column, which is also the word for it among the columns of an
            /// import.
            pub fn column(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }

            /// Returns the name in the API and in forms.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the message id of the label.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }

            /// Returns the maximum length, in characters.
            pub fn max(self) -> usize {
                match self {
                    $(Self::$variant => $max,)*
                }
            }

            /// Returns whether the field is kept when the same device returns.
            pub fn is_identity(self) -> bool {
                match self {
                    $(Self::$variant => $identity,)*
                }
            }

            /// Returns the fields whose values come again with other devices, and are suggested. A
            /// serial number is one device's, and a condition is described each time.
            pub fn suggested() -> impl Iterator<Item = Self> {
                let fields = Self::ALL.iter().copied();
                fields.filter(|field| !matches!(field, Self::Serial | Self::Appearance))
            }

            pub fn readers(self) -> Readers {
                match self {
                    $(Self::$variant => Readers::$readers,)*
                }
            }
        }

        impl Device {
            /// Builds a device from the stored fields, in the order of the table.
            ///
            /// # Errors
            /// Those of `read`, which is called with the field's column.
            pub fn from_row<E>(
                mut read: impl FnMut(&'static str) -> Result<String, E>,
            ) -> Result<Self, E> {
                Ok(Self {
                    $($field: ShortText::from_row(read(stringify!($field))?),)*
                })
            }

            pub fn get(&self, field: DeviceField) -> &str {
                match field {
                    $(DeviceField::$variant => self.$field.as_str(),)*
                }
            }

            /// Returns the device for a new visit, without the fields that change from visit to
            /// visit.
            pub fn identity(&self) -> Self {
                Self {
                    $($field: match $identity {
                        true => self.$field.clone(),
                        false => ShortText::default(),
                    },)*
                }
            }
        }

        impl DeviceChange {
            /// Returns the values that the edit form is loaded with.
            pub fn of(device: Device) -> Self {
                Self {
                    $($field: Some(device.$field),)*
                }
            }

            /// Sets a field from typed text.
            ///
            /// # Errors
            /// [`Error::Invalid`](super::Error::Invalid) for a text that is not valid for the
            /// field.
            pub fn set(&mut self, field: DeviceField, text: &str) -> Result<()> {
                match field {
                    $(DeviceField::$variant => {
                        self.$field = Some(ShortText::parse($name, text)?);
                    })*
                }
                Ok(())
            }

            /// Merges an edit form that was loaded with `shown` with the values now `stored`; see
            /// [`Merge`].
            pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
                Self {
                    $($field: merge.field($name, self.$field, shown.$field, stored.$field),)*
                }
            }

            /// Drops the changes that `keep` refuses.
            fn retain(&mut self, keep: impl Fn(DeviceField, &str) -> bool) {
                $(if !self.$field.as_ref().is_some_and(|text| keep(DeviceField::$variant, text.as_str())) {
                    self.$field = None;
                })*
            }

            /// Returns the device after the change.
            pub fn apply(&self, device: Device) -> Device {
                Device {
                    $($field: self.$field.clone().unwrap_or(device.$field),)*
                }
            }
        }
    };
}
device_fields!(define);

impl DeviceField {
    /// Returns the field with that name in the API and in forms.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|field| field.name() == name)
    }

    /// Returns the fields on a paper for these readers, in display order, except those of the
    /// title.
    pub fn read_by(readers: &[Readers]) -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(move |field| readers.contains(&field.readers()))
    }

    /// Returns the fields that are not part of the title.
    pub fn beside_title() -> impl Iterator<Item = Self> {
        Self::read_by(&[Readers::Papers, Readers::Receipt, Readers::Staff])
    }
}

impl Device {
    /// Returns the name for a list: «телефон Apple iPhone 12».
    pub fn title(&self) -> String {
        let parts = DeviceField::read_by(&[Readers::Everyone]);
        join(" ", parts.map(|field| self.get(field)))
    }

    /// Returns shorter names, the longest first: brand and model, and the model alone.
    pub fn short_titles(&self) -> Vec<String> {
        let [brand, model] = [self.brand.as_str(), self.model.as_str()];
        let mut all = vec![join(" ", [brand, model].into_iter()), model.to_owned()];
        all.retain(|name| !name.is_empty() && *name != self.title());
        all.dedup();
        all
    }

    /// Returns all fields on one line, for the history.
    pub fn summary(&self) -> String {
        let title = self.title();
        let rest = DeviceField::beside_title().map(|field| self.get(field));
        join(", ", std::iter::once(&*title).chain(rest))
    }

    /// Returns the key by which search finds the beginning of the brand.
    pub fn brand_key(&self) -> String {
        fold(self.brand.as_str())
    }

    /// See [`serial_key`].
    pub fn serial_key(&self) -> String {
        serial_key(self.serial.as_str())
    }

    /// Returns whether the serial number is a valid IMEI.
    pub fn is_imei(&self) -> bool {
        self.imei_sum().is_some_and(|sum| sum.is_multiple_of(10))
    }

    /// Returns whether the serial number has the length of an IMEI but a wrong check digit. Such a
    /// number is accepted nevertheless.
    pub fn is_imei_mistyped(&self) -> bool {
        self.imei_sum().is_some_and(|sum| !sum.is_multiple_of(10))
    }

    /// Returns the check sum of a serial number that has the length of an IMEI (3GPP TS 23.003,
    /// annex B: the Luhn formula).
    fn imei_sum(&self) -> Option<u32> {
        let key = self.serial_key();
        let digits: Vec<u32> = key.chars().filter_map(|c| c.to_digit(10)).collect();
        let weighed = |(at, digit): (usize, &u32)| match at % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        };
        let sum: u32 = digits.iter().rev().enumerate().map(weighed).sum();
        (key.len() == 15 && digits.len() == 15).then_some(sum)
    }

    /// Returns the identity of the same device from another visit, as far as it is unknown here:
    /// nothing unless the serial numbers are equal.
    pub fn missing_from(&self, other: &Self) -> DeviceChange {
        let is_same = !self.serial_key().is_empty() && self.serial_key() == other.serial_key();
        let mut known = DeviceChange::of(other.identity());
        known.retain(|field, text| is_same && self.get(field).is_empty() && !text.is_empty());
        known
    }
}

/// Returns the key by which spellings of a serial number are equal: its letters in upper case, and
/// its digits. Empty for a text without a digit, such as "none".
pub fn serial_key(serial: &str) -> String {
    let folded = fold(serial);
    // Some letters have multi-character capitals, which are not all letters.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn device(serial: &str) -> Device {
        Device {
            serial: ShortText::parse("serialNumber", serial).unwrap(),
            ..Device::default()
        }
    }

    #[test]
    fn a_mistyped_imei_is_seen_and_other_numbers_are_not_judged() {
        assert!(!device("49 015420 323751 8").is_imei_mistyped());
        assert!(device("49 015420 323751 8").is_imei());
        assert!(!device("49 015420 323751 9").is_imei());
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
    fn what_is_unknown_is_taken_from_an_earlier_visit_of_the_same_device_only() {
        let text = |text: &str| ShortText::parse("field", text).unwrap();
        let earlier = Device {
            brand: text("Apple"),
            model: text("iPhone 12"),
            place: text("полка 3"),
            ..device("sn 4711")
        };
        let now = Device {
            model: text("iPhone 12, чёрный"),
            ..device("SN-4711")
        };
        let brand = DeviceChange {
            brand: Some(text("Apple")),
            ..DeviceChange::default()
        };
        assert_eq!(now.missing_from(&earlier), brand);
        assert_eq!(
            device("SN-1").missing_from(&earlier),
            DeviceChange::default()
        );
        assert_eq!(
            device("").missing_from(&device("")),
            DeviceChange::default()
        );
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
