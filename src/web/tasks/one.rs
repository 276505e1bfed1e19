//! The page of one task: its details, history and notices.

use askama::Template;
use jiff::Timestamp;
use warp::http::StatusCode;
use warp::reply::Response;

use super::facts::{Facts, Open};
use super::head::Head;
use super::history::{Event, line};
use super::link::CustomerLink;
use super::money::{MoneyPart, Read};
use super::reach;
use super::saved::{SavedField, saved};
use super::talk::{ConversationForm, Question, SentAttachment};
use super::toast::{Toast, toast};
use super::{TaskListItem, of_customer, task_id};
use crate::app;
use crate::domain::{
    Comment, Details, DeviceChange, Error, Fate, Link, Notice, NoticeRecord, Reason, Result, Stage,
    Status, Task, TelegramLink, Told,
};
use crate::store::tasks::TaskRow;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// A line about a notice.
struct NoticeLine {
    text: String,
    good: bool,
    bad: bool,
    /// Id of the notice to retry.
    retry: Option<i64>,
}

/// The switch for reminders to collect the device.
struct Switch {
    text: String,
    on: bool,
}

/// A group of related tasks.
struct Group {
    name: String,
    rows: Vec<TaskListItem>,
}

#[derive(Template)]
#[template(path = "task.html")]
struct TaskPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    row: TaskListItem,
    head: Head,
    facts: Facts,
    seen: Option<EarlierVisit>,
    photos: Vec<SentAttachment>,
    link: CustomerLink,
    linked: Vec<Group>,
    events: Vec<Event>,
    money: MoneyPart,
    /// The sum of the lines, which a quote sends.
    price_of_lines: Option<String>,
    /// Whether it has just been handed over, and its slip is offered.
    is_slip_offered: bool,
    /// Whether the customer awaits a reply.
    unanswered: bool,
    /// Whether a declined quote has had no reaction.
    declined: bool,
    /// Reason why messages can't reach the customer, with the phone to call instead.
    unreachable: Option<String>,
    question: Option<Question>,
    draft: ConversationForm,
    notices: Vec<NoticeLine>,
    reminders: Option<Switch>,
    telegram: Option<TelegramLink>,
    others: i64,
    toast: Option<Toast>,
    saved: Option<SavedField>,
}

/// The last visit of the same device.
struct EarlierVisit {
    id: i64,
    when: String,
    /// Whether it knows something that this task doesn't.
    fills: bool,
}

/// Message ids for groups of related tasks.
const LINKS: [(Link, &str); 3] = [
    (Link::WarrantyOf, "task-warranty-of"),
    (Link::UnderWarranty, "task-warranty-tasks"),
    (Link::Device, SAME_DEVICE),
];
const SAME_DEVICE: &str = "task-same-device";

pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    show_with(visit, id, StatusCode::OK, ConversationForm::default()).await
}

/// Shows the page with the typed contents of the conversation's forms.
pub async fn show_with(
    visit: &Visit,
    id: &str,
    status: StatusCode,
    draft: ConversationForm,
) -> Result<Response> {
    show_open(visit, id, status, draft, Open::asked(visit)).await
}

