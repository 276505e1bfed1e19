//! What clients send, and how it becomes what the use cases take. A null means "not given", but
//! for what can be taken away again: the day, the sums and the warranty of a task.

mod details;
mod import;
mod stage;

use async_graphql::{ID, InputObject, MaybeUndefined};
use jiff::Timestamp;

pub use import::ImportChoicesInput;
pub use stage::{NewStageInput, StageInput};

use super::view::{CategoryEnum, StatusEnum};
use crate::domain::{
    Category, Concern, CustomerChange, CustomerId, Day, Days, Description, Details, EmployeeId,
    Name, NewTask, Phone, Problem, Result, Search, Shop, StageId, TaskChange, TaskFilter, TaskId,
    TelegramId, serial_key,
};
use details::DetailsInput;

/// A task, as it is created or changed.
#[derive(InputObject)]
pub struct TaskInput {
    /// Required by `updateTask`; `createTask` ignores it.
    id: Option<ID>,
    /// At most 10,000 characters.
    description: Option<String>,
    /// Required by `createTask`; 5 to 15 digits with the usual separators. One number: an extension or a
    /// word may follow it, and becomes a note for colleagues where the card's phone doesn't have it.
    customer_phone: Option<String>,
    /// OTHER when a task is created without.
    category: Option<CategoryEnum>,
    /// ACCEPTED when a task is created without. Another status than the task's leads to the first
    /// stage of it.
    status: Option<StatusEnum>,
    /// Sets the status too; BAD_USER_INPUT together with another status than the stage's.
    stage: Option<ID>,
    /// The day by which it is promised, `YYYY-MM-DD`; null takes it away.
    due_on: MaybeUndefined<String>,
    /// Whether the customer is reminded while it is READY and not collected; true when a task is
    /// created without.
    remind: Option<bool>,
    #[graphql(flatten)]
    details: DetailsInput,
    /// The version that the change was made from; CONFLICT when there is a newer one.
    expected_version: Option<i64>,
}

impl TaskInput {
    pub fn into_new(self, shop: &Shop) -> Result<NewTask> {
        let phone = required("customerPhone", self.customer_phone)?;
        Ok(NewTask {
            customer_phone: Phone::parse("customerPhone", &phone, shop.country)?,
            customer_name: None,
            category: self.category.map_or(Category::Other, Into::into),
            status: self.status.map(Into::into),
            stage: stage(self.stage)?,
            description: description(self.description)?.unwrap_or_default(),
            due: due_on(self.due_on)?.flatten(),
            remind: self.remind.unwrap_or(true),
            details: self.details.read()?.apply(Details::default()),
        })
    }

    pub fn into_change(self, shop: &Shop) -> Result<(TaskId, TaskChange)> {
        let id = TaskId::parse("id", &required("id", self.id)?)?;
        let change = TaskChange {
            expected_version: self.expected_version,
            customer_phone: phone("customerPhone", self.customer_phone, shop)?,
            category: self.category.map(Into::into),
            status: self.status.map(Into::into),
            stage: stage(self.stage)?,
            description: description(self.description)?,
            due: due_on(self.due_on)?,
            remind: self.remind,
            details: self.details.read()?,
        };
        Ok((id, change))
    }
}

fn stage(id: Option<ID>) -> Result<Option<StageId>> {
    let id = id.map(|id| StageId::parse("stage", &id));
    Ok(id.transpose()?)
}

fn due_on(given: MaybeUndefined<String>) -> Result<Option<Option<Day>>> {
    maybe(given, |text| Day::parse("dueOn", &text))
}

/// `None` for what wasn't given, an inner `None` for what is taken away.
fn maybe<T, U>(
    given: MaybeUndefined<T>,
    read: impl FnOnce(T) -> Result<U>,
) -> Result<Option<Option<U>>> {
    match given {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(value) => Ok(Some(Some(read(value)?))),
    }
}

/// A customer's card, as it is created or changed.
#[derive(InputObject)]
pub struct CustomerInput {
    /// Only checked: a card is found by its phone.
    id: Option<ID>,
    /// The customer's number at Telegram. An account that staff type in is told nothing before
    /// `confirmTelegram`.
    telegram_id: Option<ID>,
    /// 5 to 15 digits with the usual separators. One number is one card, however it is written, and
    /// whatever extension or word follows it.
    phone: String,
    /// At most 200 characters; an empty text takes the name away.
    name: Option<String>,
}

/// A [`CustomerInput`] that was read.
pub struct Card {
    pub id: Option<CustomerId>,
    pub phone: Phone,
    pub change: CustomerChange,
}

