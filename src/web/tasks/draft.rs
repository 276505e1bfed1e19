//! Contents of a task form, as typed.

use std::collections::BTreeMap;

use crate::domain::{
    Category, Day, Description, Details, DetailsChange, Device, Line, Result, Status, Sum, Task,
    TaskChange, TaskId,
};
use crate::web::edited::encode;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Fields beside the request itself.
const BESIDE: [&str; 12] = [
    "kind",
    "brand",
    "model",
    "serialNumber",
    "accessories",
    "appearance",
    "place",
    "dueOn",
    "estimate",
    "price",
    "prepayment",
    "warrantyUntil",
];
/// A hidden field in addition: the task under whose warranty the device comes back.
const WARRANTY_OF: &str = "warrantyOf";

/// Returns the typed fields, each of which shows its own error.
pub fn fields() -> Vec<&'static str> {
    let first = ["phone", "name", "description"];
    first.into_iter().chain(BESIDE).collect()
}

/// Returns the fields of the edit form.
pub fn edit_fields() -> Vec<&'static str> {
    let first = ["description", "status", "category"];
    first.into_iter().chain(BESIDE).collect()
}

#[derive(Default, Clone)]
pub struct Draft {
    pub phone: String,
    pub name: String,
    /// `None` when the form lacks it.
    description: Option<String>,
    pub status: Option<Status>,
    pub category: Option<Category>,
    /// The submitted fields beside the request; the others are kept.
    beside: BTreeMap<&'static str, String>,
}

impl Draft {
    /// Reads the submitted fields through `sent`.
    pub fn read<'f>(sent: impl Fn(&str) -> Option<&'f str>) -> Self {
        let text = |field| sent(field).unwrap_or_default();
        let beside = |field: &'static str| Some((field, sent(field)?.to_owned()));
        Self {
            phone: text("phone").to_owned(),
            name: text("name").to_owned(),
            // Browsers send line breaks as CR LF.
            description: sent("description").map(|text| text.replace("\r\n", "\n")),
            status: Status::from_word(text("status")),
            category: Category::from_word(text("category")),
            beside: BESIDE
                .into_iter()
                .chain([WARRANTY_OF])
                .filter_map(beside)
                .collect(),
        }
    }

    /// Returns the current values of a task, to be edited.
    pub fn of(task: &Task, details: &Details, texts: &Texts) -> Self {
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let sum = |sum: Option<Sum>| sum.map(|sum| texts.amount(sum)).unwrap_or_default();
        let mut draft = Self {
            description: Some(task.description.as_str().to_owned()),
            status: Some(task.status),
            category: Some(task.category),
            beside: of_device(&details.device),
            ..Self::default()
        };
        draft.beside.extend([
            ("dueOn", day(task.due)),
            ("estimate", sum(details.estimate)),
            ("price", sum(details.price)),
            ("prepayment", sum(details.prepayment)),
            ("warrantyUntil", day(details.warranty_until)),
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
        draft.beside = of_device(&device.again());
        draft.beside.insert(WARRANTY_OF, of.to_string());
        draft
    }

    /// Returns the value of a field beside the request itself.
    pub fn beside(&self, field: &str) -> &str {
        self.beside.get(field).map_or("", |text| text.trim())
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
            beside => self.beside(beside).to_owned(),
        }
    }

    /// Encodes all fields in one, as the values that the edit form was loaded with.
    pub fn encode(&self) -> String {
        let all = edit_fields().into_iter();
        let all = all.map(|field| (field, self.value(field)));
        let all: Vec<_> = all.collect();
        encode(all.iter().map(|(field, value)| (*field, &**value)))
    }

    /// Returns whether the form names neither the work nor the device.
    pub fn is_blank(&self) -> bool {
        let is_blank = |field: &&str| self.beside(field).is_empty();
        self.description().trim().is_empty() && BESIDE.iter().all(is_blank)
    }

    /// Parses the form; `None` when it has errors.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn change(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<TaskChange>> {
        let (texts, currency) = (&visit.texts, visit.desk.shop.currency);
        let description = self.description.as_ref();
        let description = description.map(|text| Description::parse("description", text));
        let description = errors.take_some(description, texts)?;
        let mut reading = Reading {
            draft: self,
            errors,
            texts,
        };
        let sum = |field| move |text: &str| Sum::parse(field, text, currency);
        let day = |field| move |text: &str| Day::parse(field, text);
        let due = reading.maybe("dueOn", day("dueOn"))?;
        let details = DetailsChange {
            kind: reading.line("kind")?,
            brand: reading.line("brand")?,
            model: reading.line("model")?,
            serial: reading.line("serialNumber")?,
            accessories: reading.line("accessories")?,
            appearance: reading.line("appearance")?,
            place: reading.line("place")?,
            estimate: reading.maybe("estimate", sum("estimate"))?,
            price: reading.maybe("price", sum("price"))?,
            prepayment: reading.maybe("prepayment", sum("prepayment"))?,
            warranty_until: reading.maybe("warrantyUntil", day("warrantyUntil"))?,
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
    let lines = [
        ("kind", &device.kind),
        ("brand", &device.brand),
        ("model", &device.model),
        ("serialNumber", &device.serial),
        ("accessories", &device.accessories),
        ("appearance", &device.appearance),
        ("place", &device.place),
    ];
    let text = |(field, line): (&'static str, &Line)| (field, line.as_str().to_owned());
    lines.into_iter().map(text).collect()
}

struct Reading<'a> {
    draft: &'a Draft,
    errors: &'a mut Errors,
    texts: &'a Texts,
}

impl Reading<'_> {
    fn line(&mut self, field: &'static str) -> Result<Option<Line>> {
        let line = self.draft.beside.get(field);
        let line = line.map(|text| Line::parse(field, text));
        self.errors.take_some(line, self.texts)
    }

    /// Parses an optional field; an empty one clears the stored value.
    fn maybe<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T>,
    ) -> Result<Option<Option<T>>> {
        if !self.draft.beside.contains_key(field) {
            return Ok(None);
        }
        match self.draft.beside(field) {
            "" => Ok(Some(None)),
            text => Ok(self.errors.take(parse(text), self.texts)?.map(Some)),
        }
    }
}
