//! The whole shop, as simply as it can be said: a few maps, and what they answer.

mod apply;
mod talk;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{EMPLOYEES, STATUSES, day};

/// The stages that a shop begins with: the status, the name, and whether the customer is told.
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

/// A number greater than all that were given before.
fn turn() -> u64 {
    static TURNS: AtomicU64 = AtomicU64::new(0);
    TURNS.fetch_add(1, Ordering::Relaxed)
}

pub struct Card {
    pub typed: String,
    pub e164: String,
    pub name: Option<String>,
    /// The chat, and whether it is proven.
    pub telegram: Option<(i64, bool)>,
}

#[derive(Clone)]
pub struct Stage {
    id: i64,
    status: &'static str,
    name: String,
    told: bool,
}

/// Something that was said.
pub struct Comment {
    task: i64,
    kind: &'static str,
    text: String,
    at: Timestamp,
    /// Whether the customer waits for an answer.
    open: bool,
}

/// A price that a customer was asked to agree to.
pub struct Approval {
    id: i64,
    price: i64,
    text: Option<String>,
    version: i64,
    asked: Timestamp,
    decision: &'static str,
    decided: Option<Timestamp>,
}

/// News for a customer.
pub struct Notice {
    chat: i64,
    card: i64,
    task: i64,
    news: News,
    sent: bool,
}

enum News {
    /// From which stage to which.
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
    warranty_of: Option<i64>,
    version: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Greater than that of every task which something happened to before.
    pub touched: u64,
    closed: Option<Timestamp>,
    approvals: Vec<Approval>,
    /// The customer has declined the price, and nobody has reacted yet.
    declined: bool,
    history: Vec<Value>,
}

impl Task {
    /// The letters and digits of the serial number, where it has a digit.
    pub fn key(&self) -> String {
        key(self.serial)
    }

    pub fn is_overdue(&self, today: &str) -> bool {
        let undone = ["ACCEPTED", "IN_PROGRESS"].contains(&self.status);
        undone && self.due.as_deref().is_some_and(|due| due < today)
    }
}

/// A text without what makes no difference when it is searched: case, ё, and the shape of an apostrophe.
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е").replace('’', "'")
}

pub struct Model {
    pub cards: BTreeMap<i64, Card>,
    pub tasks: BTreeMap<i64, Task>,
    comments: BTreeMap<i64, Comment>,
    /// Those of one status in their order.
    stages: Vec<Stage>,
    notices: Vec<Notice>,
    /// The numbers that were given last; none is given twice.
    last_card: i64,
    last_task: i64,
    last_comment: i64,
    last_stage: i64,
    last_approval: i64,
    /// The day in the shop.
    pub today: String,
}

/// A piece of news as the outbox has it: the chat, the task, the stages from and to, the comment and
/// the question, and whether it was sent.
pub type Told = (i64, i64, [Option<i64>; 4], bool);

impl Model {
    /// A new shop.
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
            today: String::new(),
        }
    }

    /// Whether the customer of a task waits for an answer.
    pub fn is_unanswered(&self, task: i64) -> bool {
        let mut all = self.comments.values();
        all.any(|comment| comment.task == task && comment.open)
    }

    pub fn card(&self, id: i64) -> Value {
        let card = &self.cards[&id];
        json!({
            "id": id.to_string(), "phone": card.typed, "phoneE164": card.e164, "name": card.name,
            "telegramId": card.telegram.map(|(chat, _)| chat.to_string()),
            "telegramVerified": card.telegram.is_some_and(|(_, verified)| verified),
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
            "dueOn": task.due, "overdue": task.is_overdue(&self.today), "price": task.price,
            "device": {"model": task.model, "serialNumber": task.serial},
            "warrantyOf": task.warranty_of.map(|id| json!({"id": id.to_string()})),
            "warrantyTasks": others(&|other| other.warranty_of == Some(id)),
            "tasksOfDevice": others(&|other| !key.is_empty() && other.key() == key),
            "id": id.to_string(), "createdAt": day(task.created),
            "createdTime": task.created.to_string(), "updatedTime": task.updated.to_string(),
            "closedTime": task.closed.map(|at| at.to_string()), "version": task.version,
            "category": task.category, "status": task.status, "description": task.description,
            "stage": {"id": task.stage.to_string()}, "stageSince": task.since.to_string(),
            "estimate": task.estimate, "unanswered": self.is_unanswered(id),
            "declined": task.declined,
            "comments": comments.collect::<Vec<_>>(),
            "approvals": task.approvals.iter().map(Approval::written).collect::<Vec<_>>(),
            "customer": task.customer.map(|id| self.card(id)),
            "employee": task.employee.map(|id| json!({"email": EMPLOYEES[id as usize - 1]})),
            "history": task.history,
        })
    }

    /// The stages, by status and in their order.
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

    /// How many tasks are where, and need what.
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

    /// What customers were told and are to be told, as the outbox has it.
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
            "text": self.text, "time": self.at.to_string(), "open": self.open,
        })
    }
}

impl Approval {
    fn written(&self) -> Value {
        let answered = ["AGREED", "DECLINED"].contains(&self.decision);
        json!({
            "id": self.id.to_string(), "price": self.price, "text": self.text,
            "taskVersion": self.version, "employee": {"email": EMPLOYEES[0]},
            "askedTime": self.asked.to_string(), "decision": self.decision,
            "decidedTime": self.decided.map(|at| at.to_string()),
            "channel": answered.then_some("TELEGRAM"),
        })
    }
}

/// The letters, as capitals, and the digits of a serial number; nothing where it has no digit.
pub fn key(serial: &str) -> String {
    let key: String = serial.chars().filter(|c| c.is_alphanumeric()).collect();
    match key.contains(|c: char| c.is_ascii_digit()) {
        true => key.to_uppercase(),
        false => String::new(),
    }
}
