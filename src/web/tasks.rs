//! The list of tasks, one task, and what is done to it.

use askama::Template;
use jiff::Timestamp;
use warp::http::StatusCode;
use warp::reply::Response;

use super::accounts::Face;
use super::form::Errors;
use super::text::{Texts, short_name};
use super::visit::Visit;
use crate::app::{self, paging};
use crate::domain::{
    Author, Category, Conflict, Customer, Day, Days, Description, Employee, EmployeeId, Error,
    EventKind, Fate, Name, NewTask, Notice, NoticeId, NoticeRecord, Phone, Reason, Result, Search,
    Status, Task, TaskChange, TaskEvent, TaskFilter, TaskId, TaskOrder, TelegramLink,
};
use crate::store::Transaction;
use crate::store::tasks::{After, Counts, TaskRow};

/// Tasks on a page of the list.
const PAGE: usize = 50;
/// Tasks of a customer that are shown beside a form.
const LAST: usize = 5;

/// A task as lists show it.
pub struct Row {
    pub id: i64,
    pub version: i64,
    pub description: String,
    pub customer: CustomerLine,
    pub created: String,
    pub status: Status,
    pub category: Category,
    pub face: Option<Face>,
    /// The status that follows, if one does.
    pub next: Option<Status>,
}

/// Whom a task is for, in a line.
pub struct CustomerLine {
    pub id: Option<i64>,
    pub name: String,
    pub phone: String,
    /// For a link that dials.
    pub dial: String,
}

impl CustomerLine {
    pub fn new(customer: Option<&Customer>, texts: &Texts) -> Self {
        let Some(customer) = customer else {
            return Self {
                id: None,
                name: texts.s("customer-none"),
                phone: String::new(),
                dial: String::new(),
            };
        };
        let unnamed = || texts.s("customer-unnamed");
        Self {
            id: Some(customer.id.get()),
            name: customer
                .name
                .as_ref()
                .map_or_else(unnamed, |name| name.as_str().to_owned()),
            phone: customer.phone.typed().to_owned(),
            dial: customer.phone.e164().to_owned(),
        }
    }
}

impl Row {
    pub fn new(row: &TaskRow, texts: &Texts) -> Self {
        let task = &row.task;
        Self {
            id: task.id.get(),
            version: task.version,
            description: task.description.as_str().to_owned(),
            customer: CustomerLine::new(row.customer.as_ref(), texts),
            created: texts.when(&task.created),
            status: task.status,
            category: task.category,
            face: row.employee.as_ref().map(Face::of),
            next: next(task.status),
        }
    }
}

fn next(status: Status) -> Option<Status> {
    let at = Status::ALL.iter().position(|other| *other == status)?;
    Status::ALL.get(at + 1).copied()
}

/// What the address asks of the list.
#[derive(Default)]
struct Asked {
    search: String,
    statuses: Vec<Status>,
    category: Option<Category>,
    employee: Option<EmployeeId>,
    from: String,
    to: String,
}

impl Asked {
    fn read(visit: &Visit) -> Self {
        let text = |name| visit.asked(name).unwrap_or_default().to_owned();
        let statuses = visit.query.iter().filter(|(name, _)| name == "status");
        Self {
            search: text("q"),
            statuses: statuses
                .filter_map(|(_, word)| Status::from_word(word))
                .collect(),
            category: visit.asked("category").and_then(Category::from_word),
            employee: visit
                .asked("employee")
                .and_then(|id| EmployeeId::parse("employee", id).ok()),
            from: text("from"),
            to: text("to"),
        }
    }

    fn filter(&self, visit: &Visit) -> Result<TaskFilter> {
        let day = |field, text: &str| match text {
            "" => Ok(None),
            text => Day::parse(field, text).map(Some),
        };
        let zone = &visit.desk.shop.timezone;
        let created = Days::between("to", day("from", &self.from)?, day("to", &self.to)?, zone)?;
        Ok(TaskFilter {
            customer_phone: None,
            statuses: self.statuses.clone(),
            category: self.category,
            employee: self.employee,
            created,
            search: Search::parse(&self.search),
        })
    }

    /// The address of the first page with these filters.
    fn here(&self) -> String {
        self.address(&self.statuses, self.employee)
    }

