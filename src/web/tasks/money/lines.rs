//! Lines of a task: found in the catalogue or typed, edited, moved and removed.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::line_form::{LineForm, line_errors};
use super::note_error;
use crate::app::{self, posts};
use crate::domain::{CatalogueItem, Error, Line, LineId, LineKind, Result, Search, Span, TaskId};
use crate::store::Transaction;
use crate::store::catalogue::ItemFilter;
use crate::web::form::Errors;
use crate::web::tasks::one::show_with;
use crate::web::tasks::talk::ConversationForm;
use crate::web::tasks::{EmployeeOption, choices, get_whole, task_id};
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Maximum number of items shown for a search.
const FOUND: usize = 10;

/// Items of the catalogue that a search has found, to be added to a task.
struct Found {
    task: i64,
    query: String,
    items: Vec<FoundItem>,
    /// The employee who adds them.
    me: i64,
}

struct FoundItem {
    id: i64,
    name: String,
    /// Article number and barcode.
    codes: String,
    price: String,
    /// Whether somebody does it.
    is_work: bool,
}

impl FoundItem {
    fn new(item: CatalogueItem, texts: &Texts) -> Self {
        let content = item.content;
        let codes = [content.article.as_str(), content.barcode.as_str()];
        let codes = codes.into_iter().filter(|code| !code.is_empty());
        Self {
            id: item.id.get(),
            codes: codes.collect::<Vec<_>>().join(" · "),
            price: texts.money(content.price),
            is_work: content.kind == LineKind::Work,
            name: content.name.as_str().to_owned(),
        }
    }
}

/// Searches the catalogue; a blank query finds nothing.
async fn find(visit: &Visit, task: TaskId, query: &str) -> Result<Found> {
    let actor = visit.actor()?;
    let search = Search::parse(query);
    let items = match search {
        None => Vec::new(),
        search => {
            let filter = ItemFilter {
                kind: None,
                search,
                archived: Some(false),
            };
            let read =
                move |c: &_| app::catalogue::page(c, &actor, &filter, Span::first(None, FOUND));
            visit.desk.db.read(read).await?
        }
    };
    let item = |item| FoundItem::new(item, &visit.texts);
    Ok(Found {
        task: task.get(),
        query: query.to_owned(),
        items: items.into_iter().map(item).collect(),
        me: actor.id().get(),
    })
}

/// What a search has found, as a page fragment for the script.
#[derive(Template)]
#[template(path = "found-items.html")]
struct FoundPart<'a> {
    visit: &'a Visit,
    found: Found,
}

pub async fn known(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let found = find(
        visit,
        task_id(id)?,
        visit.parameter("q").unwrap_or_default(),
    )
    .await?;
    visit.page(&FoundPart { visit, found })
}

/// The page of a new line, with a search of the catalogue, or of a line to be edited.
#[derive(Template)]
#[template(path = "line.html")]
pub(super) struct LinePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    title: &'a str,
    task: i64,
    errors: Errors,
    form: LineForm,
    action: String,
    /// The search; `None` for an existing line.
    found: Option<Found>,
    /// Values that the form of an existing line was loaded with.
    pub(super) was: String,
    employees: Vec<EmployeeOption>,
    sees_costs: bool,
}

/// Which line a page is about.
pub(super) enum Which {
    New { query: String },
    Old(LineId),
}

pub(super) async fn page<'a>(
    visit: &'a Visit,
    task: TaskId,
    which: Which,
    form: LineForm,
    errors: Errors,
) -> Result<LinePage<'a>> {
    let actor = visit.actor()?;
    get_whole(visit, task).await?;
    let read = move |c: &_| app::accounts::employees(c, &actor);
    let employees = visit.desk.db.read(read).await?;
    let done_by = form.value("doneById").to_owned();
    let done_by = employees.iter().find(|one| one.id.to_string() == done_by);
    let (title, action, found) = match which {
        Which::New { query } => (
            "line-new-title",
            format!("/tasks/{task}/lines"),
            Some(find(visit, task, &query).await?),
        ),
        Which::Old(line) => (
            "line-edit-title",
            format!("/tasks/{task}/lines/{line}"),
            None,
        ),
    };
    Ok(LinePage {
        visit,
        current: "tasks",
        title,
        task: task.get(),
        errors,
        action,
        found,
        was: String::new(),
        employees: choices(&employees, done_by.map(|one| one.id)),
        form,
        sees_costs: app::catalogue::sees_costs(&actor),
    })
}

