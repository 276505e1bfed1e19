//! One task: its fields, its history, and what the customer was told.

use askama::Template;
use jiff::Timestamp;
use warp::reply::Response;

use super::toast::{Toast, toast};
use super::{Choice, Row, choices, of_customer, task_id};
use crate::app;
use crate::domain::{
    Author, Category, Employee, EventKind, Fate, Notice, NoticeRecord, Reason, Result, Status,
    TaskEvent, TelegramLink,
};
use crate::web::text::{Texts, short_name};
use crate::web::visit::Visit;

/// A line of the timeline.
struct Event {
    text: String,
    was: Option<String>,
    who: String,
    when: String,
}

/// A line about a notice.
struct NoticeLine {
    text: String,
    good: bool,
    bad: bool,
    /// To be tried again by its number.
    retry: Option<i64>,
}

#[derive(Template)]
#[template(path = "task.html")]
struct TaskPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    row: Row,
    created: String,
    employees: Vec<Choice>,
    events: Vec<Event>,
    notices: Vec<NoticeLine>,
    telegram: Option<TelegramLink>,
    others: i64,
    toast: Option<Toast>,
}

pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = task_id(id)?;
    let work = move |c: &_| {
        let row = app::tasks::get(c, &actor, id)?;
        let events = app::tasks::history(c, &actor, &[id])?;
        let notices = app::notices::of_task(c, &actor, id)?;
        let employees = app::accounts::employees(c, &actor)?;
        let others = match &row.customer {
            Some(customer) => app::tasks::count(c, &actor, &of_customer(customer))? - 1,
            None => 0,
        };
        Ok((row, events, notices, employees, others))
    };
    let (row, events, notices, employees, others) = visit.desk.db.read(work).await?;
    let texts = &visit.texts;
    let page = TaskPage {
        visit,
        current: "tasks",
        created: texts.exact(&row.task.created),
        employees: choices(&employees, row.task.employee),
        events: events
            .iter()
            .rev()
            .map(|event| line(event, texts, &employees))
            .collect(),
        notices: notices
            .iter()
            .map(|record| notice_line(record, texts))
            .collect(),
        telegram: row.customer.as_ref().and_then(|customer| customer.telegram),
        others,
        toast: toast(visit).await?,
        row: Row::new(&row, texts),
    };
    visit.page(&page)
}

fn line(event: &TaskEvent, texts: &Texts, employees: &[Employee]) -> Event {
    let name = |id: &str| {
        let employee = employees
            .iter()
            .find(|employee| employee.id.to_string() == id);
        employee.map_or_else(
            || format!("№ {id}"),
            |e| short_name(e.email.as_str()).to_owned(),
        )
    };
    let (from, to) = (event.from.as_deref(), event.to.as_deref());
    let word = |word: Option<&str>| match event.kind {
        EventKind::Status => word.and_then(Status::from_word).map(|s| texts.status(&s)),
        EventKind::Category => word
            .and_then(Category::from_word)
            .map(|c| texts.category(&c)),
        _ => Some(word.map_or_else(|| texts.s("task-employee-none"), name)),
    };
    let change = |id: &str| {
        let args = [("from", word(from)), ("to", word(to))];
        texts.with(
            id,
            args.map(|(name, word)| (name, word.unwrap_or_default().into())),
        )
    };
    Event {
        text: match event.kind {
            EventKind::Created => texts.s("event-created"),
            EventKind::Status => change("event-status"),
            EventKind::Category => change("event-category"),
            EventKind::Description => texts.s("event-description"),
            EventKind::Employee => change("event-employee"),
            EventKind::Customer => texts.s("event-customer"),
            EventKind::Deleted => texts.s("event-deleted"),
        },
        was: from
            .filter(|from| event.kind == EventKind::Description && !from.is_empty())
            .map(|from| texts.with("event-was", [("text", from.to_owned().into())])),
        who: match event.author {
            Author::Staff(id) => name(&id.to_string()),
            Author::Customer(_) => texts.s("event-by-customer"),
            Author::System => texts.s("event-system"),
        },
        when: texts.when(&event.at),
    }
}

fn notice_line(record: &NoticeRecord, texts: &Texts) -> NoticeLine {
    let Notice::StatusChanged { to, .. } = record.notice;
    let say = |id: &str, when: Option<&Timestamp>, detail: &str| {
        let when = when.map(|when| texts.when(when)).unwrap_or_default();
        let status = texts.status(&to);
        let args = [
            ("status", status),
            ("when", when),
            ("detail", detail.to_owned()),
        ];
        texts.with(id, args.map(|(name, value)| (name, value.into())))
    };
    let dead = matches!(record.fate, Fate::Dead { .. });
    NoticeLine {
        text: match &record.fate {
            Fate::Waiting { due } => say("notice-waiting", Some(due), ""),
            Fate::Sending => say("notice-sending", None, ""),
            Fate::Retrying { next, detail } => say("notice-retrying", Some(next), detail),
            Fate::Delivered { at } => say("notice-delivered", Some(at), ""),
            Fate::Dead {
                reason: Reason::Blocked,
                ..
            } => say("notice-dead-blocked", None, ""),
            Fate::Dead {
                reason: Reason::Expired,
                ..
            } => say("notice-dead-expired", None, ""),
            Fate::Dead {
                reason: Reason::Refused,
                detail,
            } => say("notice-dead-refused", None, detail),
        },
        good: matches!(record.fate, Fate::Delivered { .. }),
        bad: dead || matches!(record.fate, Fate::Retrying { .. }),
        retry: dead.then(|| record.id.get()),
    }
}
