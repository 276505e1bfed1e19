//! The whole shop in its simplest form: a few maps, and the queries on them.

mod apply;
mod ledger;
mod talk;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::money::Discount;
use super::{EMPLOYEES, STATUSES, day};
use ledger::{Line, Row, Shift};

/// Default stages: status, name, and whether the customer is notified.
const USUAL: &[(&str, &str, bool)] = &[
    ("ACCEPTED", "Принято", true),
    ("IN_PROGRESS", "В работе", true),
    ("READY", "Готово", true),
    ("CLOSED", "Закрыто", true),
    ("IN_PROGRESS", "На диагностике", true),
    ("IN_PROGRESS", "На согласовании", true),
    ("IN_PROGRESS", "Ждёт запчасть", true),
    ("CLOSED", "Выдан", false),
    ("CLOSED", "Выдан без ремонта", false),
];

/// Returns a number greater than all before.
fn turn() -> u64 {
    static TURNS: AtomicU64 = AtomicU64::new(0);
    TURNS.fetch_add(1, Ordering::Relaxed)
}

pub struct Card {
    pub typed: String,
    pub e164: String,
    pub name: Option<String>,
    /// The chat, and whether it is verified.
    pub telegram: Option<(i64, bool)>,
}

#[derive(Clone)]
pub struct Stage {
    id: i64,
    status: &'static str,
    name: String,
    told: bool,
}

/// A comment.
pub struct Comment {
    task: i64,
    kind: &'static str,
    text: String,
    at: Timestamp,
    /// Whether the customer awaits a reply.
    open: bool,
}

/// A quote.
pub struct Approval {
    id: i64,
    price: i64,
    text: Option<String>,
    version: i64,
    asked: Timestamp,
    decision: &'static str,
    decided: Option<Timestamp>,
    channel: Option<&'static str>,
    discount: i64,
    /// The lines as they were shown, by their ids.
    lines: Vec<(i64, Value)>,
}

/// A notice for a customer.
pub struct Notice {
    chat: i64,
    card: i64,
    task: i64,
    news: News,
    sent: bool,
}

enum News {
    /// The stages from and to.
    Stage(i64, i64),
    Comment(i64),
    Approval(i64),
}

pub struct Task {
    pub customer: Option<i64>,
    pub employee: Option<i64>,
    pub category: &'static str,
    pub status: &'static str,
    pub stage: i64,
    since: Timestamp,
    pub description: &'static str,
    due: Option<String>,
    pub model: &'static str,
    pub serial: &'static str,
    estimate: Option<i64>,
    price: Option<i64>,
    discount: Option<Discount>,
    pub lines: Vec<Line>,
    warranty_of: Option<i64>,
    warranty_until: Option<String>,
    version: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Greater than that of every task changed before.
    pub touched: u64,
    closed: Option<Timestamp>,
    approvals: Vec<Approval>,
    /// Whether a declined quote has had no reaction.
    declined: bool,
    /// Whether a customer's agreement has had no reaction.
    agreed: bool,
    history: Vec<Value>,
}

impl Task {
    /// Returns the letters and digits of the serial number, if it has a digit.
    pub fn key(&self) -> String {
        key(self.serial)
    }

    pub fn is_overdue(&self, today: &str) -> bool {
        let undone = ["ACCEPTED", "IN_PROGRESS"].contains(&self.status);
        undone && self.due.as_deref().is_some_and(|due| due < today)
    }
}

/// Folds case, ё and apostrophes, which search doesn't distinguish.
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е").replace('’', "'")
}

pub struct Model {
    pub cards: BTreeMap<i64, Card>,
    pub tasks: BTreeMap<i64, Task>,
    comments: BTreeMap<i64, Comment>,
    /// Stages, ordered within each status.
    stages: Vec<Stage>,
    notices: Vec<Notice>,
    /// Last ids given; none is reused.
    last_card: i64,
    last_task: i64,
    last_comment: i64,
    last_stage: i64,
    last_approval: i64,
    last_line: i64,
    /// The ledger; the id of a row is its place, from 1.
    rows: Vec<Row>,
    shifts: Vec<Shift>,
    /// The current day in the shop.
    pub today: String,
}

/// A notice as in the outbox: the chat, the task, the stages from and to, the comment and the
/// quote, and whether it was sent.
pub type Told = (i64, i64, [Option<i64>; 4], bool);

impl Model {
    /// Creates a new shop.
    pub fn new() -> Self {
        let stages = (1..)
            .zip(USUAL.iter().copied())
            .map(|(id, (status, name, told))| Stage {
                id,
                status,
                name: name.to_owned(),
                told,
            });
        Self {
            cards: BTreeMap::new(),
            tasks: BTreeMap::new(),
            comments: BTreeMap::new(),
            stages: stages.collect(),
            notices: Vec::new(),
            last_card: 0,
            last_task: 0,
            last_comment: 0,
            last_stage: USUAL.len() as i64,
            last_approval: 0,
            last_line: 0,
            rows: Vec::new(),
            shifts: Vec::new(),
            today: String::new(),
        }
    }

    /// Returns whether the customer of a task awaits a reply.
    pub fn is_unanswered(&self, task: i64) -> bool {
        let mut all = self.comments.values();
        all.any(|comment| comment.task == task && comment.open)
    }

    /// Returns the promised day of a task; one without comes last.
    pub fn due(&self, id: i64) -> String {
        let due = self.tasks[&id].due.clone();
        due.unwrap_or_else(|| "9999-12-31".to_owned())
    }

