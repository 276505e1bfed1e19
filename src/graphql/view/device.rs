use async_graphql::SimpleObject;

use crate::domain::Device;

/// The device that the customer brought. Unknown fields are empty.
#[derive(SimpleObject)]
#[graphql(name = "Device")]
pub struct DeviceView {
    /// Kind of device, for instance "phone".
    kind: String,
    brand: String,
    model: String,
    /// Serial number or IMEI, as typed.
    serial_number: String,
    /// Whether it has the 15 digits of an IMEI with a wrong check digit.
    serial_number_suspicious: bool,
    /// Accessories left with the device.
    accessories: String,
    appearance: String,
    /// Where the device is kept in the shop.
    place: String,
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        let serial_number_suspicious = device.is_imei_mistyped();
        // Destructured by all field names, so that none is forgotten.
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
