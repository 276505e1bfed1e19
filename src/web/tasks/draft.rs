//! Contents of a task form, as typed.

use std::collections::BTreeMap;

use crate::domain::{
    Category, Day, Description, Details, DetailsChange, Device, DeviceChange, DeviceField, Method,
    Money, NewPayment, Result, Status, Task, TaskChange, TaskId,
};
use crate::web::edited::encode;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The details in a form, besides those of the device.
const OTHERS: &[&str] = &["dueOn", "estimate", "price", "warrantyEndsOn"];
/// The deposit of a new task.
const DEPOSIT: &[&str] = &["prepayment", "prepaymentMethod"];
/// A hidden detail: the task under whose warranty this one is done.
const WARRANTY_OF: &str = "warrantyOfId";

/// Returns the names of all details.
fn details() -> impl Iterator<Item = &'static str> {
    let device = DeviceField::ALL.iter().map(|field| field.name());
    device.chain(OTHERS.iter().copied())
}

/// Returns the typed fields, each of which shows its own error.
pub fn fields() -> Vec<&'static str> {
    let first = ["phone", "name", "description"];
    let deposit = DEPOSIT.iter().copied();
    first.into_iter().chain(details()).chain(deposit).collect()
}

/// Returns the fields of the edit form.
pub fn edit_fields() -> Vec<&'static str> {
    let first = ["description", "status", "category"];
    first.into_iter().chain(details()).collect()
}

#[derive(Default, Clone)]
pub struct TaskForm {
    pub phone: String,
    pub name: String,
    /// `None` when the form lacks it.
    description: Option<String>,
    pub status: Option<Status>,
    pub category: Option<Category>,
    /// The submitted details; the others are kept.
    details: BTreeMap<&'static str, String>,
}

