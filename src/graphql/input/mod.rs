//! Input types, and their conversion to domain types. Null means "not given", except for fields
//! that can be cleared: a task's due date, sums and warranty.

mod details;
mod employee;
mod import;
mod message_text;
mod money;
mod setting;
mod stage;
mod upload;
mod webhook;

use async_graphql::{ID, InputObject, MaybeUndefined};
use jiff::Timestamp;

pub use employee::UpdateEmployeeInput;
pub use import::ImportChoicesInput;
pub use message_text::{MessageTextInput, MessageTextKeyInput};
pub use money::{CatalogueItemInput, LineInput, PaymentInput, discount, drawer, key, note};
pub use setting::SettingInput;
pub use stage::{CreateStageInput, UpdateStageInput};
pub use upload::{Upload, files};
pub use webhook::{CreateWebhookInput, UpdateWebhookInput};

use super::scalars::{DayValue, InstantValue};
use super::view::{CategoryEnum, StatusEnum};
use crate::domain::{
    CardField, Category, Concern, CustomerChange, CustomerId, Day, Days, Description, Details,
    EmployeeId, NewTask, Phone, Problem, Result, Search, Shop, StageId, TaskChange, TaskFilter,
    TaskId, TelegramId, Together, all, serial_key,
};
use details::DetailsInput;

/// A task to be created or changed.
#[derive(InputObject)]
pub struct TaskInput {
    /// Required by `updateTask`; ignored by `createTask`.
    id: Option<ID>,
    /// At most 10,000 characters.
    description: Option<String>,
    /// Required by `createTask`; one number of 5 to 15 digits with the usual separators. It may be
    /// followed by an extension or a word, which becomes an internal note unless the customer's
    /// stored phone has it.
    customer_phone: Option<String>,
    /// Defaults to OTHER when creating a task.
    category: Option<CategoryEnum>,
    /// Defaults to ACCEPTED when creating a task. A status other than the current one moves the
    /// task to its first stage.
    status: Option<StatusEnum>,
    /// Sets the status as well; BAD_USER_INPUT together with a status other than the stage's.
    stage_id: Option<ID>,
    /// Promised day of completion; null clears it.
    due_on: MaybeUndefined<DayValue>,
    /// Whether the customer is reminded while the task is READY and awaits pickup; defaults to true
    /// when creating a task.
    remind: Option<bool>,
    #[graphql(flatten)]
    details: DetailsInput,
    /// The version that the change is based on; CONFLICT when there is a newer one.
    expected_version: Option<i64>,
}

impl TaskInput {
    pub fn into_new(self, shop: &Shop) -> Result<NewTask> {
        let phone = required("customerPhone", self.customer_phone);
        let (customer_phone, stage, description, due, details) = (
            phone.and_then(|phone| Phone::parse("customerPhone", &phone, shop.country)),
            stage(self.stage_id),
            description(self.description),
            due_on(self.due_on),
            self.details.read(),
        )
            .together()?;
        Ok(NewTask {
            customer_phone,
            customer_name: None,
            category: self.category.map_or(Category::Other, Into::into),
            status: self.status.map(Into::into),
            stage,
            description: description.unwrap_or_default(),
            due: due.flatten(),
            remind: self.remind.unwrap_or(true),
            details: details.apply(Details::default()),
            deposit: None,
        })
    }

    pub fn into_change(self, shop: &Shop) -> Result<(TaskId, TaskChange)> {
        let id = required("id", self.id);
        let (id, customer_phone, stage, description, due, details) = (
            id.and_then(|id| Ok(TaskId::parse("id", &id)?)),
            phone("customerPhone", self.customer_phone, shop),
            stage(self.stage_id),
            description(self.description),
            due_on(self.due_on),
            self.details.read(),
        )
            .together()?;
        let change = TaskChange {
            expected_version: self.expected_version,
            customer_phone,
            category: self.category.map(Into::into),
            status: self.status.map(Into::into),
            stage,
            description,
            due,
            remind: self.remind,
            details,
        };
        Ok((id, change))
    }
}

fn stage(id: Option<ID>) -> Result<Option<StageId>> {
    let id = id.map(|id| StageId::parse("stageId", &id));
    Ok(id.transpose()?)
}

fn due_on(given: MaybeUndefined<DayValue>) -> Result<Option<Option<Day>>> {
    maybe(given, |day| day.read("dueOn"))
}

/// Converts an optional, clearable field: `None` when not given, an inner `None` when cleared.
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

/// Converts a value that has to be given, and may be null.
///
/// # Errors
/// [`Problem::Required`], and those of `read`.
pub fn present<T, U>(
    field: &'static str,
    given: MaybeUndefined<T>,
    read: impl FnOnce(T) -> Result<U>,
) -> Result<Option<U>> {
    required(field, maybe(given, read)?)
}

/// Converts an optional, clearable text: `None` when not given, empty when null clears it.
fn cleared(given: MaybeUndefined<String>) -> Option<String> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(String::new()),
        MaybeUndefined::Value(text) => Some(text),
    }
}

/// A customer to be created or changed.
#[derive(InputObject)]
pub struct CustomerInput {
    /// Must match the customer if given: a customer is found by phone.
    id: Option<ID>,
    /// The customer's Telegram user id. An account entered by staff receives nothing until
    /// `confirmTelegram`.
    telegram_id: Option<ID>,
    /// 5 to 15 digits with the usual separators. Identifies the customer, whatever its spelling and
    /// any extension or word after it.
    phone: String,
    /// At most 200 characters; an empty text clears the name.
    name: Option<String>,
    /// Another phone, 5 to 15 digits, as typed. It identifies nobody. Null or an empty text clears it.
    second_phone: MaybeUndefined<String>,
    /// E-mail address, of at most 254 bytes in UTF-8; null or an empty text clears it.
    email: MaybeUndefined<String>,
    /// At most 200 characters; null or an empty text clears it.
    company: MaybeUndefined<String>,
    /// At most 40 characters; null or an empty text clears it.
    tax_number: MaybeUndefined<String>,
    /// For employees only, at most 2,000 characters; null or an empty text clears it.
    note: MaybeUndefined<String>,
}