    fn any(&self) -> bool {
        !(self.search.is_empty() && self.from.is_empty() && self.to.is_empty())
            || self.category.is_some()
            || self.employee.is_some()
            || !self.statuses.is_empty()
    }

    /// The address of the list with these filters, and these statuses in the place of its own.
    fn address(&self, statuses: &[Status], employee: Option<EmployeeId>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", &self.search), ("from", &self.from), ("to", &self.to)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(category) = self.category {
            query.append_pair("category", category.word());
        }
        if let Some(employee) = employee {
            query.append_pair("employee", &employee.to_string());
        }
        for status in statuses {
            query.append_pair("status", status.word());
        }
        let query = query.finish();
        if query.is_empty() {
            "/".to_owned()
        } else {
            format!("/?{query}")
        }
    }
}

/// A tab over the list, with how many tasks are behind it.
struct Tab {
    name: String,
    address: String,
    /// `None` where there are too many to count.
    count: Option<i64>,
    current: bool,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    asked: Asked,
    tabs: Vec<Tab>,
    employees: Vec<Choice>,
    rows: Vec<Row>,
    count: Option<i64>,
    next: Option<String>,
    first: bool,
    toast: Option<Toast>,
}

/// What has just happened, and the way back.
pub struct Toast {
    pub text: String,
    /// The task, its version, and the status to put it back to.
    pub undo: Option<(i64, i64, Status)>,
}

pub async fn list(visit: &Visit) -> Result<Response> {
    if visit.viewer.is_none() && !visit.desk.db.read(app::accounts::any).await? {
        return Ok(visit.go("/first-run"));
    }
    let viewer = visit.viewer()?;
    let (actor, me) = (viewer.actor, viewer.me.id);
    let asked = Asked::read(visit);
    let mut errors = Errors::default();
    let filter = errors.take(asked.filter(visit), &visit.texts)?;
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let filter = filter.unwrap_or_default();
    let order = TaskOrder::Newest;
    let after = visit
        .asked("after")
        .map(|after| paging::read_task_cursor(after, order))
        .transpose()?;
    let work = move |c: &_| {
        let rows = app::tasks::page(c, &actor, &filter, order, after, PAGE + 1)?;
        let all = TaskFilter {
            statuses: Vec::new(),
            ..filter
        };
        let by_status = app::tasks::count_by_status(c, &actor, &all)?;
        Ok((rows, by_status, app::accounts::employees(c, &actor)?))
    };
    let (mut rows, by_status, employees) = visit.desk.db.read(work).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows
        .last()
        .filter(|_| more)
        .map(|row| After::of(&row.task, order));
    let page = ListPage {
        current: "tasks",
        errors,
        tabs: tabs(&asked, &visit.texts, by_status.as_ref(), me),
        employees: choices(&employees, asked.employee),
        count: by_status.map(|counts| chosen(&asked.statuses, |status| counts.of(status))),
        rows: rows.iter().map(|row| Row::new(row, &visit.texts)).collect(),
        next: last.map(|last| with_cursor(&asked, &paging::task_cursor(last, order))),
        first: after.is_none(),
        toast: toast(visit).await?,
        asked,
        visit,
    };
    visit.page_as(status, &page)
}

fn with_cursor(asked: &Asked, cursor: &str) -> String {
    let address = asked.here();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}after={cursor}")
}

/// The sum over the chosen statuses; over all of them when none is chosen.
fn chosen(statuses: &[Status], count: impl Fn(Status) -> i64) -> i64 {
    let all = Status::ALL.iter();
    let chosen = all.filter(|status| statuses.is_empty() || statuses.contains(status));
    chosen.map(|status| count(*status)).sum()
}

fn tabs(asked: &Asked, texts: &Texts, counts: Option<&Counts>, me: EmployeeId) -> Vec<Tab> {
    let all = Tab {
        name: texts.s("tasks-all"),
        address: asked.address(&[], asked.employee),
        count: counts.map(Counts::total),
        current: asked.statuses.is_empty(),
    };
    let of_status = Status::ALL.iter().map(|status| {
        // A tab adds its status to the chosen ones, or takes it away again.
        let mut statuses = asked.statuses.clone();
        match statuses.iter().position(|chosen| chosen == status) {
            Some(at) => drop(statuses.remove(at)),
            None => statuses.push(*status),
        }
        Tab {
            name: texts.status(status),
            address: asked.address(&statuses, asked.employee),
            count: counts.map(|counts| counts.of(*status)),
            current: asked.statuses.contains(status),
        }
    });
    let is_mine = asked.employee == Some(me);
    let mine = Tab {
        name: texts.s("tasks-mine"),
        address: asked.address(&asked.statuses, (!is_mine).then_some(me)),
        // With a colleague's tasks in the list there are none of one's own among them.
        count: counts
            .filter(|_| is_mine || asked.employee.is_none())
            .map(|counts| chosen(&asked.statuses, |status| counts.own_of(status))),
        current: is_mine,
    };
    std::iter::once(all)
        .chain(of_status)
        .chain([mine])
        .collect()
}

