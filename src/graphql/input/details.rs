//! Input of a task's details beside the request itself.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{cleared, maybe};
use crate::domain::{
    DetailsChange, DeviceChange, DeviceField, Problem, Result, ShortText, TaskId, Together,
};
use crate::graphql::scalars::{DayValue, MoneyValue};

/// A task's details; in the schema these are fields of `TaskInput`.
#[derive(InputObject)]
pub struct DetailsInput {
    /// The device that the customer brought; null clears all of its fields.
    device: MaybeUndefined<DeviceInput>,
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
/// kept, and null or an empty text clears a field.
#[derive(InputObject, Default)]
pub struct DeviceInput {
    /// Kind of device, for instance "phone".
    kind: MaybeUndefined<String>,
    /// Brand of the device.
    brand: MaybeUndefined<String>,
    /// Model of the device.
    model: MaybeUndefined<String>,
    /// Serial number or IMEI.
    serial_number: MaybeUndefined<String>,
    /// Accessories left with the device.
    accessories: MaybeUndefined<String>,
    /// Visible condition of the device at acceptance.
    appearance: MaybeUndefined<String>,
    /// Where the device is kept in the shop.
    place: MaybeUndefined<String>,
}

impl DetailsInput {
    pub fn read(self) -> Result<DetailsChange> {
        let sum = |field, sum| maybe(sum, |sum: MoneyValue| sum.read(field));
        let prepayment = match self.prepayment {
            MaybeUndefined::Value(_) => Err(Problem::PrepaymentByPayment.at("prepayment")),
            _ => Ok(()),
        };
        let device = match self.device {
            MaybeUndefined::Undefined => DeviceInput::default(),
            MaybeUndefined::Null => DeviceInput::empty(),
            MaybeUndefined::Value(device) => device,
        };
        let (_, device, estimate, price, warranty_until, warranty_of) = (
            prepayment,
            device.read(),
            sum("estimate", self.estimate),
            sum("price", self.price),
            maybe(self.warranty_ends_on, |day| day.read("warrantyEndsOn")),
            maybe(self.warranty_of_id, |id| {
                Ok(TaskId::parse("warrantyOfId", &id)?)
            }),
        )
            .together()?;
        Ok(DetailsChange {
            device,
            estimate,
            price,
            discount: None,
            warranty_until,
            warranty_of,
        })
    }
}

impl DeviceInput {
    /// Creates the input that clears every field.
    fn empty() -> Self {
        Self {
            kind: MaybeUndefined::Null,
            brand: MaybeUndefined::Null,
            model: MaybeUndefined::Null,
            serial_number: MaybeUndefined::Null,
            accessories: MaybeUndefined::Null,
            appearance: MaybeUndefined::Null,
            place: MaybeUndefined::Null,
        }
    }

    fn read(self) -> Result<DeviceChange> {
        let (kind, brand, model, serial, accessories, appearance, place) = (
            text(DeviceField::Kind, self.kind),
            text(DeviceField::Brand, self.brand),
            text(DeviceField::Model, self.model),
            text(DeviceField::Serial, self.serial_number),
            text(DeviceField::Accessories, self.accessories),
            text(DeviceField::Appearance, self.appearance),
            text(DeviceField::Place, self.place),
        )
            .together()?;
        Ok(DeviceChange {
            kind,
            brand,
            model,
            serial,
            accessories,
            appearance,
            place,
        })
    }
}

fn text<const MAX: usize>(
    field: DeviceField,
    text: MaybeUndefined<String>,
) -> Result<Option<ShortText<MAX>>> {
    let parse = |text: String| ShortText::parse(field.name(), &text);
    cleared(text).map(parse).transpose()
}
