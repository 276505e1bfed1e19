use async_graphql::SimpleObject;

use crate::domain::Device;

/// What the customer brought. What isn't known is an empty text.
#[derive(SimpleObject)]
#[graphql(name = "Device")]
pub struct DeviceView {
    /// For instance "phone".
    kind: String,
    brand: String,
    model: String,
    /// The serial number or IMEI, as it was typed.
    serial_number: String,
    /// Whether it has the 15 digits of an IMEI but not its check digit: look again.
    serial_number_suspicious: bool,
    /// What was left with it.
    accessories: String,
    appearance: String,
    /// Where it lies in the shop.
    place: String,
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        let serial_number_suspicious = device.is_imei_mistyped();
        // By the names of all its fields, so that none is forgotten.
        let Device {
            kind,
            brand,
            model,
            serial,
            accessories,
            appearance,
            place,
        } = device;
        Self {
            kind: kind.into(),
            brand: brand.into(),
            model: model.into(),
            serial_number: serial.into(),
            serial_number_suspicious,
            accessories: accessories.into(),
            appearance: appearance.into(),
            place: place.into(),
        }
    }
}