/// An employee to choose.
struct Choice {
    id: i64,
    name: String,
    chosen: bool,
}

/// Those who are at work, and the one who is chosen in any case.
fn choices(employees: &[Employee], chosen: Option<EmployeeId>) -> Vec<Choice> {
    let choice = |employee: &Employee| Choice {
        id: employee.id.get(),
        name: short_name(employee.email.as_str()).to_owned(),
        chosen: chosen == Some(employee.id),
    };
    let all = employees
        .iter()
        .filter(|e| e.active || chosen == Some(e.id));
    all.map(choice).collect()
}

/// The toast that the address asks for; it tells what is true now, not what it was told.
async fn toast(visit: &Visit) -> Result<Option<Toast>> {
    let texts = &visit.texts;
    if let Some(id) = visit
        .asked("deleted")
        .and_then(|id| TaskId::parse("deleted", id).ok())
    {
        let text = texts.number("toast-deleted", &id.get());
        return Ok(Some(Toast { text, undo: None }));
    }
    let changed = visit
        .asked("changed")
        .and_then(|id| TaskId::parse("changed", id).ok());
    let (Some(id), Some(from)) = (changed, visit.asked("was").and_then(Status::from_word)) else {
        return Ok(None);
    };
    let actor = visit.actor()?;
    let row = visit
        .desk
        .db
        .read(move |c| app::tasks::get(c, &actor, id))
        .await?;
    let undo = (row.task.status != from).then(|| (id.get(), row.task.version, from));
    let text = changed_text(visit, &row);
    Ok(Some(Toast { text, undo }))
}

fn changed_text(visit: &Visit, row: &TaskRow) -> String {
    let texts = &visit.texts;
    let number = ("number", row.task.id.to_string().into());
    let status = ("status", texts.status(&row.task.status).into());
    match why_not_told(row.customer.as_ref()) {
        None => {
            let seconds = ("seconds", visit.desk.shop.notify_delay.as_secs().into());
            texts.with("toast-told", [number, status, seconds])
        }
        Some(why) => texts.with(
            "toast-not-told",
            [number, status, ("why", texts.s(why).into())],
        ),
    }
}

/// Why a customer can't be told; `None` when they can.
fn why_not_told(customer: Option<&Customer>) -> Option<&'static str> {
    match customer.map(|customer| customer.telegram) {
        None => Some("toast-why-deleted"),
        Some(None) => Some("toast-why-none"),
        Some(Some(TelegramLink {
            verified: false, ..
        })) => Some("toast-why-unverified"),
        Some(Some(TelegramLink { blocked: true, .. })) => Some("toast-why-blocked"),
        Some(Some(_)) => None,
    }
}

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

pub fn of_customer(customer: &Customer) -> TaskFilter {
    TaskFilter {
        customer_phone: Some(customer.phone.clone()),
        ..TaskFilter::default()
    }
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

/// What a form about a task holds.
#[derive(Default, Clone)]
struct Draft {
    phone: String,
    name: String,
    description: String,
    status: Option<Status>,
    category: Option<Category>,
}

impl Draft {
    fn read(visit: &Visit) -> Self {
        Self {
            phone: visit.typed("phone").to_owned(),
            name: visit.typed("name").to_owned(),
            // Browsers send line breaks as CR LF.
            description: visit.typed("description").replace("\r\n", "\n"),
            status: Status::from_word(visit.typed("status")),
            category: Category::from_word(visit.typed("category")),
        }
    }
}

#[derive(Template)]
#[template(path = "new-task.html")]
struct NewPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    draft: Draft,
    known: Known,
}

