//! Random operations by the API and by the bot, against a model in a few maps: after each of them
//! both answer every question alike.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{report, size};
use crate::bot::{contact, text};
use crate::harness::{Shop, code, eventually};

const CATEGORIES: [&str; 4] = ["CONSULTING", "DIAGNOSIS", "REPAIR", "OTHER"];
const STATUSES: [&str; 4] = ["ACCEPTED", "IN_PROGRESS", "READY", "CLOSED"];
const ORDERS: [&str; 3] = ["NEWEST", "OLDEST", "RECENTLY_UPDATED"];
const NAMES: [&str; 5] = ["", "Anna", "Борис", "anna-maria O'Neil", "100%_\\"];
const TEXTS: [&str; 5] = [
    "",
    "a broken lamp",
    "Сломана ЛАМПА",
    "50% \"off\"_",
    "two\nlines",
];
const SEARCHES: [&str; 12] = [
    "lamp",
    "лампа",
    "ANNA",
    "\"off\"_",
    "50%",
    "broken a lamp",
    "9000000",
    "neil",
    "4711",
    "sn12",
    "phone",
    "zzz",
];
const MODELS: [&str; 3] = ["", "iPhone 11", "Lamp X"];
const SERIALS: [&str; 5] = ["", "sn-12", "SN 12", "none", "4711"];
const CARD_SEARCHES: [&str; 7] = ["", "an", "б", "%", "_\\", "8 900 000", "0004"];
const EMPLOYEES: [&str; 2] = ["owner@example.com", "master@example.com"];

