//! Input of a task's details beside the request itself.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::maybe;
use crate::domain::{DetailsChange, DeviceChange, DeviceField, Problem, Result, ShortText, TaskId};
use crate::graphql::scalars::{DayValue, MoneyValue};

/// A task's details; in the schema these are fields of `TaskInput`.
#[derive(InputObject)]
pub struct DetailsInput {
    /// The device that the customer brought.
    device: Option<DeviceInput>,
    /// Estimated price told to the customer; null clears it.
    estimate: MaybeUndefined<MoneyValue>,
    /// Final price; null clears it. BAD_USER_INPUT for a task with lines, whose price is their sum.
    price: MaybeUndefined<MoneyValue>,
    /// No longer accepted: BAD_USER_INPUT unless it is null. Record a payment with `takePayment`.
    #[graphql(deprecation = "Use `takePayment`.")]
    prepayment: MaybeUndefined<MoneyValue>,
    /// Last day of the warranty on this work; null clears it.
    warranty_ends_on: MaybeUndefined<DayValue>,
    /// The task under whose warranty this one is done; null clears it. A new task without a device
    /// takes over that task's device.
    warranty_of_id: MaybeUndefined<ID>,
}

/// The device that the customer brought; each field of at most 200 characters. Omitted fields are
/// kept, and an empty text clears a field.
#[derive(InputObject, Default)]
pub struct DeviceInput {
    /// Kind of device, for instance "phone".
    kind: Option<String>,
    brand: Option<String>,
    model: Option<String>,
    /// Serial number or IMEI.
    serial_number: Option<String>,
    /// Accessories left with the device.
    accessories: Option<String>,
    appearance: Option<String>,
    /// Where the device is kept in the shop.
    place: Option<String>,
}

impl DetailsInput {
    pub fn read(self) -> Result<DetailsChange> {
        let sum = |field, sum| maybe(sum, |sum: MoneyValue| sum.read(field));
        if let MaybeUndefined::Value(_) = self.prepayment {
            return Err(Problem::PrepaymentByPayment.at("prepayment").into());
        }
        Ok(DetailsChange {
            device: self.device.unwrap_or_default().read()?,
            estimate: sum("estimate", self.estimate)?,
            price: sum("price", self.price)?,
            discount: None,
            warranty_until: maybe(self.warranty_ends_on, |day| day.read("warrantyEndsOn"))?,
            warranty_of: maybe(self.warranty_of_id, |id| {
                Ok(TaskId::parse("warrantyOfId", &id)?)
            })?,
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
