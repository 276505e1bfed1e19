//! Input of the catalogue, lines and payments.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::maybe;
use crate::domain::{
    Discount, DrawerId, EmployeeId, FiscalNumber, ItemChange, ItemCode, ItemId, LineChange,
    LineName, Money, NewPayment, PaymentNote, Percent, Problem, Quantity, RequestKey, Result,
    TaskId, WarrantyDays,
};
use crate::graphql::scalars::{DecimalValue, MoneyValue};
use crate::graphql::view::{LineKindEnum, MethodEnum};

/// An item to be created or, with an `id`, changed; omitted fields are kept.
#[derive(InputObject)]
pub struct CatalogueItemInput {
    id: Option<ID>,
    /// Required for a new item.
    kind: Option<LineKindEnum>,
    /// At most 200 characters; required for a new item.
    name: Option<String>,
    /// Article number, unique within the shop, at most 100 characters; an empty text clears it.
    article: Option<String>,
    /// At most 100 characters; an empty text clears it.
    barcode: Option<String>,
    /// Required for a new item.
    price: Option<MoneyValue>,
    /// Cost of one piece; null clears it. Owner only.
    cost: MaybeUndefined<MoneyValue>,
    /// Duration of the warranty, at most 3,650 days; null or 0 clears it.
    warranty_days: MaybeUndefined<i64>,
    archived: Option<bool>,
}

impl CatalogueItemInput {
    pub fn read(self) -> Result<(Option<ItemId>, ItemChange)> {
        let id = self.id.map(|id| ItemId::parse("id", &id)).transpose()?;
        let name = self.name.map(|name| LineName::parse("name", &name));
        let code = |field, text: Option<String>| {
            let code = text.map(|text| ItemCode::parse(field, &text));
            code.transpose()
        };
        let change = ItemChange {
            kind: self.kind.map(Into::into),
            name: name.transpose()?,
            article: code("article", self.article)?,
            barcode: code("barcode", self.barcode)?,
            price: sum("price", self.price)?,
            cost: maybe(self.cost, |cost| cost.read("cost"))?,
            warranty: warranty(self.warranty_days)?,
            archived: self.archived,
        };
        Ok((id, change))
    }
}

/// A line to be added or changed; omitted fields are kept. A new line is copied from the item of the
/// catalogue, or has a kind, a name and a price of its own.
#[derive(InputObject)]
pub struct LineInput {
    kind: Option<LineKindEnum>,
    /// Item of the catalogue; it can't be changed later.
    item_id: Option<ID>,
    /// At most 200 characters.
    name: Option<String>,
    /// From 0.001 to 1,000,000; 1 by default.
    quantity: Option<DecimalValue>,
    unit_price: Option<MoneyValue>,
    /// Discount on the line as a sum, at most that of the line; not together with
    /// `discountPercent`.
    discount: Option<MoneyValue>,
    /// Discount on the line in percent, from 0 to 100.
    discount_percent: Option<DecimalValue>,
    /// Cost of one piece; null clears it. Owner only.
    cost: MaybeUndefined<MoneyValue>,
    /// Employee who did the work; null clears it.
    done_by_id: MaybeUndefined<ID>,
    /// Duration of the warranty, at most 3,650 days; null or 0 clears it.
    warranty_days: MaybeUndefined<i64>,
}

impl LineInput {
    pub fn read(self) -> Result<LineChange> {
        let item = self.item_id.map(|id| ItemId::parse("itemId", &id));
        let name = self.name.map(|name| LineName::parse("name", &name));
        let quantity = self.quantity;
        let quantity = quantity.map(|quantity| Quantity::parse("quantity", &quantity.0));
        Ok(LineChange {
            kind: self.kind.map(Into::into),
            item: item.transpose()?,
            name: name.transpose()?,
            quantity: quantity.transpose()?,
            unit_price: sum("unitPrice", self.unit_price)?,
            discount: discount(self.discount, self.discount_percent)?,
            cost: maybe(self.cost, |cost| cost.read("cost"))?,
            done_by: maybe(self.done_by_id, |id| {
                Ok(EmployeeId::parse("doneById", &id)?)
            })?,
            warranty: warranty(self.warranty_days)?,
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

fn warranty(days: MaybeUndefined<i64>) -> Result<Option<Option<WarrantyDays>>> {
    let days = maybe(days, |days| WarrantyDays::new("warrantyDays", days))?;
    Ok(days.map(Option::flatten))
}

fn sum(field: &'static str, sum: Option<MoneyValue>) -> Result<Option<Money>> {
    sum.map(|sum| sum.read(field)).transpose()
}

/// A payment to be taken.
#[derive(InputObject)]
pub struct PaymentInput {
    /// Required by `takePayment`; within `handOver` it is the task that is handed over.
    task_id: Option<ID>,
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
        let task = self.task_id.map(|id| TaskId::parse("taskId", &id));
        let payment = NewPayment {
            drawer: drawer(self.drawer_id)?,
            note: note(self.note)?,
            fiscal: FiscalNumber::parse("fiscalNumber", &self.fiscal_number.unwrap_or_default())?,
            key: key(self.idempotency_key)?,
            overpayment: self.overpayment,
            ..NewPayment::plain(self.method.into(), self.sum.positive("sum")?)
        };
        Ok((task.transpose()?, payment))
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
