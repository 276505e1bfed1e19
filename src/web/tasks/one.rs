//! The page of one task: its details, history and notices.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::chat::{Chat, Talk};
use super::facts::{Facts, Open};
use super::head::Head;
use super::link::CustomerLink;
use super::money::{MoneyPart, Read};
use super::reach;
use super::saved::{SavedField, saved};
use super::talk::{ConversationForm, SentAttachment};
use super::toast::{Toast, toast};
use super::{TaskListItem, of_customer, task_id};
use crate::app;
use crate::domain::{Details, DeviceChange, Error, Link, Purpose, Result, Status};
use crate::store::tasks::TaskRow;
use crate::web::text::Texts;
use crate::web::visit::Visit;

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
    chat: Chat,
    money: MoneyPart,
    /// Whether it has just been handed over, and its slip is offered.
    is_slip_offered: bool,
    /// Reason why messages can't reach the customer, with the phone to call instead.
    unreachable: Option<String>,
    draft: ConversationForm,
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
    let texts = visit.texts.clone();
    let work = move |c: &_| {
        let row = app::tasks::get(c, &actor, id)?;
        let talk = Talk::of(c, &actor, id, &texts)?;
        let money = Read::of(c, &actor, id)?;
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
        Ok((row, stages, link, linked, talk, money, employees, others))
    };
    let read = visit.desk.db.read(work).await?;
    let (mut row, stages, link, linked, talk, money, employees, others) = read;
    let row = row.pop().ok_or(Error::NotFound)?;
    let (task, details) = (&row.0.task, &row.1);
    let texts = &visit.texts;
    let item = TaskListItem::new(&row, texts);
    let link = CustomerLink::new(visit, task, link);
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
        photos: talk
            .comments
            .iter()
            .flat_map(|comment| {
                let sent = comment.attachments.iter();
                sent.map(|sent| SentAttachment::of(sent, comment.kind, texts))
            })
            .filter(|sent| sent.picture.is_some())
            .collect(),
        chat: Chat::new(visit, &row, &talk, &link, &draft, (&stages, &employees)),
        link,
        linked: groups
            .map(|(name, rows)| group(name, rows, texts))
            .collect(),
        money: MoneyPart::new(
            visit,
            (task, details),
            &money,
            &talk.approvals,
            &employees,
            &open,
        )?,
        is_slip_offered: task.status == Status::Closed && visit.parameter("handed").is_some(),
        unreachable: reach::call_instead(visit, row.0.customer.as_deref(), Purpose::Message),
        draft,
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
