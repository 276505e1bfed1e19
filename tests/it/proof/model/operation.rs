//! Operations of staff and customers, and how they are performed on the real shop.

use std::time::Duration;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::money::{self, MoneyOperation};
use super::{CATEGORIES, MODELS, SERIALS, STATUSES, TEXTS, date, send_all};
use crate::bot::{contact, text};
use crate::conversation::press;
use crate::harness::{Shop, code};

const NAMES: [&str; 6] = [
    "",
    "Anna",
    "Борис",
    "anna-maria O'Neil",
    "100%_\\",
    "Пётр O’Neil",
];
/// Names of stages, with two spellings of one name and a default one.
const STAGES: [&str; 6] = ["", "У мастера", "у МАСТЕРА", "Готово", "Отчёт", "отчет"];

/// An operation of staff or a customer. Ids of tasks, customers, stages, comments and quotes need
/// not exist.
#[derive(Debug, Clone)]
pub enum Operation {
    CreateTask {
        phone: Phone,
        fields: Fields,
    },
    UpdateTask {
        id: i64,
        phone: Option<Phone>,
        fields: Fields,
        expected: Option<i64>,
    },
    Assign {
        id: i64,
        employee: Option<i64>,
        expected: Option<i64>,
    },
    SetCustomer {
        id: i64,
        phone: Phone,
        expected: Option<i64>,
    },
    DeleteTask(i64),
    CreateStage(&'static str, &'static str, bool),
    UpdateStage {
        id: i64,
        name: Option<&'static str>,
        position: Option<usize>,
    },
    DeleteStage(i64, Option<i64>),
    Comment {
        id: i64,
        to_customer: bool,
        text: &'static str,
    },
    Settle(i64),
    Ask {
        id: i64,
        price: i64,
        text: Option<&'static str>,
        expected: Option<i64>,
    },
    Withdraw(i64),
    CreateCustomer(Phone, Option<&'static str>, Option<i64>),
    UpdateCustomer(Phone, Option<&'static str>, Option<i64>),
    DeleteCustomer(Phone),
    /// A person shares their own contact with the bot.
    Share(i64, Phone),
    /// A person only types a phone.
    Type(i64, Phone),
    /// A person writes to the bot.
    Say(i64, &'static str),
    /// A person moves a comment to another task by a button.
    Move {
        chat: i64,
        comment: i64,
        task: i64,
    },
    /// A person decides on a quote by a button.
    Decide {
        chat: i64,
        approval: i64,
        agreed: bool,
    },
    Confirm(i64),
    Unlink(i64),
    Money(MoneyOperation),
    /// Time passes.
    Wait(u64),
}

/// Fields of a task.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    pub category: Option<&'static str>,
    pub status: Option<&'static str>,
    pub stage: Option<i64>,
    pub description: Option<&'static str>,
    pub beside: Beside,
}

/// Details of a task; an inner `None` clears a field.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Days after the first one.
    pub due: Option<Option<i64>>,
    pub model: Option<&'static str>,
    pub serial: Option<&'static str>,
    pub estimate: Option<Option<i64>>,
    pub price: Option<Option<i64>>,
    pub warranty_of: Option<Option<i64>>,
    /// Last day of the warranty, which only a hand-over sets.
    pub warranty_until: Option<String>,
}

/// One of a few numbers, in one of its spellings.
#[derive(Debug, Clone, Copy)]
pub struct Phone {
    number: u8,
    spelling: u8,
}

impl Phone {
    pub fn typed(self) -> String {
        let number = self.number;
        match self.spelling {
            0 => format!("+7900000000{number}"),
            1 => format!("8 900 000 00 0{number}"),
            _ => format!("+7 (900) 000-00-0{number}"),
        }
    }