pub async fn new(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let query = visit.parameter("q").unwrap_or_default().to_owned();
    let form = LineForm::blank(actor.id());
    let page = page(visit, task, Which::New { query }, form, line_errors()).await?;
    visit.page(&page)
}

/// Adds a line, from the catalogue or of free text.
pub async fn add(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (mut errors, form) = (line_errors(), LineForm::read(|field| visit.sent(field)));
    let (form, query) = named(visit, task, form).await?;
    let which = Which::New { query };
    let Some(new) = form.change(visit, &mut errors)? else {
        let page = page(visit, task, which, form, errors).await?;
        return visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let add = || {
            let (line, _) = app::lines::add(tx, &actor, task, new, None, now)?;
            Ok(line.id.get())
        };
        posts::once(tx, post, now, add)
    };
    match visit.desk.db.write(work).await {
        Ok(_) => Ok(back(visit, task)),
        Err(error) => {
            let status = note_error(&mut errors, error, &visit.texts)?;
            visit.page_as(status, &page(visit, task, which, form, errors).await?)
        }
    }
}

/// Looks up in the catalogue what was named without a price. The only item that fits is the line;
/// otherwise the page shows what was found.
async fn named(visit: &Visit, task: TaskId, form: LineForm) -> Result<(LineForm, String)> {
    let name = form.value("name").to_owned();
    let is_named = visit.sent("itemId").is_none() && !name.is_empty();
    if !is_named || !form.value("unitPrice").is_empty() {
        return Ok((form, visit.typed("q").to_owned()));
    }
    let found = find(visit, task, &name).await?;
    Ok(match &found.items[..] {
        [item] => (
            form.of_item(item.id, item.is_work.then_some(found.me)),
            name,
        ),
        _ => (form, name),
    })
}

/// Moves a line to another position.
pub async fn put(visit: &Visit, id: &str, line: &str) -> Result<Response> {
    let (actor, task, id) = (visit.actor()?, task_id(id)?, line_id(line)?);
    let position = visit
        .typed("position")
        .parse()
        .map_err(|_| Error::NotFound)?;
    get(visit, task, id).await?;
    let now = visit.desk.clock.now();
    let work = move |tx: &Transaction<'_>| app::lines::reorder(tx, &actor, id, position, None, now);
    visit.desk.db.write(work).await?;
    Ok(back(visit, task))
}

pub async fn remove(visit: &Visit, id: &str, line: &str) -> Result<Response> {
    let (actor, task, id) = (visit.actor()?, task_id(id)?, line_id(line)?);
    let (shown, texts) = (visit.sent("was").map(str::to_owned), visit.texts.clone());
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let remove = || {
            let line = of_task(app::lines::get(tx, &actor, id)?, task)?;
            let stored = LineForm::of(&line.content, &texts).without_cost().encode();
            if shown.is_some_and(|shown| shown != stored) {
                return Ok(CHANGED);
            }
            let row = app::lines::remove(tx, &actor, id, None, now)?;
            Ok(row.task.id.get())
        };
        posts::once(tx, post, now, remove)
    };
    match visit.desk.db.write(work).await? {
        CHANGED => {
            let mut talk = ConversationForm::default();
            let text = visit.texts.s("sheet-line-changed");
            talk.errors.add_text("line", text);
            show_with(visit, &task.to_string(), StatusCode::CONFLICT, talk).await
        }
        _ => Ok(back(visit, task)),
    }
}

/// What a removal returns instead of a task, if a colleague has changed the line meanwhile.
const CHANGED: i64 = 0;

/// Reads a line of that task.
pub(super) async fn get(visit: &Visit, task: TaskId, id: LineId) -> Result<Line> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::lines::get(c, &actor, id);
    of_task(visit.desk.db.read(read).await?, task)
}

fn of_task(line: Line, task: TaskId) -> Result<Line> {
    Some(line)
        .filter(|line| line.task == task)
        .ok_or(Error::NotFound)
}

pub(super) fn back(visit: &Visit, task: TaskId) -> Response {
    visit.go(&format!("/tasks/{task}#lines"))
}

pub(super) fn line_id(text: &str) -> Result<LineId> {
    LineId::parse("id", text).map_err(|_| Error::NotFound)
}
