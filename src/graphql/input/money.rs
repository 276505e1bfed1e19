//! Input of the catalogue, lines and payments.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{cleared, maybe};
use crate::domain::{
    Discount, DrawerId, EmployeeId, FiscalNumber, ItemChange, ItemCode, ItemId, LineChange,
    LineName, Money, NewPayment, PaymentNote, Percent, Problem, Quantity, RequestKey, Result,
    TaskId, Together, WarrantyDays,
};
use crate::graphql::scalars::{DecimalValue, MoneyValue};
use crate::graphql::view::{LineKindEnum, MethodEnum};

/// An item to be created or, with an `id`, changed; omitted fields are kept.
#[derive(InputObject)]
pub struct CatalogueItemInput {
    /// Id of the item to be changed; omitted for a new one.
    id: Option<ID>,
    /// Required for a new item.
    kind: Option<LineKindEnum>,
    /// At most 200 characters; required for a new item.
    name: Option<String>,
    /// Article number, unique within the shop, at most 100 characters; null or an empty text clears it.
    article: MaybeUndefined<String>,
    /// At most 100 characters; null or an empty text clears it.
    barcode: MaybeUndefined<String>,
    /// Required for a new item.
    price: Option<MoneyValue>,
    /// Cost of one piece; null clears it. Owner only.
    cost: MaybeUndefined<MoneyValue>,
    /// Duration of the warranty, at most 3,650 days; null or 0 clears it.
    warranty_days: MaybeUndefined<i64>,
    /// Whether the item is no longer offered; false for a new item when omitted.
    archived: Option<bool>,
}

impl CatalogueItemInput {
    pub fn read(self) -> Result<(Option<ItemId>, ItemChange)> {
        let code = |field, text| {
            let code = cleared(text).map(|text| ItemCode::parse(field, &text));
            code.transpose()
        };
        let (id, name, article, barcode, price, cost, warranty) = (
            some(self.id, |id| Ok(ItemId::parse("id", &id)?)),
            some(self.name, |name| LineName::parse("name", &name)),
            code("article", self.article),
            code("barcode", self.barcode),
            sum("price", self.price),
            maybe(self.cost, |cost| cost.read("cost")),
            warranty(self.warranty_days),
        )
            .together()?;
        let change = ItemChange {
            kind: self.kind.map(Into::into),
            name,
            article,
            barcode,
            price,
            cost,
            warranty,
            archived: self.archived,
        };
        Ok((id, change))
    }
}

/// A line to be added or changed; omitted fields are kept. A new line is copied from the item of the
/// catalogue, or has a kind, a name and a price of its own.
#[derive(InputObject)]
pub struct LineInput {
    /// Required for a new line that is not copied from an item.
    kind: Option<LineKindEnum>,
    /// Item of the catalogue; it can't be changed later.
    item_id: Option<ID>,
    /// At most 200 characters.
    name: Option<String>,
    /// From 0.001 to 1,000,000; 1 by default.
    quantity: Option<DecimalValue>,
    /// Price of one piece; required for a new line that is not copied from an item.
    unit_price: Option<MoneyValue>,
    /// Discount on the line as a sum, at most that of the line; not together with
    /// `discountPercent`. Null clears it.
    discount: MaybeUndefined<MoneyValue>,
    /// Discount on the line in percent, from 0 to 100; null clears it.
    discount_percent: MaybeUndefined<DecimalValue>,
    /// Cost of one piece; null clears it. Owner only.
    cost: MaybeUndefined<MoneyValue>,
    /// Employee who did the work; null clears it.
    done_by_id: MaybeUndefined<ID>,
    /// Duration of the warranty, at most 3,650 days; null or 0 clears it.
    warranty_days: MaybeUndefined<i64>,
}

impl LineInput {
    pub fn read(self) -> Result<LineChange> {
        let (item, name, quantity, unit_price, discount, cost, done_by, warranty) = (
            some(self.item_id, |id| Ok(ItemId::parse("itemId", &id)?)),
            some(self.name, |name| LineName::parse("name", &name)),
            some(self.quantity, |quantity| {
                Quantity::parse("quantity", &quantity.0)
            }),
            sum("unitPrice", self.unit_price),
            line_discount(self.discount, self.discount_percent),
            maybe(self.cost, |cost| cost.read("cost")),
            maybe(self.done_by_id, |id| {
                Ok(EmployeeId::parse("doneById", &id)?)
            }),
            warranty(self.warranty_days),
        )
            .together()?;
        Ok(LineChange {
            kind: self.kind.map(Into::into),
            item,
            name,
            quantity,
            unit_price,
            discount,
            cost,
            done_by,
            warranty,
        })
    }
}

