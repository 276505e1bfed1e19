//! The form of an item: its fields as typed, and parsed.

use crate::domain::{
    CatalogueItem, Error, ItemChange, ItemCode, ItemId, LineKind, LineName, Money, Problem, Result,
    WarrantyDays,
};
use crate::web::edited::encode;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Names of the fields, in the order of the form.
pub(super) const FIELDS: [&str; 7] = [
    "kind",
    "name",
    "article",
    "barcode",
    "price",
    "cost",
    "warrantyDays",
];

/// Contents of the form, as typed.
pub(super) struct ItemForm {
    /// `None` for a new item.
    pub(super) id: Option<ItemId>,
    values: [String; FIELDS.len()],
    /// Values that the form was loaded with.
    pub(super) was: String,
}

impl ItemForm {
    pub(super) fn new() -> Self {
        let mut values = [const { String::new() }; FIELDS.len()];
        LineKind::Part.word().clone_into(&mut values[0]);
        Self::with(None, values)
    }

    /// Returns the form of an item; the cost is left out for everybody who may not see it.
    pub(super) fn of(item: &CatalogueItem, sees_costs: bool, texts: &Texts) -> Self {
        let content = &item.content;
        let sum = |sum: Money| texts.amount(sum);
        let days = content.warranty.map(|days| days.get().to_string());
        let values = [
            content.kind.word().to_owned(),
            content.name.as_str().to_owned(),
            content.article.as_str().to_owned(),
            content.barcode.as_str().to_owned(),
            sum(content.price),
            content
                .cost
                .filter(|_| sees_costs)
                .map(sum)
                .unwrap_or_default(),
            days.unwrap_or_default(),
        ];
        Self::with(Some(item.id), values)
    }

    fn with(id: Option<ItemId>, values: [String; FIELDS.len()]) -> Self {
        let was = encode(FIELDS.into_iter().zip(values.iter().map(String::as_str)));
        Self { id, values, was }
    }

    /// Reads a submitted form.
    pub(super) fn read(id: Option<ItemId>, visit: &Visit) -> Self {
        Self {
            id,
            values: FIELDS.map(|field| visit.typed(field).to_owned()),
            was: visit.typed("was").to_owned(),
        }
    }

    pub(super) fn value(&self, field: &str) -> &str {
        let values = FIELDS.iter().zip(&self.values);
        let found = values.into_iter().find(|(name, _)| **name == field);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn is_kind(&self, kind: &LineKind) -> bool {
        self.value("kind") == kind.word()
    }
}

/// Parses the fields that `sent` knows; a field with an error is left out.
pub(super) fn change<'f>(
    sent: impl Fn(&str) -> Option<&'f str>,
    visit: &Visit,
    errors: &mut Errors,
) -> Result<ItemChange> {
    let (texts, currency) = (&visit.texts, visit.desk.shop().currency);
    let sum = |field, text: &str| Money::parse(field, text, currency);
    let cost = |text: &str| match text.trim() {
        "" => Ok(None),
        text => sum("cost", text).map(Some),
    };
    let price = |text: &str| match text.trim() {
        "" => Err(Problem::Required.at("price").into()),
        text => sum("price", text),
    };
    let code = |field| sent(field).map(|text| ItemCode::parse(field, text));
    let name = sent("name").map(|text| match LineName::parse("name", text) {
        Ok(name) if name.as_str().is_empty() => Err(Problem::Required.at("name").into()),
        parsed => parsed,
    });
    Ok(ItemChange {
        kind: sent("kind").and_then(LineKind::from_word),
        name: errors.take_some(name, texts)?,
        article: errors.take_some(code("article"), texts)?,
        barcode: errors.take_some(code("barcode"), texts)?,
        price: errors.take_some(sent("price").map(price), texts)?,
        cost: errors.take_some(sent("cost").map(cost), texts)?,
        warranty: errors.take_some(sent("warrantyDays").map(days), texts)?,
        archived: None,
    })
}

/// Parses a number of days; an empty text is no warranty.
fn days(text: &str) -> Result<Option<WarrantyDays>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match text.as_str() {
        "" => Ok(None),
        text => WarrantyDays::new("warrantyDays", text.parse().unwrap_or(-1)),
    }
}

pub(super) fn id(text: &str) -> Result<ItemId> {
    ItemId::parse("id", text).map_err(|_| Error::NotFound)
}