/// Shows the page with a field whose form is open.
pub async fn show_open(
    visit: &Visit,
    id: &str,
    status: StatusCode,
    draft: ConversationForm,
    open: Open,
) -> Result<Response> {
    let actor = visit.actor()?;
    let id = task_id(id)?;
    let work = move |c: &_| {
        let row = app::tasks::get(c, &actor, id)?;
        let events = app::tasks::history(c, &actor, &[id])?;
        let comments = app::comments::of_tasks(c, &actor, &[id])?;
        let approvals = app::approvals::of_tasks(c, &actor, &[id])?;
        let money = Read::of(c, &actor, id)?;
        let notices = app::notices::of_task(c, &actor, id)?;
        let employees = app::accounts::employees(c, &actor)?;
        let others = match &row.customer {
            Some(customer) => app::tasks::count(c, &actor, &of_customer(customer))? - 1,
            None => 0,
        };
        let linked = |(link, name): (Link, &'static str)| {
            let rows = app::details::linked(c, &actor, link, &[id])?.rows;
            Ok((name, app::details::join(c, &actor, rows)?))
        };
        let linked = LINKS.into_iter().map(linked).collect::<Result<Vec<_>>>()?;
        let link = app::status_links::of_tasks(c, &actor, &[id])?.remove(&id);
        let row = app::details::join(c, &actor, vec![row])?;
        let stages = app::stages::list(c, &actor)?;
        let talk = (events, comments, approvals, money);
        Ok((row, stages, link, linked, talk, notices, employees, others))
    };
    let read = visit.desk.db.read(work).await?;
    let (mut row, stages, link, linked, talk, notices, employees, others) = read;
    let (events, comments, approvals, money) = talk;
    let row = row.pop().ok_or(Error::NotFound)?;
    let (task, details) = (&row.0.task, &row.1);
    let texts = &visit.texts;
    let item = TaskListItem::new(&row, texts);
    let question = approvals.last();
    let lines = details.account.lines;
    let groups = linked.iter().filter(|(_, rows)| !rows.is_empty());
    let page = TaskPage {
        visit,
        current: "tasks",
        head: Head::new(&row, &item, stages.clone(), texts),
        facts: Facts::new(&row, &employees, &open, texts),
        seen: linked
            .iter()
            .filter(|(name, _)| *name == SAME_DEVICE)
            .find_map(|(_, rows)| rows.last())
            .map(|earlier| seen(details, earlier, texts)),
        photos: comments
            .iter()
            .flat_map(|comment| &comment.attachments)
            .map(|sent| SentAttachment::of(sent, texts))
            .filter(|sent| sent.picture.is_some())
            .collect(),
        link: CustomerLink::new(visit, task, link),
        linked: groups
            .map(|(name, rows)| group(name, rows, texts))
            .collect(),
        events: events
            .iter()
            .rev()
            .map(|event| line(event, &comments, texts, &employees))
            .collect(),
        unanswered: comments.iter().any(Comment::is_open),
        money: MoneyPart::new(
            visit,
            (task, details),
            &money,
            &approvals,
            &employees,
            &open,
        )?,
        price_of_lines: lines.map(|totals| texts.money(totals.total)),
        is_slip_offered: task.status == Status::Closed && visit.parameter("handed").is_some(),
        declined: question.is_some_and(|question| question.unsettled),
        unreachable: reach::call_instead(visit, row.0.customer.as_deref()),
        question: question.map(|question| Question::of(question, texts)),
        draft,
        notices: notices
            .iter()
            .filter_map(|record| notice_line(record, &stages, texts))
            .collect(),
        reminders: reminders(visit, task),
        telegram: row
            .0
            .customer
            .as_ref()
            .and_then(|customer| customer.telegram),
        others,
        saved: saved(visit, task.id)?,
        toast: match reach::toast(visit, row.0.customer.as_deref()) {
            None => toast(visit).await?,
            said => said,
        },
        row: item,
    };
    visit.page_as(status, &page)
}

fn seen(details: &Details, (row, there): &(TaskRow, Details), texts: &Texts) -> EarlierVisit {
    EarlierVisit {
        id: row.task.id.get(),
        when: texts.date_of(&row.task.created),
        fills: details.device.missing_from(&there.device) != DeviceChange::default(),
    }
}

/// Returns the switch; `None` when reminders are off or there is nothing to collect any more.
fn reminders(visit: &Visit, task: &Task) -> Option<Switch> {
    let reminders = visit.desk.reminders.as_ref();
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

/// Builds a group, newest task first.
fn group(name: &str, rows: &[(TaskRow, Details)], texts: &Texts) -> Group {
    Group {
        name: texts.s(name),
        rows: rows
            .iter()
            .rev()
            .map(|row| TaskListItem::new(row, texts))
            .collect(),
    }
}

/// Describes the state of a notice; `None` for a pending one that won't be sent.
fn notice_line(record: &NoticeRecord, stages: &[Stage], texts: &Texts) -> Option<NoticeLine> {
    let settled = matches!(record.fate, Fate::Delivered { .. } | Fate::Dead { .. });
    let what = match record.told {
        Told::Notice(Notice::StatusChanged { to, to_stage, .. }) => {
            let stage = stages.iter().find(|stage| Some(stage.id) == to_stage);
            if !settled && stage.is_some_and(|stage| !stage.told) {
                return None;
            }
            stage.map_or_else(|| texts.status(&to), |stage| texts.wording(stage))
        }
        Told::Notice(Notice::Comment { .. }) => texts.s("notice-of-comment"),
        Told::Notice(Notice::Approval { .. }) => texts.s("notice-of-approval"),
        Told::Notice(Notice::Reminder { .. }) => texts.s("notice-of-reminder"),
        Told::Reply { .. } => texts.s("notice-of-reply"),
    };
    let say = |id: &str, when: Option<&Timestamp>, detail: &str| {
        let when = when.map(|when| texts.when(when)).unwrap_or_default();
        let args = [
            ("status", what.clone()),
            ("when", when),
            ("detail", detail.to_owned()),
        ];
        texts.with(id, args.map(|(name, value)| (name, value.into())))
    };
    let dead = matches!(record.fate, Fate::Dead { .. });
    Some(NoticeLine {
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
    })
}