/// What is known of a phone while a task is written down.
#[derive(Default)]
pub struct Known {
    /// The phone was looked for.
    pub looked: bool,
    pub customer: Option<CustomerLine>,
    pub last: Vec<Row>,
}

/// Looks for the customer with a phone, and their last tasks.
///
/// # Errors
/// [`Error::Invalid`] for what is no phone.
pub async fn look_up(visit: &Visit, phone: &str) -> Result<Known> {
    let actor = visit.actor()?;
    let phone = Phone::parse("phone", phone, visit.desk.shop.country)?;
    let work = move |c: &_| {
        let customer = app::customers::by_phone(c, &actor, &phone)?;
        let last = match &customer {
            Some(customer) => {
                let filter = of_customer(customer);
                app::tasks::page(c, &actor, &filter, TaskOrder::Newest, None, LAST)?
            }
            None => Vec::new(),
        };
        Ok((customer, last))
    };
    let (customer, last) = visit.desk.db.read(work).await?;
    Ok(Known {
        looked: true,
        customer: customer.map(|customer| CustomerLine::new(Some(&customer), &visit.texts)),
        last: last.iter().map(|row| Row::new(row, &visit.texts)).collect(),
    })
}

pub async fn new(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    let draft = Draft {
        phone: visit.asked("phone").unwrap_or_default().to_owned(),
        ..Draft::default()
    };
    show_new(visit, StatusCode::OK, Errors::default(), draft).await
}

async fn show_new(
    visit: &Visit,
    status: StatusCode,
    mut errors: Errors,
    draft: Draft,
) -> Result<Response> {
    let known = match draft.phone.is_empty() {
        true => None,
        false => errors.take(look_up(visit, &draft.phone).await, &visit.texts)?,
    };
    let known = known.unwrap_or_default();
    visit.page_as(
        status,
        &NewPage {
            visit,
            current: "tasks",
            errors,
            draft,
            known,
        },
    )
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let draft = Draft::read(visit);
    let mut errors = Errors::default();
    // The button beside the phone, for whoever has no script.
    if !visit.typed("check").is_empty() {
        return show_new(visit, StatusCode::OK, errors, draft).await;
    }
    let texts = &visit.texts;
    let country = visit.desk.shop.country;
    let phone = errors.take(Phone::parse("phone", &draft.phone, country), texts)?;
    let name = errors.take(Name::parse("name", &draft.name), texts)?;
    let description = errors.take(Description::parse("description", &draft.description), texts)?;
    let (Some(customer_phone), Some(customer_name), Some(description)) = (phone, name, description)
    else {
        return show_new(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, draft).await;
    };
    let new = NewTask {
        customer_phone,
        customer_name,
        category: draft.category.unwrap_or(Category::Other),
        status: draft.status.unwrap_or(Status::Accepted),
        description,
    };
    let now = visit.desk.clock.now();
    let row = visit
        .desk
        .db
        .write(move |tx| app::tasks::create(tx, &actor, &new, now))
        .await?;
    Ok(visit.go(&format!("/tasks/{}", row.task.id)))
}

#[derive(Template)]
#[template(path = "edit-task.html")]
struct EditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    id: i64,
    version: i64,
    draft: Draft,
    /// What somebody else has saved meanwhile.
    theirs: Option<Draft>,
}

fn draft_of(task: &Task) -> Draft {
    Draft {
        description: task.description.as_str().to_owned(),
        status: Some(task.status),
        category: Some(task.category),
        ..Draft::default()
    }
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = task_id(id)?;
    let task = visit
        .desk
        .db
        .read(move |c| app::tasks::get(c, &actor, id))
        .await?
        .task;
    visit.page(&EditPage {
        visit,
        current: "tasks",
        errors: Errors::default(),
        id: id.get(),
        version: task.version,
        draft: draft_of(&task),
        theirs: None,
    })
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = task_id(id)?;
    let draft = Draft::read(visit);
    let version = visit.typed("version").parse().ok();
    let mut errors = Errors::default();
    let description = Description::parse("description", &draft.description);
    let Some(description) = errors.take(description, &visit.texts)? else {
        let version = version.unwrap_or_default();
        return show_edit(visit, id, version, errors, draft, None);
    };
    let change = TaskChange {
        expected_version: version,
        customer_phone: None,
        category: draft.category,
        status: draft.status,
        description: Some(description),
    };
    match save(visit, id, change).await {
        Ok((before, _)) => Ok(visit.go(&changed("/tasks", id, before, draft.status))),
        Err(Error::Conflict(Conflict::Version { .. })) => {
            let now = visit
                .desk
                .db
                .read(move |c| app::tasks::get(c, &actor, id))
                .await?
                .task;
            let theirs = Some(draft_of(&now));
            show_edit(visit, id, now.version, errors, draft, theirs)
        }
        Err(error) => Err(error),
    }
}

