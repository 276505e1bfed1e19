//! The list of customers, and the search by phone while it is typed.

use askama::Template;
use warp::reply::Response;

use crate::app::{self, paging};
use crate::domain::{ChatLink, Customer, CustomerId, Error, Result, Span};
use crate::web::tasks::{CustomerLine, PhoneLookup, look_up};
use crate::web::visit::Visit;

const PAGE: usize = 50;

/// A customer as the list shows it.
struct CustomerRow {
    customer: CustomerLine,
    links: Vec<ChatLink>,
}

#[derive(Template)]
#[template(path = "customers.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    search: &'a str,
    lines: Vec<CustomerRow>,
    count: i64,
    next: Option<String>,
    first: bool,
}

pub async fn list(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let text = visit.parameter("q").unwrap_or_default();
    let search = app::customers::search(text);
    let after = visit
        .parameter("after")
        .map(|after| paging::read_customer_cursor("after", after))
        .transpose()?;
    let work = move |c: &_| {
        let all = app::customers::page(c, &actor, &search, Span::first(after, PAGE + 1))?;
        Ok((all, app::customers::count(c, &actor, &search)?))
    };
    let (mut all, count) = visit.desk.db.read(work).await?;
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let last = all.last().filter(|_| more).map(|customer| customer.id);
    let line = |customer: &Customer| CustomerRow {
        customer: CustomerLine::new(Some(customer), &visit.texts),
        links: customer.links().copied().collect(),
    };
    let page = ListPage {
        visit,
        current: "customers",
        search: text,
        lines: all.iter().map(line).collect(),
        count,
        next: last.map(|last| next(text, last)),
        first: after.is_none(),
    };
    visit.page(&page)
}

fn next(search: &str, last: CustomerId) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("q", search);
    }
    query.append_pair("after", &paging::customer_cursor(last));
    format!("/customers?{}", query.finish())
}

/// Returns the known facts about a phone, for the script on the form of a new task.
#[derive(Template)]
#[template(path = "known.html")]
struct KnownPart<'a> {
    visit: &'a Visit,
    known: PhoneLookup,
}

pub async fn known(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    let known = look_up(visit, visit.parameter("phone").unwrap_or_default()).await;
    let known = match known {
        Err(Error::Invalid(_)) => PhoneLookup::default(),
        other => other?,
    };
    visit.page(&KnownPart { visit, known })
}