impl CustomerInput {
    pub fn read(self, shop: &Shop) -> Result<Card> {
        let id = self.id.map(|id| CustomerId::parse("id", &id)).transpose()?;
        let telegram_id = self
            .telegram_id
            .map(|id| TelegramId::parse("telegramId", &id))
            .transpose()?;
        let name = self
            .name
            .map(|name| Name::parse("name", &name))
            .transpose()?;
        Ok(Card {
            id,
            phone: Phone::parse("phone", &self.phone, shop.country)?,
            change: CustomerChange { name, telegram_id },
        })
    }
}

/// Which tasks to list; all that is given holds at once.
#[derive(InputObject, Default)]
#[graphql(name = "TaskFilter")]
pub struct TaskFilterInput {
    /// However it is spelled. What is no phone is nobody's, and finds nothing.
    pub customer_phone: Option<String>,
    pub statuses: Option<Vec<Option<StatusEnum>>>,
    /// Only those in that stage.
    pub stage: Option<ID>,
    /// Only those that have been in their stage for as many days as make them stuck there.
    pub stuck: Option<bool>,
    pub category: Option<CategoryEnum>,
    pub employee_id: Option<ID>,
    /// Only those that are nobody's.
    pub unassigned: Option<bool>,
    /// A day, `YYYY-MM-DD`, in the shop's time zone.
    pub created_at: Option<String>,
    /// The first day of an interval.
    pub date_start: Option<String>,
    /// The last day of an interval, which is inside.
    pub date_end: Option<String>,
    /// Only those whose promised day is over, and that are neither READY nor CLOSED.
    pub overdue: Option<bool>,
    /// Only those that have been READY for three days or longer.
    pub uncollected: Option<bool>,
    /// Only those whose customer waits for an answer.
    pub unanswered: Option<bool>,
    /// Only those whose customer has declined the price, and to which nobody has reacted yet.
    pub declined: Option<bool>,
    /// Only those of which a notice did not reach the customer.
    pub undelivered: Option<bool>,
    /// A serial number or IMEI, however it is spelled.
    pub serial_number: Option<String>,
    /// Words of the description or of the device, parts of the customer's name or phone, or the
    /// task's number. Case, ё and е, and the width of letters make no difference. The task whose number
    /// it is comes first, in every order.
    pub search: Option<String>,
}

impl TaskFilterInput {
    pub fn read(self, shop: &Shop, now: Timestamp) -> Result<TaskFilter> {
        let Self {
            customer_phone,
            statuses,
            stage: in_stage,
            stuck,
            category,
            employee_id,
            unassigned,
            created_at,
            date_start,
            date_end,
            overdue,
            uncollected,
            unanswered,
            declined,
            undelivered,
            serial_number,
            search,
        } = self;
        let statuses = statuses.unwrap_or_default();
        let employee = employee_id.map(|id| EmployeeId::parse("employeeId", &id));
        let zone = &shop.timezone;
        let on = day("createdAt", created_at)?;
        let on = Days::between("createdAt", on, on, zone)?;
        let start = day("dateStart", date_start)?;
        let end = day("dateEnd", date_end)?;
        let between = Days::between("dateEnd", start, end, zone)?;
        let mut filter = TaskFilter {
            customer_phone: customer_phone.map(|phone| {
                let phone = Phone::parse("customerPhone", &phone, shop.country);
                phone.map_or_else(|_| String::new(), |phone| phone.e164().to_owned())
            }),
            statuses: statuses.into_iter().flatten().map(Into::into).collect(),
            stage: stage(in_stage)?,
            category: category.map(Into::into),
            employee: employee.transpose()?,
            unassigned: unassigned == Some(true),
            serial: serial_number.as_deref().map(serial_key),
            created: on.and(between),
            search: search.as_deref().and_then(Search::parse),
            ..TaskFilter::default()
        };
        for (concern, asked) in [
            (Concern::Overdue, overdue),
            (Concern::Stuck, stuck),
            (Concern::Uncollected, uncollected),
            (Concern::Unanswered, unanswered),
            (Concern::Declined, declined),
            (Concern::Undelivered, undelivered),
        ] {
            if asked == Some(true) {
                filter.only(concern, now, zone);
            }
        }
        Ok(filter)
    }
}

fn day(field: &'static str, text: Option<String>) -> Result<Option<Day>> {
    text.map(|text| Day::parse(field, &text)).transpose()
}

fn phone(field: &'static str, text: Option<String>, shop: &Shop) -> Result<Option<Phone>> {
    text.map(|text| Phone::parse(field, &text, shop.country))
        .transpose()
}

fn description(text: Option<String>) -> Result<Option<Description>> {
    text.map(|text| Description::parse("description", &text))
        .transpose()
}

fn required<T>(field: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Problem::Required.at(field).into())
}
