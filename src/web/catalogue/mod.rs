//! The catalogue: the price list of works and parts, edited row by row.

mod form;
mod import;
mod save;

pub use import::{apply, download, preview, refused, too_large, upload};
pub use save::{archive, create, update};

use form::{FIELDS, ItemForm};

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::data;
use super::form::Errors;
use super::visit::Visit;
use crate::app::{self, paging};
use crate::domain::{CatalogueItem, ItemId, LineKind, Money, Result, Search, Span, WarrantyDays};
use crate::store::catalogue::ItemFilter;

const PAGE: usize = 50;
/// Value of the query parameter `edit` that shows the form of a new item.
const NEW: &str = "new";
/// Query parameters of the list, which links and forms keep.
const FILTERS: &[&str] = &["q", "kind", "archived", "after"];

#[derive(Template)]
#[template(path = "catalogue.html")]
struct CataloguePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    search: &'a str,
    kind: Option<LineKind>,
    archived: bool,
    items: Vec<CatalogueItem>,
    count: i64,
    next: Option<String>,
    first: bool,
    /// The form of an item, or of a new one without an id.
    form: Option<ItemForm>,
    sees_costs: bool,
    /// Numbers of new and changed items of an import.
    done: Option<String>,
    /// Token of the stored file whose rows with errors were skipped.
    left: Option<&'a str>,
    mib: usize,
}

impl CataloguePage<'_> {
    /// Returns whether the row of an item is a form.
    fn is_edited(&self, item: &CatalogueItem) -> bool {
        self.form.as_ref().and_then(|form| form.id) == Some(item.id)
    }

    /// Returns the form of a new item.
    fn new_form(&self) -> Option<&ItemForm> {
        self.form.as_ref().filter(|form| form.id.is_none())
    }

    fn money(&self, sum: &Money) -> String {
        self.visit.texts.money(*sum)
    }

    fn days(&self, days: &WarrantyDays) -> String {
        self.visit.texts.count("catalogue-days", &days.get())
    }

    /// Returns the address at which the row of an item is a form.
    fn edit(&self, id: &ItemId) -> String {
        self.with(&format!("edit={id}"))
    }

    /// Returns the text of the button that archives an item or restores it.
    fn move_word(&self, item: &CatalogueItem) -> String {
        self.visit.texts.s(match item.content.archived {
            true => "catalogue-restore",
            false => "catalogue-archive",
        })
    }

    /// Returns the address of the list with its filters, to which `more` is added.
    fn with(&self, more: &str) -> String {
        address(self.visit, "/catalogue", more)
    }

    /// Returns the address of a form about an item, which keeps the filters.
    fn action(&self, id: &ItemId, what: &str) -> String {
        address(self.visit, &format!("/catalogue/{id}{what}"), "")
    }

    fn columns(&self) -> usize {
        6 + usize::from(self.sees_costs)
    }
}

/// Returns a path with the filters of the list, and a further parameter.
fn address(visit: &Visit, path: &str, more: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in FILTERS {
        if let Some(value) = visit.parameter(name) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    let parts = [query.as_str(), more].into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", parts.join("&")),
    }
}

pub async fn list(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let form = match visit.parameter("edit") {
        None => None,
        Some(NEW) => Some(ItemForm::new()),
        Some(id) => {
            let id = form::id(id)?;
            let get = move |c: &_| app::catalogue::get(c, &actor, id);
            let item = visit.desk.db.look_up(get).await?;
            let sees_costs = app::catalogue::sees_costs(&actor);
            Some(ItemForm::of(&item, sees_costs, &visit.texts))
        }
    };
    show(visit, StatusCode::OK, form, Errors::default()).await
}

/// Shows the list; the item of the form is on it, whatever the filters are.
async fn show(
    visit: &Visit,
    status: StatusCode,
    form: Option<ItemForm>,
    errors: Errors,
) -> Result<Response> {
    let actor = visit.actor()?;
    let search = visit.parameter("q").unwrap_or_default();
    let kind = visit.parameter("kind").and_then(LineKind::from_word);
    let archived = visit.parameter("archived").is_some();
    let after = visit
        .parameter("after")
        .map(|after| paging::read_item_cursor("after", after));
    let after = after.transpose()?;
    let filter = ItemFilter {
        search: Search::parse(search),
        kind,
        archived: Some(archived),
    };
    let edited = form.as_ref().and_then(|form| form.id);
    let work = move |c: &_| {
        let items = app::catalogue::page(c, &actor, &filter, Span::first(after, PAGE + 1))?;
        let edited = edited.filter(|id| items.iter().all(|item| item.id != *id));
        let edited = edited.map(|id| app::catalogue::get(c, &actor, id));
        let count = app::catalogue::count(c, &actor, &filter)?;
        Ok((items, edited.transpose()?, count))
    };
    let (mut items, edited, count) = visit.desk.db.read(work).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let last = items.last().filter(|_| more).map(|item| item.id);
    items.splice(0..0, edited);
    let mut page = CataloguePage {
        visit,
        current: "catalogue",
        errors: errors.calling("name", "catalogue-name"),
        search,
        kind,
        archived,
        items,
        count,
        next: None,
        first: after.is_none(),
        form,
        sees_costs: app::catalogue::sees_costs(&actor),
        done: done(visit),
        left: visit
            .parameter("file")
            .and_then(|token| import::kept(visit, token)),
        mib: data::TABLE,
    };
    page.next = last.map(|last| next(visit, last));
    visit.page_as(status, &page)
}

/// Returns the result of an import, as a sentence.
fn done(visit: &Visit) -> Option<String> {
    let count = |name| visit.parameter(name)?.parse::<u32>().ok();
    let (new, changed) = (count("new")?, count("changed")?);
    let texts = &visit.texts;
    let done = texts.fill2("prices-done", "new", new, "changed", changed);
    Some(match count("left") {
        Some(left) => format!("{done} {}", texts.fill("data-left", "count", left)),
        None => done,
    })
}

fn next(visit: &Visit, last: ItemId) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in FILTERS.iter().filter(|name| **name != "after") {
        if let Some(value) = visit.parameter(name) {
            query.append_pair(name, value);
        }
    }
    query.append_pair("after", &paging::item_cursor(last));
    format!("/catalogue?{}", query.finish())
}