fn show_edit(
    visit: &Visit,
    id: TaskId,
    version: i64,
    errors: Errors,
    draft: Draft,
    theirs: Option<Draft>,
) -> Result<Response> {
    let status = match theirs {
        Some(_) => StatusCode::CONFLICT,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let id = id.get();
    visit.page_as(
        status,
        &EditPage {
            visit,
            current: "tasks",
            errors,
            id,
            version,
            draft,
            theirs,
        },
    )
}

/// Where to go after a change: the task, with a toast when its status changed.
fn changed(place: &str, id: TaskId, before: Status, now: Option<Status>) -> String {
    match now {
        Some(now) if now != before => format!("{place}/{id}?changed={id}&was={}", before.word()),
        _ => format!("{place}/{id}"),
    }
}

async fn save(visit: &Visit, id: TaskId, change: TaskChange) -> Result<(Status, TaskRow)> {
    let actor = visit.actor()?;
    let (shop, now) = (visit.desk.shop.clone(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let before = app::tasks::get(tx, &actor, id)?.task.status;
        Ok((
            before,
            app::tasks::update(tx, &shop, &actor, id, &change, now)?,
        ))
    };
    visit.desk.db.write(work).await
}

/// One click from a row, a button of the task's page, a move on the board, or the way back.
pub async fn set_status(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let status = Status::from_word(visit.typed("status")).ok_or(Error::NotFound)?;
    let change = TaskChange {
        expected_version: visit.typed("version").parse().ok(),
        status: Some(status),
        ..TaskChange::default()
    };
    let (before, row) = save(visit, id, change).await?;
    if visit.is_scripted() {
        return super::board::moved(visit, before, &row);
    }
    let back = super::visit::safe_path(Some(visit.typed("back")));
    let (path, query) = back.split_once('?').unwrap_or((back, ""));
    let kept = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !["changed", "was", "deleted"].contains(&&**name));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept);
    if before != status && visit.typed("undo").is_empty() {
        query
            .append_pair("changed", &id.to_string())
            .append_pair("was", before.word());
    }
    let query = query.finish();
    let joint = if query.is_empty() { "" } else { "?" };
    Ok(visit.go(&format!("{path}{joint}{query}")))
}

pub async fn assign(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (task_id(id)?, visit.desk.clock.now());
    let employee = match visit.typed("employee") {
        "" => None,
        employee => Some(EmployeeId::parse("employee", employee)?),
    };
    let version = visit.typed("version").parse().ok();
    let work =
        move |tx: &Transaction<'_>| app::tasks::assign(tx, &actor, id, employee, version, now);
    visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/tasks/{id}")))
}

#[derive(Template)]
#[template(path = "delete-task.html")]
struct DeletePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    row: Row,
}

pub async fn ask_to_delete(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = task_id(id)?;
    let row = visit
        .desk
        .db
        .read(move |c| app::tasks::get(c, &actor, id))
        .await?;
    let row = Row::new(&row, &visit.texts);
    visit.page(&DeletePage {
        visit,
        current: "tasks",
        row,
    })
}

pub async fn delete(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (task_id(id)?, visit.desk.clock.now());
    visit
        .desk
        .db
        .write(move |tx| app::tasks::delete(tx, &actor, id, now))
        .await?;
    Ok(visit.go(&format!("/?deleted={id}")))
}

pub async fn retry_notice(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = NoticeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let now = visit.desk.clock.now();
    let row = visit
        .desk
        .db
        .write(move |tx| app::notices::retry(tx, &actor, id, now))
        .await?;
    Ok(visit.go(&format!("/tasks/{}", row.task.id)))
}

/// What is no number of a task is a page that there isn't.
fn task_id(text: &str) -> Result<TaskId> {
    TaskId::parse("id", text).map_err(|_| Error::NotFound)
}
