//! The form of a line: its fields as typed, and parsed.

use std::collections::BTreeMap;

use crate::domain::{
    Currency, Discount, Employee, EmployeeId, ItemId, LineChange, LineContent, LineKind, LineName,
    Money, Percent, Problem, Quantity, Result, WarrantyDays,
};
use crate::i18n;
use crate::web::edited::{Collision, Input, encode};
use crate::web::form::Errors;
use crate::web::tasks::choices;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The fields that the form shows.
pub const LINE_FIELDS: &[&str] = &[
    "kind",
    "name",
    "quantity",
    "unitPrice",
    "discount",
    "cost",
    "doneById",
    "warrantyDays",
];

/// Contents of a line's form, as typed. A field that wasn't submitted is kept, or copied from the
/// catalogue.
#[derive(Default)]
pub struct LineForm {
    fields: BTreeMap<&'static str, String>,
}

impl LineForm {
    /// Reads the submitted fields through `sent`.
    pub fn read<'f>(sent: impl Fn(&str) -> Option<&'f str>) -> Self {
        let names = LINE_FIELDS.iter().chain(&["itemId"]);
        let sent = |name: &&'static str| Some((*name, sent(name)?.to_owned()));
        Self {
            fields: names.filter_map(sent).collect(),
        }
    }

    /// Returns a new line of free text, done by this employee.
    pub fn blank(by: EmployeeId) -> Self {
        let fields = [("quantity", "1".to_owned()), ("doneById", by.to_string())];
        Self {
            fields: fields.into(),
        }
    }

    /// Returns the values of a line, to be edited.
    pub fn of(line: &LineContent, texts: &Texts) -> Self {
        let (sum, percent) = match line.discount {
            Discount::NONE => (None, None),
            Discount::Sum(sum) => (Some(texts.amount(sum)), None),
            Discount::Percent(percent) => (None, Some(texts.percent(percent))),
        };
        let cost = line.cost.map(|cost| texts.amount(cost));
        let who = line.done_by.map(|id| id.to_string());
        let days = line.warranty.map(|days| days.get().to_string());
        let fields = [
            ("kind", line.kind.word().to_owned()),
            ("name", line.name.as_str().to_owned()),
            ("quantity", texts.quantity(line.quantity)),
            ("unitPrice", texts.amount(line.unit_price)),
            ("discount", sum.or(percent).unwrap_or_default()),
            ("cost", cost.unwrap_or_default()),
            ("doneById", who.unwrap_or_default()),
            ("warrantyDays", days.unwrap_or_default()),
        ];
        Self {
            fields: fields.into(),
        }
    }

    /// Returns the form of an item of the catalogue, in the quantity that was typed.
    pub fn of_item(&self, item: i64, done_by: Option<i64>) -> Self {
        let kept = |field| Some((field, self.fields.get(field)?.clone()));
        let done_by = done_by.map(|id| ("doneById", id.to_string()));
        let fields = [
            Some(("itemId", item.to_string())),
            done_by,
            kept("quantity"),
        ];
        Self {
            fields: fields.into_iter().flatten().collect(),
        }
    }

    /// Leaves out the cost, which only owners see.
    pub fn without_cost(mut self) -> Self {
        self.fields.remove("cost");
        self
    }

    /// Encodes all fields in one, as the values that the form was loaded with.
    pub fn encode(&self) -> String {
        encode(self.fields.iter().map(|(field, value)| (*field, &**value)))
    }

    /// Returns the typed text of a field.
    pub fn value(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", |text| text.trim())
    }

    /// Parses the form; `None` when it has errors.
    ///
    /// # Errors
    /// As for [`Errors::take`].
    pub fn change(&self, visit: &Visit, errors: &mut Errors) -> Result<Option<LineChange>> {
        let (texts, currency) = (&visit.texts, visit.desk.shop().currency);
        let sent = |field: &str| self.fields.get(field).map(|text| text.trim());
        let item = sent("itemId").map(|id| Ok(ItemId::parse("itemId", id)?));
        let name = sent("name").map(|name| match name {
            "" => Err(Problem::Required.at("name").into()),
            name => LineName::parse("name", name),
        });
        let quantity = sent("quantity").map(|text| Quantity::parse("quantity", text));
        let price = sent("unitPrice").map(|text| match text {
            "" => Err(Problem::Required.at("unitPrice").into()),
            text => Money::parse("unitPrice", text, currency),
        });
        let discount = sent("discount").map(|text| discount("discount", text, currency));
        let cost = sent("cost").map(|text| match text {
            "" => Ok(None),
            text => Money::parse("cost", text, currency).map(Some),
        });
        let done_by = sent("doneById").map(|id| match id {
            "" => Ok(None),
            id => Ok(Some(EmployeeId::parse("doneById", id)?)),
        });
        let change = LineChange {
            kind: sent("kind").and_then(LineKind::from_word),
            item: errors.take_some(item, texts)?,
            name: errors.take_some(name, texts)?,
            quantity: errors.take_some(quantity, texts)?,
            unit_price: errors.take_some(price, texts)?,
            discount: errors
                .take_some(discount, texts)?
                .map(|discount| discount.unwrap_or(Discount::NONE)),
            cost: errors.take_some(cost, texts)?,
            done_by: errors.take_some(done_by, texts)?,
            warranty: errors.take_some(sent("warrantyDays").map(warranty), texts)?,
        };
        Ok((!errors.any()).then_some(change))
    }
}

