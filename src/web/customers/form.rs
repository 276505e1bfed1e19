//! The form of a customer's card.

use std::collections::BTreeMap;

use crate::domain::{CardField, Customer, CustomerChange, Result};
use crate::web::edited::encode;
use crate::web::form::Errors;
use crate::web::text::Texts;

/// Contents of a customer form.
#[derive(Default)]
pub(super) struct CustomerForm {
    pub(super) phone: String,
    /// The other fields, by name.
    pub(super) fields: BTreeMap<&'static str, String>,
}

impl CustomerForm {
    /// Reads a new card from the submitted fields.
    pub(super) fn read<'f>(typed: impl Fn(&str) -> &'f str) -> Self {
        Self {
            phone: typed("phone").to_owned(),
            fields: by_name(|field| typed(field.name())),
        }
    }

    pub(super) fn of(card: &Customer) -> Self {
        Self {
            phone: card.phone.typed().to_owned(),
            fields: by_name(|field| card.get(field)),
        }
    }

    pub(super) fn get(&self, field: &str) -> &str {
        if field == "phone" {
            return &self.phone;
        }
        self.fields.get(field).map_or("", String::as_str)
    }

    /// Encodes all fields in one value, by which an edit form records what it was loaded with.
    pub(super) fn encode(&self) -> String {
        let fields = CardField::ALL.iter();
        let fields = fields.map(|field| (field.name(), self.get(field.name())));
        encode([("phone", self.phone.as_str())].into_iter().chain(fields))
    }
}

pub(super) fn by_name<'f>(text: impl Fn(CardField) -> &'f str) -> BTreeMap<&'static str, String> {
    let all = CardField::ALL.iter();
    all.map(|field| (field.name(), text(*field).to_owned()))
        .collect()
}

/// Returns the names of what people edit.
pub(super) fn names() -> Vec<&'static str> {
    let fields = CardField::ALL.iter().map(|field| field.name());
    ["phone"].into_iter().chain(fields).collect()
}

/// Parses the fields of a form, and collects their errors. Fields that were not submitted are kept.
pub(super) fn change<'f>(
    sent: impl Fn(&str) -> Option<&'f str>,
    errors: &mut Errors,
    texts: &Texts,
) -> Result<CustomerChange> {
    let mut change = CustomerChange::default();
    for field in CardField::ALL {
        if let Some(text) = sent(field.name()) {
            errors.take(change.set(*field, text), texts)?;
        }
    }
    Ok(change)
}
