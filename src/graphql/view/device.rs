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
        Self {
            serial_number_suspicious: device.is_imei_mistyped(),
            kind: device.kind.into(),
            brand: device.brand.into(),
            model: device.model.into(),
            serial_number: device.serial.into(),
            accessories: device.accessories.into(),
            appearance: device.appearance.into(),
            place: device.place.into(),
        }
    }
}