impl TaskForm {
    /// Reads the submitted fields through `sent`.
    pub fn read<'f>(sent: impl Fn(&str) -> Option<&'f str>) -> Self {
        let text = |field| sent(field).unwrap_or_default();
        let detail = |field: &'static str| Some((field, sent(field)?.to_owned()));
        Self {
            phone: text("phone").to_owned(),
            name: text("name").to_owned(),
            // Browsers send line breaks as CR LF.
            description: sent("description").map(|text| text.replace("\r\n", "\n")),
            status: Status::from_word(text("status")),
            category: Category::from_word(text("category")),
            details: details()
                .chain(DEPOSIT.iter().copied())
                .chain([WARRANTY_OF])
                .filter_map(detail)
                .collect(),
        }
    }

    /// Returns the current values of a task, to be edited.
    pub fn of(task: &Task, details: &Details, texts: &Texts) -> Self {
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let sum = |sum: Option<Money>| sum.map(|sum| texts.amount(sum)).unwrap_or_default();
        let mut draft = Self {
            description: Some(task.description.as_str().to_owned()),
            status: Some(task.status),
            category: Some(task.category),
            details: of_device(&details.device),
            ..Self::default()
        };
        draft.details.extend([
            ("dueOn", day(task.due)),
            ("estimate", sum(details.estimate)),
            ("price", sum(details.price)),
            ("warrantyEndsOn", day(details.warranty_until)),
        ]);
        draft
    }

    /// Returns a new task for the customer with that phone.
    pub fn of_phone(phone: &str) -> Self {
        Self {
            phone: phone.to_owned(),
            ..Self::default()
        }
    }

    /// Returns a new task for a device that comes back under the warranty of an earlier one.
    pub fn under_warranty(of: TaskId, phone: &str, device: &Device) -> Self {
        let mut draft = Self::of_phone(phone);
        draft.details = of_device(&device.identity());
        draft.details.insert(WARRANTY_OF, of.to_string());
        draft
    }

    /// Fills in the device of an earlier task.
    pub fn fill_in(&mut self, device: &Device) {
        for field in DeviceField::ALL.iter().filter(|field| field.is_identity()) {
            let text = device.get(*field).to_owned();
            self.details.insert(field.name(), text);
        }
    }

    /// Returns the submitted text of a detail.
    pub fn detail(&self, field: &str) -> &str {
        self.details.get(field).map_or("", |text| text.trim())
    }

    pub fn description(&self) -> &str {
        self.description.as_deref().unwrap_or_default()
    }

    /// Returns the value of any field of the edit form.
    pub fn value(&self, field: &str) -> String {
        match field {
            "description" => self.description().to_owned(),
            "status" => self.status.map_or("", Status::word).to_owned(),
            "category" => self.category.map_or("", Category::word).to_owned(),
            detail => self.detail(detail).to_owned(),
        }
    }

    /// Encodes all fields in one, as the values that the edit form was loaded with.
    pub fn encode(&self) -> String {
        let all = edit_fields().into_iter();
        let all = all.map(|field| (field, self.value(field)));
        let all: Vec<_> = all.collect();
        encode(all.iter().map(|(field, value)| (*field, &**value)))
    }

    /// Parses the deposit of a new task; an empty one is none.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn deposit(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<NewPayment>> {
        let text = self.detail("prepayment");
        if text.is_empty() {
            return Ok(None);
        }
        let currency = visit.desk.shop().currency;
        let sum = Money::parse("prepayment", text, currency)
            .and_then(|sum| Money::positive("prepayment", sum.minor()));
        let method = Method::from_word(self.detail("prepaymentMethod")).unwrap_or(Method::Cash);
        let sum = errors.take(sum, &visit.texts)?;
        Ok(sum.map(|sum| NewPayment::plain(method, sum)))
    }

    /// Parses the form; `None` when it has errors.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn change(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<TaskChange>> {
        let (texts, currency) = (&visit.texts, visit.desk.shop().currency);
        let description = self.description.as_ref();
        let description = description.map(|text| Description::parse("description", text));
        let description = errors.take_some(description, texts)?;
        let mut reading = Reading {
            draft: self,
            errors,
            texts,
        };
        let sum = |field| move |text: &str| Money::parse(field, text, currency);
        let day = |field| move |text: &str| Day::parse(field, text);
        let due = reading.maybe("dueOn", day("dueOn"))?;
        let details = DetailsChange {
            device: reading.device()?,
            estimate: reading.maybe("estimate", sum("estimate"))?,
            price: reading.maybe("price", sum("price"))?,
            discount: None,
            warranty_until: reading.maybe("warrantyEndsOn", day("warrantyEndsOn"))?,
            warranty_of: reading.maybe(WARRANTY_OF, |id| Ok(TaskId::parse(WARRANTY_OF, id)?))?,
        };
        let change = TaskChange {
            category: self.category,
            status: self.status,
            description,
            due,
            details,
            ..TaskChange::default()
        };
        Ok((!errors.any()).then_some(change))
    }
}

fn of_device(device: &Device) -> BTreeMap<&'static str, String> {
    let text = |field: &DeviceField| (field.name(), device.get(*field).to_owned());
    DeviceField::ALL.iter().map(text).collect()
}

struct Reading<'a> {
    draft: &'a TaskForm,
    errors: &'a mut Errors,
    texts: &'a Texts,
}

impl Reading<'_> {
    fn device(&mut self) -> Result<DeviceChange> {
        let mut change = DeviceChange::default();
        for field in DeviceField::ALL {
            if let Some(text) = self.draft.details.get(field.name()) {
                self.errors.take(change.set(*field, text), self.texts)?;
            }
        }
        Ok(change)
    }

    /// Parses an optional field; an empty one clears the stored value.
    fn maybe<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T>,
    ) -> Result<Option<Option<T>>> {
        if !self.draft.details.contains_key(field) {
            return Ok(None);
        }
        match self.draft.detail(field) {
            "" => Ok(Some(None)),
            text => Ok(self.errors.take(parse(text), self.texts)?.map(Some)),
        }
    }
}