    pub fn e164(self) -> String {
        format!("+7900000000{}", self.number)
    }
}

/// Returns the operations that fill a shop: two verified customers with tasks.
pub fn beginning() -> Vec<Operation> {
    let phone = |number| Phone {
        number,
        spelling: 0,
    };
    let create = |number| Operation::CreateTask {
        phone: phone(number),
        fields: Fields::default(),
    };
    let share = |number: u8| Operation::Share(70 + i64::from(number), phone(number));
    vec![create(1), share(1), create(1), create(2), share(2)]
}

/// Returns ids biased towards the first ones, which exist, so that most operations succeed.
pub fn low(first: i64, last: i64) -> BoxedStrategy<i64> {
    prop_oneof![4 => first..=first + 1, 2 => first..=last].boxed()
}

pub fn phone() -> impl Strategy<Value = Phone> {
    let number = prop_oneof![4 => 1_u8..3, 2 => 1_u8..5];
    (number, 0_u8..3).prop_map(|(number, spelling)| Phone { number, spelling })
}

fn beside() -> impl Strategy<Value = Beside> {
    let maybe = |values| option::weighted(0.3, option::weighted(0.8, values));
    let fields = (
        maybe(-2_i64..6),
        option::weighted(0.3, select(&MODELS[..])),
        option::weighted(0.4, select(&SERIALS[..])),
        maybe(0_i64..3),
        maybe(0_i64..3),
        option::weighted(0.1, option::weighted(0.8, low(1, 8))),
    );
    fields.prop_map(
        |(due, model, serial, estimate, price, warranty_of)| Beside {
            due,
            model,
            serial,
            estimate,
            price,
            warranty_of,
            warranty_until: None,
        },
    )
}

/// A status and a stage of another one are rejected, so both are rarely given.
fn fields() -> impl Strategy<Value = Fields> {
    let state = prop_oneof![
        4 => Just((None, None)),
        5 => select(&STATUSES[..]).prop_map(|status| (Some(status), None)),
        5 => (1_i64..11).prop_map(|stage| (None, Some(stage))),
        1 => (select(&STATUSES[..]), 1_i64..11)
            .prop_map(|(status, stage)| (Some(status), Some(stage))),
    ];
    let words = (
        option::of(select(&CATEGORIES[..])),
        option::of(select(&TEXTS[..])),
    );
    (words, state, beside()).prop_map(|(words, state, beside)| Fields {
        category: words.0,
        status: state.0,
        stage: state.1,
        description: words.1,
        beside,
    })
}

// The variants are boxed, since all of them together would overflow a test's stack.
#[rustfmt::skip]
pub fn operation() -> impl Strategy<Value = Operation> {
    let name = || option::of(select(&NAMES[..]));
    let words = || select(&TEXTS[..]);
    let chat = || low(71, 73);
    let id = || low(1, 8);
    let expected = || option::weighted(0.2, 1_i64..4);
    let stage = || 1_i64..12;
    let of_tasks = prop_oneof![
        5 => (phone(), fields()).prop_map(|(phone, fields)| Operation::CreateTask { phone, fields }),
        6 => (id(), option::weighted(0.2, phone()), fields(), expected()).prop_map(
            |(id, phone, fields, expected)| Operation::UpdateTask { id, phone, fields, expected }),
        2 => (id(), option::of(1_i64..4), expected()).prop_map(
            |(id, employee, expected)| Operation::Assign { id, employee, expected }),
        2 => (id(), phone(), expected()).prop_map(
            |(id, phone, expected)| Operation::SetCustomer { id, phone, expected }),
        1 => id().prop_map(Operation::DeleteTask),
        2 => (id(), any::<bool>(), words()).prop_map(
            |(id, to_customer, text)| Operation::Comment { id, to_customer, text }),
        1 => id().prop_map(Operation::Settle),
        4 => (id(), -1_i64..4, option::of(words()), expected()).prop_map(
            |(id, price, text, expected)| Operation::Ask { id, price, text, expected }),
        1 => id().prop_map(Operation::Withdraw),
    ]
    .boxed();
    let of_stages = prop_oneof![
        (select(&STATUSES[..]), select(&STAGES[..]), any::<bool>()).prop_map(
            |(status, name, told)| Operation::CreateStage(status, name, told)),
        (stage(), option::of(select(&STAGES[..])), option::of(0_usize..4)).prop_map(
            |(id, name, position)| Operation::UpdateStage { id, name, position }),
        (stage(), option::of(stage())).prop_map(|(id, to)| Operation::DeleteStage(id, to)),
    ]
    .boxed();
    let of_cards = prop_oneof![
        2 => (phone(), name(), option::of(chat())).prop_map(
            |(phone, name, chat)| Operation::CreateCustomer(phone, name, chat)),
        2 => (phone(), name(), option::of(chat())).prop_map(
            |(phone, name, chat)| Operation::UpdateCustomer(phone, name, chat)),
        1 => phone().prop_map(Operation::DeleteCustomer),
        1 => id().prop_map(Operation::Confirm),
        1 => id().prop_map(Operation::Unlink),
    ]
    .boxed();
    let of_customers = prop_oneof![
        4 => (chat(), phone()).prop_map(|(chat, phone)| Operation::Share(chat, phone)),
        1 => (chat(), phone()).prop_map(|(chat, phone)| Operation::Type(chat, phone)),
        3 => (chat(), words()).prop_map(|(chat, text)| Operation::Say(chat, text)),
        2 => (chat(), low(1, 6), id()).prop_map(
            |(chat, comment, task)| Operation::Move { chat, comment, task }),
        4 => (chat(), low(1, 4), any::<bool>()).prop_map(
            |(chat, approval, agreed)| Operation::Decide { chat, approval, agreed }),
    ]
    .boxed();
    prop_oneof![
        22 => of_tasks,
        3 => of_stages,
        6 => of_cards,
        14 => of_customers,
        16 => money::operation().prop_map(Operation::Money),
        2 => (1_u64..40).prop_map(Operation::Wait),
    ]
}

/// Formats the given arguments for a query.
pub fn arguments(given: &[(&str, Option<String>)]) -> String {
    let given = given
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
    given.collect::<Vec<_>>().join(", ")
}

pub fn quoted(text: impl ToString) -> Option<String> {
    Some(json!(text.to_string()).to_string())
}

pub fn word(word: Option<&'static str>) -> Option<String> {
    word.map(str::to_owned)
}

pub fn number(number: Option<impl ToString>) -> Option<String> {
    number.map(|number| number.to_string())
}

/// Formats a clearable value.
pub fn maybe<T: ToString>(given: Option<Option<T>>) -> Option<String> {
    given.map(|value| value.map_or("null".to_owned(), |value| value.to_string()))
}

/// Formats the arguments for a task's fields.
fn of_fields(fields: &Fields) -> Vec<(&'static str, Option<String>)> {
    let beside = &fields.beside;
    let device = arguments(&[
        ("model", beside.model.and_then(quoted)),
        ("serialNumber", beside.serial.and_then(quoted)),
    ]);
    let due = beside
        .due
        .map(|due| due.and_then(|days| quoted(date(days))));
    vec![
        ("category", word(fields.category)),
        ("status", word(fields.status)),
        ("stageId", number(fields.stage)),
        ("description", fields.description.and_then(quoted)),
        ("device", Some(format!("{{{device}}}"))),
        ("dueOn", maybe(due)),
        ("estimate", maybe(beside.estimate)),
        ("price", maybe(beside.price)),
        ("warrantyOfId", maybe(beside.warranty_of)),
    ]
}

fn of_card(phone: Phone, name: Option<&str>, chat: Option<i64>) -> String {
    arguments(&[
        ("phone", quoted(phone.typed())),
        ("name", name.and_then(quoted)),
        ("telegramId", chat.and_then(quoted)),
    ])
}

/// Returns the mutation; `None` for an operation that isn't performed through the API.
fn mutation(operation: &Operation) -> Option<String> {
    Some(match operation {
        Operation::CreateTask { phone, fields } => {
            let mut data = of_fields(fields);
            data.push(("customerPhone", quoted(phone.typed())));
            let data = arguments(&data);
            format!("createTask(taskData: {{{data}}}) {{ task {{ id }} }}")
        }
        Operation::UpdateTask {
            id,
            phone,
            fields,
            expected,
        } => {
            let mut data = of_fields(fields);
            data.extend([
                ("id", number(Some(id))),
                (
                    "customerPhone",
                    phone.and_then(|phone| quoted(phone.typed())),
                ),
                ("expectedVersion", number(*expected)),
            ]);
            let data = arguments(&data);
            format!("updateTask(taskData: {{{data}}}) {{ task {{ id }} }}")
        }
        Operation::Assign {
            id,
            employee,
            expected,
        } => {
            let given = arguments(&[
                ("id", number(Some(id))),
                ("employeeId", maybe(Some(*employee))),
                ("expectedVersion", number(*expected)),
            ]);
            format!("assignTask({given}) {{ task {{ id }} }}")
        }
        Operation::SetCustomer {
            id,
            phone,
            expected,
        } => {
            let given = arguments(&[
                ("taskId", number(Some(id))),
                ("customerPhone", quoted(phone.typed())),
                ("expectedVersion", number(*expected)),
            ]);
            format!("setTaskCustomer({given}) {{ task {{ id }} }}")
        }
        Operation::DeleteTask(id) => format!("deleteTask(id: {id}) {{ id }}"),
        Operation::CreateStage(status, name, told) => {
            let data = arguments(&[
                ("status", word(Some(status))),
                ("name", quoted(name)),
                ("told", number(Some(told))),
            ]);
            format!("createStage(stageData: {{{data}}}) {{ stage {{ id }} }}")
        }
        Operation::UpdateStage { id, name, position } => {
            let data = arguments(&[
                ("id", number(Some(id))),
                ("name", name.and_then(quoted)),
                ("position", number(*position)),
            ]);
            format!("updateStage(stageData: {{{data}}}) {{ stage {{ id }} }}")
        }
        Operation::DeleteStage(id, to) => {
            let given = arguments(&[("id", number(Some(id))), ("replacementId", number(*to))]);
            format!("deleteStage({given}) {{ id }}")
        }
        Operation::Comment {
            id,
            to_customer,
            text,
        } => {
            let given = arguments(&[
                ("taskId", number(Some(id))),
                ("text", quoted(text)),
                ("toCustomer", number(Some(to_customer))),
            ]);
            format!("addComment({given}) {{ task {{ id }} }}")
        }
        Operation::Settle(id) => format!("settleAnswers(taskId: {id}) {{ task {{ id }} }}"),
        Operation::Ask {
            id,
            price,
            text,
            expected,
        } => {
            let given = arguments(&[
                ("taskId", number(Some(id))),
                ("price", number(Some(price))),
                ("text", text.and_then(quoted)),
                ("expectedVersion", number(*expected)),
            ]);
            format!("askApproval({given}) {{ task {{ id }} }}")
        }
        Operation::Withdraw(id) => format!("withdrawApproval(taskId: {id}) {{ task {{ id }} }}"),
        Operation::CreateCustomer(phone, name, chat) => {
            let data = of_card(*phone, *name, *chat);
            format!("createCustomer(customerData: {{{data}}}) {{ customer {{ id }} }}")
        }
        Operation::UpdateCustomer(phone, name, chat) => {
            let data = of_card(*phone, *name, *chat);
            format!("updateCustomer(customerData: {{{data}}}) {{ customer {{ id }} }}")
        }
        Operation::DeleteCustomer(phone) => {
            let given = arguments(&[("phone", quoted(phone.typed()))]);
            format!("deleteCustomer({given}) {{ phone }}")
        }
        Operation::Confirm(id) => {
            format!("confirmTelegram(customerId: {id}) {{ customer {{ id }} }}")
        }
        Operation::Unlink(id) => {
            format!("unlinkTelegram(customerId: {id}) {{ customer {{ id }} }}")
        }
        Operation::Money(operation) => money::mutation(operation),
        Operation::Share(..)
        | Operation::Type(..)
        | Operation::Say(..)
        | Operation::Move { .. }
        | Operation::Decide { .. }
        | Operation::Wait(_) => return None,
    })
}

/// Performs the operation on the real shop; returns the error code when it is refused.
pub async fn perform(shop: &Shop, operation: &Operation) -> Option<String> {
    if let Some(mutation) = mutation(operation) {
        let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
        let refused = answer["errors"].is_array();
        return refused.then(|| code(&answer).to_owned());
    }
    match operation {
        Operation::Share(chat, phone) => {
            shop.update(contact(*chat, *chat, &phone.e164())).await;
        }
        Operation::Type(chat, phone) => shop.update(text(*chat, &phone.typed())).await,
        Operation::Say(chat, words) => shop.update(text(*chat, words)).await,
        Operation::Move {
            chat,
            comment,
            task,
        } => {
            let button = format!("move:{comment}:{task}");
            shop.update(press(*chat, &button)).await;
        }
        Operation::Decide {
            chat,
            approval,
            agreed,
        } => {
            let button = if *agreed { "agree" } else { "decline" };
            shop.update(press(*chat, &format!("{button}:{approval}")))
                .await;
        }
        Operation::Wait(hours) => {
            send_all(shop).await;
            shop.clock.advance(Duration::from_secs(hours * 3_600));
        }
        other => unreachable!("{other:?} is done through the API"),
    }
    None
}