    pub fn card(&self, id: i64) -> Value {
        let card = &self.cards[&id];
        json!({
            "id": id.to_string(), "phone": card.typed, "phoneE164": card.e164, "name": card.name,
            "telegramId": card.telegram.map(|(chat, _)| chat.to_string()),
            "telegramVerified": card.telegram.is_some_and(|(_, verified)| verified),
            "debt": self.debt_of_card(id),
        })
    }

    pub fn task(&self, id: i64) -> Value {
        let task = &self.tasks[&id];
        let others = |is_other: &dyn Fn(&Task) -> bool| {
            let others = self.tasks.iter().rev();
            let others = others.filter(|(other, task)| **other != id && is_other(task));
            others
                .map(|(id, _)| json!({"id": id.to_string()}))
                .collect::<Vec<_>>()
        };
        let comments = self.comments.iter().filter(|(_, of)| of.task == id);
        let comments = comments.map(|(id, comment)| comment.written(*id));
        let key = task.key();
        json!({
            "dueOn": task.due, "overdue": task.is_overdue(&self.today), "price": task.whole_price(),
            "device": {"model": known(Some(task.model)), "serialNumber": known(Some(task.serial))},
            "warrantyOf": task.warranty_of.map(|id| json!({"id": id.to_string()})),
            "warrantyTasks": others(&|other| other.warranty_of == Some(id)),
            "tasksOfDevice": others(&|other| !key.is_empty() && other.key() == key),
            "id": id.to_string(), "createdAt": day(task.created),
            "createdTime": instant(task.created), "updatedTime": instant(task.updated),
            "closedTime": task.closed.map(instant), "version": task.version,
            "category": task.category, "status": task.status, "description": task.description,
            "stage": {"id": task.stage.to_string()}, "stageSinceTime": instant(task.since),
            "estimate": task.estimate, "unanswered": self.is_unanswered(id),
            "declined": task.declined,
            "comments": comments.collect::<Vec<_>>(),
            "approvals": task.approvals.iter().map(Approval::written).collect::<Vec<_>>(),
            "customer": task.customer.map(|id| self.card(id)),
            "employee": task.employee.map(|id| json!({"email": EMPLOYEES[id as usize - 1]})),
            "history": task.history,
        })
    }

    /// Returns the stages by status, in order.
    fn in_order(&self) -> impl Iterator<Item = (usize, &Stage)> {
        let of = |status: &'static str| self.stages.iter().filter(move |of| of.status == status);
        STATUSES
            .iter()
            .flat_map(move |status| (1..).zip(of(status)))
    }

    pub fn all_stages(&self) -> Value {
        let written = |(position, stage): (usize, &Stage)| {
            json!({
                "id": stage.id.to_string(), "status": stage.status, "name": stage.name,
                "position": position, "told": stage.told,
            })
        };
        self.in_order().map(written).collect()
    }

    /// Returns the numbers of tasks by status and by reason for attention.
    pub fn workload(&self) -> Value {
        let count = |is_so: &dyn Fn(i64, &Task) -> bool| {
            let all = self.tasks.iter();
            all.filter(|(id, task)| is_so(**id, task)).count()
        };
        let of_status = |status: &&str| json!({"status": status, "tasks": count(&|_, task| task.status == *status)});
        let open = self.in_order().filter(|(_, of)| of.status != "CLOSED");
        let of_stage = |(_, stage): (usize, &Stage)| {
            let tasks = count(&|_, task| task.stage == stage.id);
            json!({"stage": {"id": stage.id.to_string()}, "tasks": tasks})
        };
        json!({
            "statuses": STATUSES.iter().map(of_status).collect::<Vec<_>>(),
            "stages": open.map(of_stage).collect::<Vec<_>>(),
            "overdue": count(&|_, task| task.is_overdue(&self.today)),
            "unanswered": count(&|id, _| self.is_unanswered(id)),
            "declined": count(&|_, task| task.declined),
            "undelivered": 0,
        })
    }

    /// Returns the notices as in the outbox.
    pub fn told(&self) -> Vec<Told> {
        let written = |notice: &Notice| {
            let news = match notice.news {
                News::Stage(from, to) => [Some(from), Some(to), None, None],
                News::Comment(id) => [None, None, Some(id), None],
                News::Approval(id) => [None, None, None, Some(id)],
            };
            (notice.chat, notice.task, news, notice.sent)
        };
        self.notices.iter().map(written).collect()
    }
}

impl Comment {
    fn written(&self, id: i64) -> Value {
        let from_customer = self.kind == "FROM_CUSTOMER";
        let employee = json!({"email": EMPLOYEES[0]});
        json!({
            "id": id.to_string(), "kind": self.kind,
            "author": if from_customer { "CUSTOMER" } else { "STAFF" },
            "employee": (!from_customer).then_some(employee),
            "channel": from_customer.then_some("TELEGRAM"),
            "text": self.text, "time": instant(self.at), "open": self.open,
        })
    }
}

impl Approval {
    fn written(&self) -> Value {
        json!({
            "id": self.id.to_string(), "price": self.price, "text": self.text,
            "taskVersion": self.version, "employee": {"email": EMPLOYEES[0]},
            "askedTime": instant(self.asked), "decision": self.decision,
            "decidedTime": self.decided.map(instant),
            "channel": self.channel,
        })
    }
}

/// Formats an instant as the API does.
fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Returns a text, or nothing for an empty one.
fn known(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Returns the key of a serial number: its letters in upper case and its digits; empty without a
/// digit.
pub fn key(serial: &str) -> String {
    let key: String = serial.chars().filter(|c| c.is_alphanumeric()).collect();
    match key.contains(|c: char| c.is_ascii_digit()) {
        true => key.to_uppercase(),
        false => String::new(),
    }
}