/// Something that staff or a customer do. Numbers of tasks and cards need not exist.
#[derive(Debug, Clone)]
enum Operation {
    CreateTask {
        phone: Phone,
        category: Option<&'static str>,
        status: Option<&'static str>,
        description: Option<&'static str>,
        beside: Beside,
    },
    UpdateTask {
        id: i64,
        phone: Option<Phone>,
        category: Option<&'static str>,
        status: Option<&'static str>,
        description: Option<&'static str>,
        beside: Beside,
        expected: Option<i64>,
    },
    Assign {
        id: i64,
        employee: Option<i64>,
        expected: Option<i64>,
    },
    DeleteTask(i64),
    CreateCustomer(Phone, Option<&'static str>, Option<i64>),
    UpdateCustomer(Phone, Option<&'static str>, Option<i64>),
    DeleteCustomer(Phone),
    /// Somebody shares their own contact with the bot.
    Share(i64, Phone),
    /// Somebody only types a phone.
    Type(i64, Phone),
    Confirm(i64),
    Unlink(i64),
    /// Time goes by.
    Wait(u64),
}

/// What stands beside a task; an inner `None` takes it away.
#[derive(Debug, Clone)]
struct Beside {
    /// Days after the first one.
    due: Option<Option<i64>>,
    model: Option<&'static str>,
    serial: Option<&'static str>,
    price: Option<Option<i64>>,
    warranty_of: Option<Option<i64>>,
}

/// One of a few numbers, in one of its spellings.
#[derive(Debug, Clone, Copy)]
struct Phone {
    number: u8,
    spelling: u8,
}

impl Phone {
    fn typed(self) -> String {
        let number = self.number;
        match self.spelling {
            0 => format!("+7900000000{number}"),
            1 => format!("8 900 000 00 0{number}"),
            _ => format!("+7 (900) 000-00-0{number}"),
        }
    }

    fn e164(self) -> String {
        format!("+7900000000{}", self.number)
    }
}

/// What the lists are asked for.
#[derive(Debug, Clone)]
struct Question {
    phone: Option<Phone>,
    statuses: Vec<&'static str>,
    category: Option<&'static str>,
    employee: Option<i64>,
    /// Days after the first one.
    from: Option<i64>,
    until: Option<i64>,
    search: Option<&'static str>,
    overdue: bool,
    serial: Option<&'static str>,
    order: &'static str,
    first: usize,
    cards: &'static str,
    id: i64,
}

fn phone() -> impl Strategy<Value = Phone> {
    (1_u8..5, 0_u8..3).prop_map(|(number, spelling)| Phone { number, spelling })
}

fn beside() -> impl Strategy<Value = Beside> {
    let maybe = |values| option::weighted(0.3, option::weighted(0.8, values));
    let fields = (
        maybe(-2_i64..6),
        option::weighted(0.3, select(&MODELS[..])),
        option::weighted(0.4, select(&SERIALS[..])),
        maybe(0_i64..3),
        option::weighted(0.2, option::weighted(0.8, 1_i64..9)),
    );
    fields.prop_map(|(due, model, serial, price, warranty_of)| Beside {
        due,
        model,
        serial,
        price,
        warranty_of,
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let category = || option::of(select(&CATEGORIES[..]));
    let status = || option::of(select(&STATUSES[..]));
    let words = || option::of(select(&TEXTS[..]));
    let name = || option::of(select(&NAMES[..]));
    let chat = || 71_i64..74;
    let id = || 1_i64..9;
    let expected = || option::of(1_i64..4);
    prop_oneof![
        5 => (phone(), category(), status(), words(), beside()).prop_map(
            |(phone, category, status, description, beside)|
                Operation::CreateTask { phone, category, status, description, beside }),
        5 => (id(), option::weighted(0.2, phone()), category(), status(), words(), beside(), expected()).prop_map(
            |(id, phone, category, status, description, beside, expected)|
                Operation::UpdateTask { id, phone, category, status, description, beside, expected }),
        2 => (id(), option::of(1_i64..4), expected()).prop_map(
            |(id, employee, expected)| Operation::Assign { id, employee, expected }),
        1 => id().prop_map(Operation::DeleteTask),
        2 => (phone(), name(), option::of(chat())).prop_map(
            |(phone, name, chat)| Operation::CreateCustomer(phone, name, chat)),
        2 => (phone(), name(), option::of(chat())).prop_map(
            |(phone, name, chat)| Operation::UpdateCustomer(phone, name, chat)),
        1 => phone().prop_map(Operation::DeleteCustomer),
        2 => (chat(), phone()).prop_map(|(chat, phone)| Operation::Share(chat, phone)),
        1 => (chat(), phone()).prop_map(|(chat, phone)| Operation::Type(chat, phone)),
        1 => id().prop_map(Operation::Confirm),
        1 => id().prop_map(Operation::Unlink),
        2 => (1_u64..40).prop_map(Operation::Wait),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let days = || option::weighted(0.3, 0_i64..4);
    let which = (
        option::weighted(0.3, phone()),
        proptest::sample::subsequence(&STATUSES[..], 0..4),
        option::weighted(0.3, select(&CATEGORIES[..])),
        option::weighted(0.3, 1_i64..4),
        days(),
        days(),
    );
    let how = (
        option::weighted(0.4, select(&SEARCHES[..])),
        proptest::bool::weighted(0.2),
        option::weighted(0.2, select(&SERIALS[..])),
        select(&ORDERS[..]),
        1_usize..6,
        select(&CARD_SEARCHES[..]),
        1_i64..9,
    );
    (which, how).prop_map(|(which, how)| {
        let (phone, statuses, category, employee, from, until) = which;
        let (search, overdue, serial, order, first, cards, id) = how;
        // An interval that ends before it starts is an error, which other tests look at.
        let until = until.map(|until| until.max(from.unwrap_or_default()));
        Question {
            phone,
            statuses,
            category,
            employee,
            from,
            until,
            search,
            overdue,
            serial,
            order,
            first,
            cards,
            id,
        }
    })
}

struct Card {
    typed: String,
    e164: String,
    name: Option<String>,
    /// The chat, and whether it is proven.
    telegram: Option<(i64, bool)>,
}

struct Task {
    customer: Option<i64>,
    employee: Option<i64>,
    category: &'static str,
    status: &'static str,
    description: &'static str,
    due: Option<String>,
    model: &'static str,
    serial: &'static str,
    price: Option<i64>,
    warranty_of: Option<i64>,
    version: i64,
    created: Timestamp,
    updated: Timestamp,
    closed: Option<Timestamp>,
    history: Vec<Value>,
}

impl Task {
    fn note(&mut self, now: Timestamp, kind: &str, from: Option<&str>, to: Option<&str>) {
        let event = json!({"kind": kind, "from": from, "to": to, "time": now.to_string()});
        self.history.push(event);
    }

    /// The letters and digits of the serial number, where it has a digit.
    fn key(&self) -> String {
        key(self.serial)
    }

    fn device(&self) -> String {
        let known = [self.model, self.serial].into_iter();
        known
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn is_overdue(&self, today: &str) -> bool {
        let undone = ["ACCEPTED", "IN_PROGRESS"].contains(&self.status);
        undone && self.due.as_deref().is_some_and(|due| due < today)
    }

    /// Changes what stands beside it; whether there was anything to change.
    fn put(&mut self, beside: &Beside, now: Timestamp) -> bool {
        let before = self.history.len();
        let text = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        if let Some(due) = beside.due {
            let due = due.map(date);
            let (from, to) = (
                self.due.clone().unwrap_or_default(),
                due.clone().unwrap_or_default(),
            );
            self.note_changed(now, "DUE", &from, &to);
            self.due = due;
        }
        let device = self.device();
        self.model = beside.model.unwrap_or(self.model);
        self.serial = beside.serial.unwrap_or(self.serial);
        self.note_changed(now, "DEVICE", &device, &self.device());
        if let Some(price) = beside.price {
            self.note_changed(now, "PRICE", &text(self.price), &text(price));
            self.price = price;
        }
        if let Some(of) = beside.warranty_of {
            self.note_changed(now, "WARRANTY_OF", &text(self.warranty_of), &text(of));
            self.warranty_of = of;
        }
        self.history.len() > before
    }

    fn note_changed(&mut self, now: Timestamp, kind: &str, from: &str, to: &str) {
        if from != to {
            self.note(now, kind, Some(from), Some(to));
        }
    }

    fn changed(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated = now;
    }
}

/// The whole shop, as simply as it can be said.
#[derive(Default)]
struct Model {
    cards: BTreeMap<i64, Card>,
    tasks: BTreeMap<i64, Task>,
    /// The numbers that were given last; none is given twice.
    last_card: i64,
    last_task: i64,
    last_comment: i64,
    /// The day in the shop.
    today: String,
}

/// The code of a refusal.
type Refusal = &'static str;

impl Model {
    fn by_phone(&self, phone: Phone) -> Option<i64> {
        let found = self
            .cards
            .iter()
            .find(|(_, card)| card.e164 == phone.e164());
        found.map(|(id, _)| *id)
    }

    fn add_card(&mut self, typed: String, phone: Phone, name: Option<&str>) -> i64 {
        self.last_card += 1;
        let card = Card {
            typed,
            e164: phone.e164(),
            name: name.map(str::to_owned),
            telegram: None,
        };
        self.cards.insert(self.last_card, card);
        self.last_card
    }

    fn change_card(&mut self, id: i64, name: Option<&str>, chat: Option<i64>) {
        let card = self.cards.get_mut(&id).unwrap();
        if let Some(name) = name {
            card.name = (!name.is_empty()).then(|| name.to_owned());
        }
        if chat.is_some() && chat != card.telegram.map(|(chat, _)| chat) {
            card.telegram = chat.map(|chat| (chat, false));
        }
    }

    fn expect(&self, id: i64, expected: Option<i64>) -> Result<(), Refusal> {
        let task = self.tasks.get(&id).ok_or("NOT_FOUND")?;
        match expected.is_none_or(|expected| expected == task.version) {
            true => Ok(()),
            false => Err("CONFLICT"),
        }
    }

    /// A task is done under the warranty of another one, which there is.
    fn expect_other(&self, id: i64, beside: &Beside) -> Result<(), Refusal> {
        match beside.warranty_of.flatten() {
            Some(of) if of == id || !self.tasks.contains_key(&of) => Err("BAD_USER_INPUT"),
            _ => Ok(()),
        }
    }

    fn apply(&mut self, operation: &Operation, now: Timestamp) -> Result<(), Refusal> {
        self.today = day(now);
        match *operation {
            Operation::CreateTask {
                phone,
                category,
                status,
                description,
                ref beside,
            } => {
                self.expect_other(self.last_task + 1, beside)?;
                let customer = match self.by_phone(phone) {
                    Some(id) => id,
                    None => self.add_card(phone.typed(), phone, None),
                };
                let status = status.unwrap_or("ACCEPTED");
                let mut task = Task {
                    customer: Some(customer),
                    employee: Some(1),
                    category: category.unwrap_or("OTHER"),
                    status,
                    description: description.unwrap_or_default(),
                    due: None,
                    model: "",
                    serial: "",
                    price: None,
                    warranty_of: None,
                    version: 1,
                    created: now,
                    updated: now,
                    closed: (status == "CLOSED").then_some(now),
                    history: Vec::new(),
                };
                task.put(beside, now);
                let before = task.warranty_of.map(|of| &self.tasks[&of]);
                if let Some(before) = before.filter(|_| task.device().is_empty()) {
                    (task.model, task.serial) = (before.model, before.serial);
                }
                // What it begins with is no change.
                task.history.clear();
                task.note(now, "CREATED", None, Some(status));
                self.last_task += 1;
                self.tasks.insert(self.last_task, task);
            }
            Operation::UpdateTask {
                id,
                phone,
                category,
                status,
                description,
                ref beside,
                expected,
            } => {
                self.expect(id, expected)?;
                self.expect_other(id, beside)?;
                let task = self.tasks.get_mut(&id).unwrap();
                let own = task.customer.map(|id| self.cards[&id].e164.clone());
                if phone.is_some_and(|phone| Some(phone.e164()) != own) {
                    return Err("BAD_USER_INPUT");
                }
                let before = (task.status, task.category, task.description);
                if let Some(status) = status.filter(|status| *status != task.status) {
                    task.note(now, "STATUS", Some(task.status), Some(status));
                    task.status = status;
                    task.closed = (status == "CLOSED").then_some(now);
                }
                if let Some(category) = category.filter(|category| *category != task.category) {
                    task.note(now, "CATEGORY", Some(task.category), Some(category));
                    task.category = category;
                }
                if let Some(text) = description.filter(|text| *text != task.description) {
                    task.note(now, "DESCRIPTION", Some(task.description), Some(text));
                    task.description = text;
                }
                let moved = before != (task.status, task.category, task.description);
                if task.put(beside, now) || moved {
                    task.changed(now);
                }
            }
            Operation::Assign {
                id,
                employee,
                expected,
            } => {
                self.expect(id, expected)?;
                if employee.is_some_and(|id| id > EMPLOYEES.len() as i64) {
                    return Err("BAD_USER_INPUT");
                }
                let task = self.tasks.get_mut(&id).unwrap();
                if task.employee != employee {
                    let word = |id: Option<i64>| id.map(|id| id.to_string());
                    let (from, to) = (word(task.employee), word(employee));
                    task.note(now, "EMPLOYEE", from.as_deref(), to.as_deref());
                    task.employee = employee;
                    task.changed(now);
                }
            }
            Operation::DeleteTask(id) => {
                self.tasks.remove(&id).ok_or("NOT_FOUND")?;
                for task in self
                    .tasks
                    .values_mut()
                    .filter(|t| t.warranty_of == Some(id))
                {
                    task.warranty_of = None;
                }
            }
            Operation::CreateCustomer(phone, name, chat) => {
                if self.by_phone(phone).is_some() {
                    return Err("CONFLICT");
                }
                let id = self.add_card(phone.typed(), phone, None);
                self.change_card(id, name, chat);
            }
            Operation::UpdateCustomer(phone, name, chat) => {
                let id = self.by_phone(phone).ok_or("NOT_FOUND")?;
                self.change_card(id, name, chat);
            }
            Operation::DeleteCustomer(phone) => {
                let id = self.by_phone(phone).ok_or("NOT_FOUND")?;
                let number = id.to_string();
                for task in self.tasks.values_mut().filter(|t| t.customer == Some(id)) {
                    task.note(now, "CUSTOMER", Some(&number), None);
                    task.customer = None;
                    task.changed(now);
                }
                self.cards.remove(&id);
            }
            Operation::Share(chat, phone) => {
                for card in self.cards.values_mut() {
                    if card.telegram == Some((chat, false)) {
                        card.telegram = None;
                    }
                }
                let id = match self.by_phone(phone) {
                    Some(id) => id,
                    None => self.add_card(phone.e164(), phone, None),
                };
                let card = self.cards.get_mut(&id).unwrap();
                card.name.get_or_insert_with(|| "Анна К.".to_owned());
                card.telegram = Some((chat, true));
            }
            Operation::Type(chat, phone) => {
                self.hear(chat, now);
                let known = |card: &Card| card.telegram.is_some_and(|(of, _)| of == chat);
                let stranger = !self.cards.values().any(known);
                if stranger && self.by_phone(phone).is_none() {
                    let id = self.add_card(phone.typed(), phone, Some("Анна К."));
                    self.cards.get_mut(&id).unwrap().telegram = Some((chat, false));
                }
            }
            Operation::Confirm(id) => {
                let card = self.cards.get_mut(&id).ok_or("NOT_FOUND")?;
                let (chat, _) = card.telegram.ok_or("BAD_USER_INPUT")?;
                card.telegram = Some((chat, true));
            }
            Operation::Unlink(id) => {
                self.cards.get_mut(&id).ok_or("NOT_FOUND")?.telegram = None;
            }
            Operation::Wait(_) => {}
        }
        Ok(())
    }

    /// What a customer writes lands on the open task of theirs that something happened to last, or
    /// on the one that was closed last, for thirty days.
    fn hear(&mut self, chat: i64, now: Timestamp) {
        let theirs = |task: &Task| {
            let card = task.customer.and_then(|id| self.cards.get(&id));
            card.is_some_and(|card| card.telegram == Some((chat, true)))
        };
        let of = |closed: bool| {
            let tasks = self.tasks.iter();
            tasks.filter(move |(_, task)| (task.status == "CLOSED") == closed && theirs(task))
        };
        let open = of(false).max_by_key(|(id, task)| (task.updated, **id));
        let last = of(true).max_by_key(|(id, task)| (task.closed, **id));
        let holds = |(_, task): &(&i64, &Task)| {
            let hours = 30 * 24;
            let end = task.closed.unwrap().saturating_add(hours.hours());
            end.is_ok_and(|end| now < end)
        };
        let Some((&id, _)) = open.or(last.filter(holds)) else {
            return;
        };
        self.last_comment += 1;
        let comment = self.last_comment.to_string();
        let task = self.tasks.get_mut(&id).unwrap();
        task.note(now, "ANSWER", None, Some(&comment));
        task.updated = now;
    }

    fn card(&self, id: i64) -> Value {
        let card = &self.cards[&id];
        json!({
            "id": id.to_string(), "phone": card.typed, "phoneE164": card.e164, "name": card.name,
            "telegramId": card.telegram.map(|(chat, _)| chat.to_string()),
            "telegramVerified": card.telegram.is_some_and(|(_, verified)| verified),
        })
    }

    fn task(&self, id: i64) -> Value {
        let task = &self.tasks[&id];
        let others = |is_other: &dyn Fn(&Task) -> bool| {
            let others = self
                .tasks
                .iter()
                .rev()
                .filter(|(other, task)| **other != id && is_other(task));
            others
                .map(|(id, _)| json!({"id": id.to_string()}))
                .collect::<Vec<_>>()
        };
        let key = task.key();
        json!({
            "dueOn": task.due, "overdue": task.is_overdue(&self.today), "price": task.price,
            "device": {"model": task.model, "serialNumber": task.serial},
            "warrantyOf": task.warranty_of.map(|id| json!({"id": id.to_string()})),
            "warrantyTasks": others(&|other| other.warranty_of == Some(id)),
            "tasksOfDevice": others(&|other| !key.is_empty() && other.key() == key),
            "id": id.to_string(), "createdAt": day(task.created),
            "createdTime": task.created.to_string(), "updatedTime": task.updated.to_string(),
            "closedTime": task.closed.map(|at| at.to_string()), "version": task.version,
            "category": task.category, "status": task.status, "description": task.description,
            "customer": task.customer.map(|id| self.card(id)),
            "employee": task.employee.map(|id| json!({"email": EMPLOYEES[id as usize - 1]})),
            "history": task.history,
        })
    }

    /// The tasks that match, oldest first.
    fn matching(&self, question: &Question, all_fields: bool) -> Vec<i64> {
        let is_found = |task: &Task| {
            let card = task.customer.map(|id| &self.cards[&id]);
            let day = day(task.created);
            let search = question.search.filter(|_| all_fields).unwrap_or_default();
            let places = [
                task.description.to_lowercase(),
                card.and_then(|card| card.name.clone())
                    .unwrap_or_default()
                    .to_lowercase(),
                card.map(|card| card.e164.clone()).unwrap_or_default(),
                task.model.to_lowercase(),
                task.serial.to_lowercase(),
                task.key().to_lowercase(),
            ];
            let mut words = search
                .split(' ')
                .map(str::to_lowercase)
                .filter(|word| word.len() > 1);
            question
                .phone
                .is_none_or(|phone| card.is_some_and(|card| card.e164 == phone.e164()))
                && (question.statuses.is_empty() || question.statuses.contains(&task.status))
                && question
                    .category
                    .is_none_or(|category| category == task.category)
                && (!all_fields || question.employee.is_none_or(|id| task.employee == Some(id)))
                && (!all_fields || !question.overdue || task.is_overdue(&self.today))
                && (!all_fields
                    || question
                        .serial
                        .is_none_or(|serial| !key(serial).is_empty() && key(serial) == task.key()))
                && question.from.is_none_or(|from| date(from) <= day)
                && question.until.is_none_or(|until| day <= date(until))
                && words.all(|word| places.iter().any(|place| place.contains(&word)))
        };
        let found = self.tasks.iter().filter(|(_, task)| is_found(task));
        found.map(|(id, _)| *id).collect()
    }

    fn ordered(&self, question: &Question) -> Vec<i64> {
        let mut ids = self.matching(question, true);
        match question.order {
            "OLDEST" => {}
            "NEWEST" => ids.reverse(),
            _ => ids.sort_by_key(|id| std::cmp::Reverse((self.tasks[id].updated, *id))),
        }
        ids
    }

    /// The cards whose name has that in it, or whose phone has its digits.
    fn cards_with(&self, search: &str) -> Vec<i64> {
        let digits: String = search.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix('8').unwrap_or(&digits);
        let is_found = |card: &Card| {
            let name = card.name.as_deref().unwrap_or_default().to_lowercase();
            name.contains(search) || (!digits.is_empty() && card.e164.contains(digits))
        };
        let found = self.cards.iter().filter(|(_, card)| is_found(card));
        found.map(|(id, _)| *id).collect()
    }
}

/// The letters, as capitals, and the digits of a serial number; nothing where it has no digit.
fn key(serial: &str) -> String {
    let key: String = serial.chars().filter(|c| c.is_alphanumeric()).collect();
    match key.contains(|c: char| c.is_ascii_digit()) {
        true => key.to_uppercase(),
        false => String::new(),
    }
}

/// Noon of the first day, in Moscow, is when a shop opens here.
fn date(days_later: i64) -> String {
    format!("2021-07-{}", 25 + days_later)
}

fn day(at: Timestamp) -> String {
    let zone = TimeZone::get("Europe/Moscow").unwrap();
    at.to_zoned(zone).date().to_string()
}

const CARD: &str = "id phone phoneE164 name telegramId telegramVerified";
const TASK: &str = "id createdAt createdTime updatedTime closedTime version category status
    description dueOn overdue price device { model serialNumber }
    warrantyOf { id } warrantyTasks { id } tasksOfDevice { id } customer { ...card } employee { email } history { kind from to time }";

/// The arguments that are given, as they stand in a query.
fn arguments(given: &[(&str, Option<String>)]) -> String {
    let given = given
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
    given.collect::<Vec<_>>().join(", ")
}

fn quoted(text: impl ToString) -> Option<String> {
    Some(json!(text.to_string()).to_string())
}

fn word(word: Option<&'static str>) -> Option<String> {
    word.map(str::to_owned)
}

/// A value that may be taken away.
fn maybe<T: ToString>(given: Option<Option<T>>) -> Option<String> {
    given.map(|value| value.map_or("null".to_owned(), |value| value.to_string()))
}

/// The arguments for what stands beside a task.
fn beside_arguments(beside: &Beside) -> Vec<(&'static str, Option<String>)> {
    let device = arguments(&[
        ("model", beside.model.and_then(quoted)),
        ("serialNumber", beside.serial.and_then(quoted)),
    ]);
    let due = beside
        .due
        .map(|due| due.and_then(|days| quoted(date(days))));
    vec![
        ("device", Some(format!("{{{device}}}"))),
        ("dueOn", maybe(due)),
        ("price", maybe(beside.price)),
        ("warrantyOf", maybe(beside.warranty_of)),
    ]
}

/// Does it at the real shop; the code when it is refused.
async fn perform(shop: &Shop, operation: &Operation) -> Option<String> {
    let card = |phone: &Phone, name: Option<&str>, chat: Option<i64>| {
        arguments(&[
            ("phone", quoted(phone.typed())),
            ("name", name.and_then(quoted)),
            ("telegramId", chat.and_then(quoted)),
        ])
    };
    let query = match operation {
        Operation::CreateTask {
            phone,
            category,
            status,
            description,
            beside,
        } => {
            let mut data = beside_arguments(beside);
            data.extend([
                ("customerPhone", quoted(phone.typed())),
                ("category", word(*category)),
                ("status", word(*status)),
                ("description", description.and_then(quoted)),
            ]);
            let data = arguments(&data);
            format!("createTask(taskData: {{{data}}}) {{ task {{ id }} }}")
        }
        Operation::UpdateTask {
            id,
            phone,
            category,
            status,
            description,
            beside,
            expected,
        } => {
            let mut data = beside_arguments(beside);
            data.extend([
                ("id", Some(id.to_string())),
                (
                    "customerPhone",
                    phone.and_then(|phone| quoted(phone.typed())),
                ),
                ("category", word(*category)),
                ("status", word(*status)),
                ("description", description.and_then(quoted)),
                (
                    "expectedVersion",
                    expected.map(|version| version.to_string()),
                ),
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
                ("id", Some(id.to_string())),
                ("employeeId", employee.map(|id| id.to_string())),
                (
                    "expectedVersion",
                    expected.map(|version| version.to_string()),
                ),
            ]);
            format!("assignTask({given}) {{ task {{ id }} }}")
        }
        Operation::DeleteTask(id) => format!("deleteTask(id: {id}) {{ id }}"),
        Operation::CreateCustomer(phone, name, chat) => {
            let data = card(phone, *name, *chat);
            format!("createCustomer(customerData: {{{data}}}) {{ customer {{ id }} }}")
        }
        Operation::UpdateCustomer(phone, name, chat) => {
            let data = card(phone, *name, *chat);
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
        Operation::Share(chat, phone) => {
            shop.update(contact(*chat, *chat, &phone.e164())).await;
            return None;
        }
        Operation::Type(chat, phone) => {
            shop.update(text(*chat, &phone.typed())).await;
            return None;
        }
        Operation::Wait(hours) => {
            send_all(shop).await;
            shop.clock.advance(Duration::from_secs(hours * 3_600));
            return None;
        }
    };
    let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
    answer["errors"]
        .is_array()
        .then(|| code(&answer).to_owned())
}

/// Lets every message go out. One that days go by over before it had its turn would be given up,
/// which the model knows nothing of.
async fn send_all(shop: &Shop) {
    let database = shop.database();
    let open = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let open = || {
        database
            .query_row(open, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // A change of status waits five seconds, and a chat gets a message when more than a second has
    // gone by.
    shop.clock.advance(Duration::from_secs(5));
    loop {
        let before = open();
        if before == 0 {
            return;
        }
        shop.clock.advance(Duration::from_secs(2));
        eventually("a message goes out", || open() < before).await;
    }
}

/// Every list and every single entry is what the model says.
async fn compare(shop: &Shop, model: &Model, question: &Question) {
    let id = question.id;
    let filter = [
        (
            "customerPhone",
            question.phone.and_then(|phone| quoted(phone.typed())),
        ),
        (
            "statuses",
            Some(format!("[{}]", question.statuses.join(", "))),
        ),
        ("category", word(question.category)),
        (
            "dateStart",
            question.from.and_then(|days| quoted(date(days))),
        ),
        (
            "dateEnd",
            question.until.and_then(|days| quoted(date(days))),
        ),
    ];
    let of_cards = quoted(question.cards).unwrap();
    let all = shop
        .ask(&format!(
            "{{ all: allTasks {{ {TASK} }} some: allTasks({}) {{ id }}
                allCustomers {{ {CARD} }}
                customers(search: {of_cards}, first: 100) {{ totalCount nodes {{ id tasks {{ id }} }} }}
                undelivered {{ id }} }} fragment card on Customer {{ {CARD} }}",
            arguments(&filter)
        ))
        .await;
    let ids = |ids: Vec<i64>| {
        ids.into_iter()
            .map(|id| json!({"id": id.to_string()}))
            .collect::<Vec<_>>()
    };
    let of_card = |card: i64| {
        let own = model
            .tasks
            .iter()
            .filter(|(_, task)| task.customer == Some(card));
        json!({"id": card.to_string(), "tasks": ids(own.map(|(id, _)| *id).collect())})
    };
    let found: Vec<Value> = model
        .cards_with(question.cards)
        .into_iter()
        .map(of_card)
        .collect();
    let expected = json!({
        "all": model.tasks.keys().map(|id| model.task(*id)).collect::<Vec<_>>(),
        "some": ids(model.matching(question, false)),
        "allCustomers": model.cards.keys().map(|id| model.card(*id)).collect::<Vec<_>>(),
        "customers": {"totalCount": found.len(), "nodes": found},
        "undelivered": [],
    });
    assert_eq!(all["data"], expected, "{all}");
    let one = shop
        .ask(&format!(
            "{{ taskById(id: {id}) {{ {TASK} }} }} fragment card on Customer {{ {CARD} }}"
        ))
        .await;
    match model.tasks.contains_key(&id) {
        true => assert_eq!(one["data"]["taskById"], model.task(id)),
        false => assert_eq!(code(&one), "NOT_FOUND", "{one}"),
    }
    let one = shop
        .ask(&format!("{{ customerById(id: {id}) {{ {CARD} }} }}"))
        .await;
    match model.cards.contains_key(&id) {
        true => assert_eq!(one["data"]["customerById"], model.card(id)),
        false => assert_eq!(code(&one), "NOT_FOUND", "{one}"),
    }
    let mut filter = filter.to_vec();
    filter.push(("employeeId", question.employee.map(|id| id.to_string())));
    filter.push(("search", question.search.and_then(quoted)));
    filter.push(("overdue", question.overdue.then(|| "true".to_owned())));
    filter.push(("serialNumber", question.serial.and_then(quoted)));
    let expected = model.ordered(question);
    assert_eq!(
        pages(shop, question, &arguments(&filter), expected.len()).await,
        expected
    );
}

/// The numbers of a list that is read page by page.
async fn pages(shop: &Shop, question: &Question, filter: &str, total: usize) -> Vec<i64> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = shop
            .ask(&format!(
                "{{ tasks(filter: {{{filter}}}, orderBy: {}, first: {} {after}) {{
                    totalCount nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}",
                question.order, question.first
            ))
            .await;
        let page = &page["data"]["tasks"];
        assert_eq!(page["totalCount"], total, "{page}");
        let nodes = page["nodes"].as_array().unwrap();
        found.extend(
            nodes
                .iter()
                .map(|node| node["id"].as_str().unwrap().parse::<i64>().unwrap()),
        );
        let next = page["pageInfo"]["hasNextPage"].as_bool().unwrap();
        assert_eq!(next, found.len() < total);
        if !next {
            return found;
        }
        assert_eq!(nodes.len(), question.first);
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

async fn play(steps: &[(Operation, Question)]) {
    let shop = Shop::with_owner().await;
    let colleague = "INSERT INTO employees (email, email_key, password_hash, role, created_at)
        VALUES (?1, ?1, '', 'EMPLOYEE', 0)";
    shop.database().execute(colleague, [EMPLOYEES[1]]).unwrap();
    let mut model = Model::default();
    for (operation, question) in steps {
        let refused = perform(&shop, operation).await;
        let expected = model.apply(operation, shop.clock.now()).err();
        assert_eq!(refused.as_deref(), expected, "{operation:?}");
        compare(&shop, &model, question).await;
    }
    shop.close().await;
}

#[test]
fn random_operations_do_what_a_plain_model_says() {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.map_or(size(16, 500), |cases| cases.parse().unwrap());
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let counted = std::cell::Cell::new(0);
    let steps = vec((operation(), question()), 1..40);
    let played = TestRunner::new(config).run(&steps, |steps| {
        counted.set(counted.get() + steps.len());
        runtime.block_on(play(&steps));
        Ok(())
    });
    played.unwrap_or_else(|failure| panic!("{failure}"));
    let operations = counted.get();
    report(
        "model",
        &format!("{cases} runs, {operations} random operations, all reads alike after each"),
    );
}
