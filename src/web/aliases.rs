//! The owner's page of the words that the search takes for one another.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::visit::Visit;
use crate::app::{aliases, posts};
use crate::domain::{Alias, AliasId, AliasWords, Error, Result};
use crate::store::Transaction;

/// Typed fields of the forms.
pub const FIELDS: &[&str] = &["word", "meaning"];

#[derive(Template)]
#[template(path = "search-words.html")]
struct WordsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    /// The row whose form was refused; `None` for the form of a new one.
    refused: Option<i64>,
    rows: Vec<Alias>,
}

impl WordsPage<'_> {
    /// Returns what stands in a field of a row: what was typed, if it was refused.
    fn value(&self, row: &Alias, field: &str) -> String {
        let words = &row.words;
        match (self.is_refused(row), field) {
            (true, _) => self.visit.typed(field).to_owned(),
            (false, "word") => words.word.as_str().to_owned(),
            (false, _) => words.meaning.as_str().to_owned(),
        }
    }

    fn is_refused(&self, row: &Alias) -> bool {
        self.errors.any() && self.refused == Some(row.id.get())
    }

    fn is_new_refused(&self) -> bool {
        self.errors.any() && self.refused.is_none()
    }
}

pub async fn list(visit: &Visit) -> Result<Response> {
    show(visit, StatusCode::OK, Errors::default(), None).await
}

async fn show(
    visit: &Visit,
    status: StatusCode,
    errors: Errors,
    refused: Option<i64>,
) -> Result<Response> {
    let owner = visit.owner()?;
    let rows = visit.desk.db.read(move |c: &_| aliases::list(c, &owner));
    let page = WordsPage {
        visit,
        current: "search-words",
        errors: errors
            .calling("word", "aliases-word")
            .calling("meaning", "aliases-meaning"),
        refused,
        rows: rows.await?,
    };
    visit.page_as(status, &page)
}

/// Adds a pair of words.
pub async fn add(visit: &Visit) -> Result<Response> {
    let (owner, post, now) = (visit.owner()?, visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>, words: AliasWords| {
        let add = || aliases::add(tx, &owner, &words).map(AliasId::get);
        posts::once(tx, post, now, add).map(drop)
    };
    save(visit, None, work).await
}

/// Changes a pair of words.
pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, id) = (visit.owner()?, alias_id(id)?);
    let work = move |tx: &Transaction<'_>, words| aliases::update(tx, &owner, id, &words);
    save(visit, Some(id.get()), work).await
}

/// Removes a pair of words.
pub async fn remove(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, id) = (visit.owner()?, alias_id(id)?);
    let work = move |tx: &Transaction<'_>| aliases::remove(tx, &owner, id);
    visit.desk.db.write(work).await?;
    Ok(visit.go("/search-words"))
}

async fn save(
    visit: &Visit,
    row: Option<i64>,
    work: impl FnOnce(&Transaction<'_>, AliasWords) -> Result<()> + Send + 'static,
) -> Result<Response> {
    let mut errors = Errors::default();
    let words = AliasWords::parse(visit.typed("word"), visit.typed("meaning"));
    if let Some(words) = errors.take(words, &visit.texts)? {
        let saved = visit
            .desk
            .db
            .write(move |tx: &Transaction<'_>| work(tx, words));
        if errors.take(saved.await, &visit.texts)?.is_some() {
            return Ok(visit.go("/search-words"));
        }
    }
    show(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, row).await
}

fn alias_id(text: &str) -> Result<AliasId> {
    AliasId::parse("id", text).map_err(|_| Error::NotFound)
}
