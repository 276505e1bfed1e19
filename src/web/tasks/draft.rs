//! What a form about a task holds, as it was typed.

use std::collections::BTreeMap;

use crate::domain::{
    Category, Day, Description, Details, DetailsChange, Device, Line, Result, Status, Sum, Task,
    TaskId,
};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The fields that stand beside the request itself.
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
/// Beside them, but for nobody to type: the task whose warranty it comes back under.
const WARRANTY_OF: &str = "warrantyOf";

/// The fields in which people type; each shows what is wrong with it.
pub fn fields() -> Vec<&'static str> {
    let first = ["phone", "name", "description"];
    first.into_iter().chain(BESIDE).collect()
}

#[derive(Default, Clone)]
pub struct Draft {
    pub phone: String,
    pub name: String,
    pub description: String,
    pub status: Option<Status>,
    pub category: Option<Category>,
    /// Those beside the request that the form has; the others stay as they are.
    beside: BTreeMap<&'static str, String>,
}

/// What a form says, once all of it can be used.
pub struct Said {
    pub description: Description,
    pub due: Option<Option<Day>>,
    pub details: DetailsChange,
}

impl Draft {
    pub fn read(visit: &Visit) -> Self {
        let sent = |field: &'static str| Some((field, visit.sent(field)?.to_owned()));
        Self {
            phone: visit.typed("phone").to_owned(),
            name: visit.typed("name").to_owned(),
            // Browsers send line breaks as CR LF.
            description: visit.typed("description").replace("\r\n", "\n"),
            status: Status::from_word(visit.typed("status")),
            category: Category::from_word(visit.typed("category")),
            beside: BESIDE
                .into_iter()
                .chain([WARRANTY_OF])
                .filter_map(sent)
                .collect(),
        }
    }

    /// A task as it is, to be changed.
    pub fn of(task: &Task, details: &Details, texts: &Texts) -> Self {
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let sum = |sum: Option<Sum>| sum.map(|sum| texts.amount(sum)).unwrap_or_default();
        let mut draft = Self {
            description: task.description.as_str().to_owned(),
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

    /// A new task for whoever has that phone.
    pub fn of_phone(phone: &str) -> Self {
        Self {
            phone: phone.to_owned(),
            ..Self::default()
        }
    }

    /// A new task for a device that comes back under the warranty of an earlier one.
    pub fn under_warranty(of: TaskId, phone: &str, device: &Device) -> Self {
        let mut draft = Self::of_phone(phone);
        draft.beside = of_device(&device.again());
        draft.beside.insert(WARRANTY_OF, of.to_string());
        draft
    }

    /// What stands in one of the fields beside the request itself.
    pub fn beside(&self, field: &str) -> &str {
        self.beside.get(field).map_or("", |text| text.trim())
    }

    /// What the form says; `None` where something is to be corrected.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn said(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<Said>> {
        let (texts, currency) = (&visit.texts, visit.desk.shop.currency);
        let description = Description::parse("description", &self.description);
        let description = errors.take(description, texts)?;
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
        let said = description.map(|description| Said {
            description,
            due,
            details,
        });
        Ok(said.filter(|_| !errors.any()))
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
        match self.draft.beside.get(field) {
            None => Ok(None),
            Some(text) => self.errors.take(Line::parse(field, text), self.texts),
        }
    }

    /// An empty field takes away what was there.
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