/// A parsed [`CustomerInput`].
pub struct Card {
    pub id: Option<CustomerId>,
    pub phone: Phone,
    pub change: CustomerChange,
}

impl CustomerInput {
    pub fn read(self, shop: &Shop) -> Result<Card> {
        let id = self.id.map(|id| CustomerId::parse("id", &id));
        let telegram_id = self.telegram_id;
        let telegram_id = telegram_id.map(|id| TelegramId::parse("telegramId", &id));
        let mut change = CustomerChange::default();
        let texts = [
            (CardField::Name, self.name),
            (CardField::SecondPhone, cleared(self.second_phone)),
            (CardField::Email, cleared(self.email)),
            (CardField::Company, cleared(self.company)),
            (CardField::TaxNumber, cleared(self.tax_number)),
            (CardField::Note, cleared(self.note)),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(field, text)| Some((field, text?)));
        let texts = texts.map(|(field, text)| change.set(field, &text));
        let (phone, id, telegram_id, _) = (
            Phone::parse("phone", &self.phone, shop.country),
            id.transpose(),
            telegram_id.transpose(),
            all(texts),
        )
            .together()?;
        change.telegram_id = telegram_id;
        Ok(Card { id, phone, change })
    }
}

/// Conditions on a list of tasks, combined with AND.
#[derive(InputObject, Default)]
#[graphql(name = "TaskFilter")]
pub struct TaskFilterInput {
    /// Phone in any spelling. An invalid phone matches nothing.
    pub customer_phone: Option<String>,
    /// Tasks in any of these statuses; an empty list doesn't filter.
    pub statuses: Option<Vec<Option<StatusEnum>>>,
    /// Tasks in this stage.
    pub stage_id: Option<ID>,
    /// Stalled tasks: in their stage for the configured number of days or longer.
    pub stuck: Option<bool>,
    /// Tasks of this category.
    pub category: Option<CategoryEnum>,
    /// Tasks that the employee with this id is responsible for.
    pub employee_id: Option<ID>,
    /// Unassigned tasks.
    pub unassigned: Option<bool>,
    /// Day of creation, in the shop's time zone.
    pub created_at: Option<DayValue>,
    /// First day of an interval of creation.
    pub date_start: Option<DayValue>,
    /// Last day of the interval, inclusive.
    pub date_end: Option<DayValue>,
    /// Tasks past their promised day that are neither READY nor CLOSED.
    pub overdue: Option<bool>,
    /// Tasks that have been READY for three days or longer.
    pub uncollected: Option<bool>,
    /// Tasks whose customer awaits a reply.
    pub unanswered: Option<bool>,
    /// Tasks with a declined quote that no employee has reacted to.
    pub declined: Option<bool>,
    /// Tasks with an undelivered notice.
    pub undelivered: Option<bool>,
    /// Serial number or IMEI, in any spelling.
    pub serial_number: Option<String>,
    /// Tasks whose `updatedTime` is this instant or later.
    pub updated_since: Option<InstantValue>,
    /// Words of the description, the device or the lines with their article numbers, parts of the
    /// customer's name or phone, or the task's number; each word narrows the result, and one of one
    /// or two characters is the beginning of a word. Case, ё and е, and full-width letters are not
    /// distinguished; the shop's aliases are found too («айфон» for iPhone). The task with that
    /// number comes first, in every order. When nothing is found, the text is read as the other
    /// keyboard layout types it, Russian or English.
    pub search: Option<String>,
}

impl TaskFilterInput {
    pub fn read(self, shop: &Shop, now: Timestamp) -> Result<TaskFilter> {
        let Self {
            customer_phone,
            statuses,
            stage_id,
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
            updated_since,
            search,
        } = self;
        let statuses = statuses.unwrap_or_default();
        let employee = employee_id.map(|id| EmployeeId::parse("employeeId", &id));
        let zone = &shop.timezone;
        let (employee, stage, on, start, end) = (
            employee.transpose(),
            stage(stage_id),
            day("createdAt", created_at),
            day("dateStart", date_start),
            day("dateEnd", date_end),
        )
            .together()?;
        let on = Days::between("createdAt", on, on, zone)?;
        let between = Days::between("dateEnd", start, end, zone)?;
        let mut filter = TaskFilter {
            customer_phone: customer_phone.map(|phone| {
                let phone = Phone::parse("customerPhone", &phone, shop.country);
                phone.map_or_else(|_| String::new(), |phone| phone.e164().to_owned())
            }),
            statuses: statuses.into_iter().flatten().map(Into::into).collect(),
            stage,
            category: category.map(Into::into),
            employee,
            unassigned: unassigned == Some(true),
            serial: serial_number.as_deref().map(serial_key),
            created: on.and(between),
            updated_since: updated_since.map(|since| since.0),
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

/// Conditions on a list of customers, combined with AND.
#[derive(InputObject, Default)]
#[graphql(name = "CustomerFilter")]
pub struct CustomerFilterInput {
    /// Customers whose `updatedTime` is this instant or later.
    pub updated_since: Option<InstantValue>,
}

fn day(field: &'static str, day: Option<DayValue>) -> Result<Option<Day>> {
    day.map(|day| day.read(field)).transpose()
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