/// Parses a discount: "500", or "10 %"; an empty one is none.
///
/// # Errors
/// As for [`Money::parse`] and [`Percent::parse`].
pub fn discount(field: &'static str, text: &str, currency: Currency) -> Result<Option<Discount>> {
    match text.trim() {
        "" => Ok(None),
        text if text.ends_with('%') => Ok(Some(Discount::Percent(Percent::parse(field, text)?))),
        text => Ok(Some(Discount::Sum(Money::parse(field, text, currency)?))),
    }
}

fn warranty(text: &str) -> Result<Option<WarrantyDays>> {
    match text {
        "" => Ok(None),
        // What is no number is out of range, too.
        text => WarrantyDays::new("warrantyDays", text.parse().unwrap_or(-1)),
    }
}

/// Describes a field of a line that is stored like this.
pub fn collision(
    field: &'static str,
    mine: String,
    line: &LineContent,
    employees: &[Employee],
    texts: &Texts,
) -> Collision {
    let theirs = LineForm::of(line, texts).value(field).to_owned();
    let label = LABELS.iter().find(|(name, _)| *name == field);
    let label = label.map(|(_, label)| *label).or(i18n::field(field));
    let (input, theirs_read) = match field {
        "kind" => {
            let choice = |kind: &LineKind| (kind.word().to_owned(), texts.line_kind(kind));
            let choices = LineKind::ALL.iter().map(choice).collect();
            (Input::Choice(choices), texts.line_kind(&line.kind))
        }
        "doneById" => {
            let options = choices(employees, line.done_by);
            let name = options.iter().find(|one| one.chosen);
            let name = name.map(|one| one.name.clone());
            let all = options
                .iter()
                .map(|one| (one.id.to_string(), one.name.clone()));
            let none = (String::new(), texts.s("task-employee-none"));
            let all = std::iter::once(none).chain(all).collect();
            (Input::Choice(all), name.unwrap_or_default())
        }
        "name" | "discount" => (Input::Line, theirs.clone()),
        "unitPrice" => (Input::Number, texts.money(line.unit_price)),
        _ => (Input::Number, theirs.clone()),
    };
    Collision {
        field,
        label: label.map_or_else(|| field.to_owned(), |label| texts.s(label)),
        input,
        mine,
        theirs,
        theirs_read,
    }
}

/// Labels of this form that differ from those of other forms.
const LABELS: [(&str, &str); 4] = [
    ("kind", "line-kind"),
    ("name", "line-name"),
    ("cost", "line-cost-one"),
    ("warrantyDays", "line-warranty-days"),
];

/// Returns the errors of this form, with its labels.
pub fn line_errors() -> Errors {
    let call = |errors: Errors, (field, label)| errors.calling(field, label);
    LABELS.into_iter().fold(Errors::default(), call)
}
