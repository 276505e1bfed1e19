//! What is sent of a task besides the request itself.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::maybe;
use crate::domain::{
    Day, DetailsChange, DeviceChange, DeviceField, Result, ShortText, Sum, TaskId,
};

/// The details of a task; in the schema these are fields of the task's own input.
#[derive(InputObject)]
pub struct DetailsInput {
    /// What the customer brought.
    device: Option<DeviceInput>,
    /// What the customer was told that it may cost, in the smallest unit of the shop's currency,
    /// at most 2,000,000,000; null takes it away.
    estimate: MaybeUndefined<i64>,
    /// What it came to, in the same unit; null takes it away.
    price: MaybeUndefined<i64>,
    /// What was paid before, in the same unit; null takes it away.
    prepayment: MaybeUndefined<i64>,
    /// The last day of the warranty for this work, `YYYY-MM-DD`; null takes it away.
    warranty_until: MaybeUndefined<String>,
    /// The task whose warranty this one is done under; null takes the link away. A new task that
    /// says nothing of its device has that task's.
    warranty_of: MaybeUndefined<ID>,
}

/// What the customer brought, each at most 200 characters. What isn't given stays, and an empty
/// text takes a field away.
#[derive(InputObject, Default)]
pub struct DeviceInput {
    /// For instance "phone".
    kind: Option<String>,
    brand: Option<String>,
    model: Option<String>,
    /// The serial number or IMEI.
    serial_number: Option<String>,
    /// What was left with it.
    accessories: Option<String>,
    appearance: Option<String>,
    /// Where it lies in the shop.
    place: Option<String>,
}

impl DetailsInput {
    pub fn read(self) -> Result<DetailsChange> {
        let sum = |field, minor| maybe(minor, |minor| Sum::new(field, minor));
        Ok(DetailsChange {
            device: self.device.unwrap_or_default().read()?,
            estimate: sum("estimate", self.estimate)?,
            price: sum("price", self.price)?,
            prepayment: sum("prepayment", self.prepayment)?,
            warranty_until: maybe(self.warranty_until, |text| {
                Day::parse("warrantyUntil", &text)
            })?,
            warranty_of: maybe(self.warranty_of, |id| Ok(TaskId::parse("warrantyOf", &id)?))?,
        })
    }
}

impl DeviceInput {
    fn read(self) -> Result<DeviceChange> {
        Ok(DeviceChange {
            kind: text(DeviceField::Kind, self.kind)?,
            brand: text(DeviceField::Brand, self.brand)?,
            model: text(DeviceField::Model, self.model)?,
            serial: text(DeviceField::Serial, self.serial_number)?,
            accessories: text(DeviceField::Accessories, self.accessories)?,
            appearance: text(DeviceField::Appearance, self.appearance)?,
            place: text(DeviceField::Place, self.place)?,
        })
    }
}

fn text<const MAX: usize>(
    field: DeviceField,
    text: Option<String>,
) -> Result<Option<ShortText<MAX>>> {
    let parse = |text: String| ShortText::parse(field.name(), &text);
    text.map(parse).transpose()
}
