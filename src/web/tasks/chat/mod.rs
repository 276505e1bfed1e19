//! The conversation on the task's page: messages, quotes and what happened between them, with the composer below.

mod delivery;
mod entries;
mod ways;

pub use entries::Entry;

use std::collections::HashMap;

use super::link::CustomerLink;
use super::reach;
use super::talk::ConversationForm;
use crate::app;
use crate::domain::{
    Actor, Approval, Comment, CustomerId, Details, Employee, Error, EventKind, NoticeRecord,
    Purpose, Result, Stage, Status, Task, TaskEvent, TaskId,
};
use crate::store::Connection;
use crate::store::tasks::TaskRow;
use crate::web::text::Texts;
use crate::web::visit::Visit;
use delivery::{NoticeLine, notice_line};
use entries::Builder;
use ways::Ways;

/// Everything that was said and happened about a task.
pub struct Talk {
    pub events: Vec<TaskEvent>,
    pub comments: Vec<Comment>,
    pub approvals: Vec<Approval>,
    pub notices: Vec<NoticeRecord>,
    /// Names of the customers that the task had, as far as they have cards.
    people: HashMap<CustomerId, String>,
}

impl Talk {
    pub fn of(c: &Connection, actor: &Actor, task: TaskId, texts: &Texts) -> Result<Self> {
        let events = app::tasks::history(c, actor, &[task])?;
        let changes = events
            .iter()
            .filter(|event| event.kind == EventKind::Customer);
        let words = changes.flat_map(|event| [&event.from, &event.to]).flatten();
        let mut people = HashMap::new();
        for id in words.filter_map(|word| CustomerId::parse("id", word).ok()) {
            match app::customers::get(c, actor, id) {
                Ok(card) => {
                    let line = super::CustomerLine::new(Some(&card), texts);
                    people.insert(id, line.name);
                }
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            comments: app::comments::of_tasks(c, actor, &[task])?,
            approvals: app::approvals::of_tasks(c, actor, &[task])?,
            notices: app::notices::of_tasks(c, actor, &[task])?,
            events,
            people,
        })
    }
}

/// The switch for reminders to collect the device.
pub struct Switch {
    pub text: String,
    pub on: bool,
}

/// The conversation as the page shows it.
pub struct Chat {
    pub entries: Vec<Entry>,
    /// Notices that are still to be sent, or weren't delivered.
    pub outstanding: Vec<NoticeLine>,
    /// Whether the customer awaits a reply.
    pub unanswered: bool,
    /// Whether a declined quote has had no reaction.
    pub declined: bool,
    /// Reason why messages can't reach the customer.
    pub unreachable: Option<String>,
    /// Other ways to reach a customer without a channel.
    pub ways: Option<Ways>,
    /// Name of the customer, for the composer.
    pub name: String,
    pub reminders: Option<Switch>,
    /// The sum of the lines, which a quote sends.
    pub price_of_lines: Option<String>,
    /// Whether a price can be agreed.
    pub asks: bool,
}

impl Chat {
    pub fn new(
        visit: &Visit,
        (row, details): &(TaskRow, Details),
        talk: &Talk,
        link: &CustomerLink,
        draft: &ConversationForm,
        (stages, employees): (&[Stage], &[Employee]),
    ) -> Self {
        let (texts, customer) = (&visit.texts, row.customer.as_deref());
        let card = super::CustomerLine::new(customer, texts);
        let name = customer.and_then(|card| card.name.as_ref());
        let name = name.map_or_else(
            || texts.s("toast-customer"),
            |name| name.as_str().to_owned(),
        );
        let why = visit.desk.unreachable(customer, Purpose::Message);
        let unreachable = why.map(|why| texts.s(reach::why(why)));
        let builder = Builder {
            texts,
            talk,
            stages,
            employees,
            task: &row.task,
            name: &name,
            unreachable: unreachable.as_deref(),
            ways: &|text| Ways::new(&card, link, text),
        };
        let entries = builder.entries();
        let outstanding = talk.notices.iter().rev();
        let outstanding = outstanding.filter(|record| delivery::is_outstanding(record));
        let lines = outstanding.filter_map(|record| notice_line(record, stages, texts));
        let unsent = entries.iter().rev().find_map(Entry::unsent);
        let words = match draft.comment.trim() {
            "" => unsent.map_or_else(|| ways::usual(&row.task, &row.stage, texts), str::to_owned),
            typed => typed.to_owned(),
        };
        Self {
            outstanding: lines.collect(),
            unanswered: talk.comments.iter().any(Comment::is_open),
            declined: talk.approvals.last().is_some_and(|last| last.unsettled),
            ways: unreachable
                .as_ref()
                .and_then(|_| Ways::new(&card, link, &words)),
            unreachable,
            entries,
            name,
            reminders: reminders(visit, &row.task),
            price_of_lines: details
                .account
                .lines
                .map(|totals| texts.money(totals.total)),
            asks: row.task.status != Status::Closed,
        }
    }
}

/// Returns the switch; `None` when reminders are off or there is nothing to collect any more.
fn reminders(visit: &Visit, task: &Task) -> Option<Switch> {
    let reminders = visit.desk.reminders();
    let reminders = reminders.filter(|_| task.status != Status::Closed)?;
    let days: Vec<String> = reminders.days().iter().map(u16::to_string).collect();
    let texts = &visit.texts;
    Some(Switch {
        text: match task.remind {
            true => texts.fill("reminders-on", "days", days.join(", ")),
            false => texts.s("reminders-off"),
        },
        on: task.remind,
    })
}