/// Reads a discount given as a sum or in percent.
pub fn discount(
    sum: Option<MoneyValue>,
    percent: Option<DecimalValue>,
) -> Result<Option<Discount>> {
    match (sum, percent) {
        (Some(_), Some(_)) => Err(Problem::DiscountTwice.at("discountPercent").into()),
        (Some(sum), None) => Ok(Some(Discount::Sum(sum.read("discount")?))),
        (None, Some(percent)) => {
            let percent = Percent::parse("discountPercent", &percent.0)?;
            Ok(Some(Discount::Percent(percent)))
        }
        (None, None) => Ok(None),
    }
}

/// Reads the discount of a line, which null clears.
fn line_discount(
    sum: MaybeUndefined<MoneyValue>,
    percent: MaybeUndefined<DecimalValue>,
) -> Result<Option<Discount>> {
    let is_cleared = sum.is_null() || percent.is_null();
    let given = discount(sum.take(), percent.take())?;
    Ok(given.or(is_cleared.then(|| Discount::Sum(Money::default()))))
}

fn warranty(days: MaybeUndefined<i64>) -> Result<Option<Option<WarrantyDays>>> {
    let days = maybe(days, |days| WarrantyDays::new("warrantyDays", days))?;
    Ok(days.map(Option::flatten))
}

/// Converts an optional value.
fn some<T, U>(given: Option<T>, read: impl FnOnce(T) -> Result<U>) -> Result<Option<U>> {
    given.map(read).transpose()
}

fn sum(field: &'static str, sum: Option<MoneyValue>) -> Result<Option<Money>> {
    sum.map(|sum| sum.read(field)).transpose()
}

/// A payment to be taken.
#[derive(InputObject)]
pub struct PaymentInput {
    /// Required by `takePayment`; within `handOver` it is the task that is handed over.
    task_id: Option<ID>,
    /// Method of payment; CASH goes into a drawer.
    method: MethodEnum,
    /// More than zero; more than is due only with `overpayment`.
    sum: MoneyValue,
    /// Needed by cash when the shop has several drawers.
    drawer_id: Option<ID>,
    /// At most 500 characters.
    note: Option<String>,
    /// Number of the fiscal receipt, at most 100 characters.
    fiscal_number: Option<String>,
    /// Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates nothing
    /// again and gets the same answer, with another content CONFLICT.
    idempotency_key: Option<String>,
    /// Whether more than is due is wanted.
    #[graphql(default)]
    overpayment: bool,
}

impl PaymentInput {
    /// Returns the task, if it is named, and the payment.
    pub fn read(self) -> Result<(Option<TaskId>, NewPayment)> {
        let fiscal = self.fiscal_number.unwrap_or_default();
        let (task, sum, drawer, note, fiscal, key) = (
            some(self.task_id, |id| Ok(TaskId::parse("taskId", &id)?)),
            self.sum.positive("sum"),
            drawer(self.drawer_id),
            note(self.note),
            FiscalNumber::parse("fiscalNumber", &fiscal),
            key(self.idempotency_key),
        )
            .together()?;
        let payment = NewPayment {
            drawer,
            note,
            fiscal,
            key,
            overpayment: self.overpayment,
            ..NewPayment::plain(self.method.into(), sum)
        };
        Ok((task, payment))
    }
}

pub fn drawer(id: Option<ID>) -> Result<Option<DrawerId>> {
    let id = id.map(|id| DrawerId::parse("drawerId", &id));
    Ok(id.transpose()?)
}

pub fn note(text: Option<String>) -> Result<PaymentNote> {
    PaymentNote::parse("note", &text.unwrap_or_default())
}

pub fn key(text: Option<String>) -> Result<Option<RequestKey>> {
    text.map(|text| RequestKey::parse("idempotencyKey", &text))
        .transpose()
}
