use async_graphql::SimpleObject;

use crate::domain::{Device, ShortText};

/// The device that the customer brought.
#[derive(SimpleObject)]
#[graphql(name = "Device")]
pub struct DeviceView {
    /// Kind of device, for instance "phone".
    kind: Option<String>,
    /// Brand; null when unknown.
    brand: Option<String>,
    /// Model; null when unknown.
    model: Option<String>,
    /// Serial number or IMEI, as typed.
    serial_number: Option<String>,
    /// Whether it has the 15 digits of an IMEI with a wrong check digit.
    serial_number_suspicious: bool,
    /// Accessories left with the device.
    accessories: Option<String>,
    /// Visible condition at acceptance; null when unknown.
    appearance: Option<String>,
    /// Where the device is kept in the shop.
    place: Option<String>,
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
            kind: known(kind),
            brand: known(brand),
            model: known(model),
            serial_number: known(serial),
            serial_number_suspicious,
            accessories: known(accessories),
            appearance: known(appearance),
            place: known(place),
        }
    }
}

fn known<const MAX: usize>(text: ShortText<MAX>) -> Option<String> {
    Some(text.into()).filter(|text: &String| !text.is_empty())
}
