//! Merging two cards: the other card is found, what happens is shown, and a day long it can be undone.

use askama::Template;
use warp::reply::Response;

use super::{customer_id, get};
use crate::app;
use crate::domain::{Actor, Customer, CustomerId, Error, MergeId, Merged, Messenger, Result, Span};
use crate::i18n::{self, messenger_name};
use crate::store::{Connection, Transaction};
use crate::web::tasks::{CustomerLine, of_customer};
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Maximum number of found customers.
const FOUND: usize = 20;

/// A card in the preview.
struct Side {
    line: CustomerLine,
    tasks: i64,
    debt: String,
}

/// What becomes of the accounts on a messenger.
struct Accounts {
    messenger: &'static str,
    /// Whether each card has one.
    kept: bool,
    other: bool,
    what: String,
}

#[derive(Template)]
#[template(path = "merge-customers.html")]
struct MergePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    id: i64,
    kept: Side,
    /// The card that goes; `None` while it is looked for.
    other: Option<Side>,
    search: &'a str,
    found: Vec<CustomerLine>,
    /// The messengers on which one of the cards has an account.
    accounts: Vec<Accounts>,
    /// Message id of where the other phone goes.
    phone: &'static str,
}

/// A merge that can be undone, on the page of the kept card.
pub(super) struct MergeLine {
    pub(super) id: i64,
    pub(super) text: String,
    pub(super) until: String,
}

pub(super) fn lines(merges: &[Merged], texts: &Texts) -> Vec<MergeLine> {
    let line = |merged: &Merged| {
        let (name, phone) = merged.cards.title();
        let name = name.map_or_else(
            || texts.s("customer-unnamed"),
            |name| name.as_str().to_owned(),
        );
        MergeLine {
            id: merged.id.get(),
            text: format!("{name}, {}", phone.formatted()),
            until: texts.exact(&merged.until()),
        }
    };
    merges.iter().map(line).collect()
}

pub async fn ask_to_merge(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let card = get(visit, customer_id(id)?).await?;
    let other = visit.parameter("other").map(customer_id).transpose()?;
    let other = match other.filter(|other| *other != card.id) {
        Some(other) => Some(get(visit, other).await?),
        None => None,
    };
    let search = visit.parameter("q").unwrap_or_default();
    let mut found = find(visit, actor, search).await?;
    found.retain(|found| found.id != card.id);
    let page = MergePage {
        visit,
        current: "customers",
        id: card.id.get(),
        kept: side(visit, actor, &card).await?,
        accounts: Messenger::ALL
            .iter()
            .filter_map(|messenger| accounts(&card, other.as_ref()?, *messenger, &visit.texts))
            .collect(),
        phone: match card.second_phone.is_none() {
            true => "merge-phone-second",
            false => "merge-phone-note",
        },
        other: match &other {
            Some(other) => Some(side(visit, actor, other).await?),
            None => None,
        },
        search,
        found: found
            .iter()
            .map(|card| CustomerLine::new(Some(card), &visit.texts))
            .collect(),
    };
    visit.page(&page)
}

/// Finds cards by name or phone, or by number.
async fn find(visit: &Visit, actor: Actor, text: &str) -> Result<Vec<Customer>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let search = app::customers::search(text);
    let number = CustomerId::parse("q", text.trim_start_matches(['№', '#']).trim()).ok();
    let work = move |c: &Connection| {
        let mut found = app::customers::page(c, &actor, &search, Span::first(None, FOUND))?;
        let numbered = number.map(|id| app::customers::get(c, &actor, id));
        if let Some(Ok(card)) = numbered
            && found.iter().all(|found| found.id != card.id)
        {
            found.insert(0, card);
        }
        Ok(found)
    };
    visit.desk.db.read(work).await
}

async fn side(visit: &Visit, actor: Actor, card: &Customer) -> Result<Side> {
    let (id, filter) = (card.id, of_customer(card));
    let work = move |c: &Connection| {
        let debts = app::handovers::debts_of_customers(c, &actor, &[id])?;
        Ok((
            app::tasks::count(c, &actor, &filter)?,
            debts.get(&id).copied(),
        ))
    };
    let (tasks, debt) = visit.desk.db.read(work).await?;
    Ok(Side {
        line: CustomerLine::new(Some(card), &visit.texts),
        tasks,
        debt: debt.map_or_else(String::new, |sum| visit.texts.money(sum)),
    })
}

/// Describes what becomes of the accounts on a messenger; `None` when neither card has one.
fn accounts(
    kept: &Customer,
    other: &Customer,
    messenger: Messenger,
    texts: &Texts,
) -> Option<Accounts> {
    let (kept, other) = (kept.link(messenger), other.link(messenger));
    let id = match (kept, other) {
        (Some(kept), Some(other)) if kept.chat != other.chat => "merge-account-dropped",
        (None, Some(_)) => "merge-account-moves",
        (Some(_), _) => "merge-account-stays",
        (None, None) => return None,
    };
    let name = messenger_name(messenger);
    Some(Accounts {
        messenger: name,
        kept: kept.is_some(),
        other: other.is_some(),
        what: texts.fill(id, "messenger", name),
    })
}

pub async fn merge(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, keep) = (visit.actor()?, customer_id(id)?);
    let other = customer_id(visit.typed("other"))?;
    let (language, now) = (visit.texts.language, visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let label = |id| i18n::text(language, id);
        app::merges::merge(tx, &actor, keep, other, label, now).map(drop)
    };
    visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/customers/{keep}")))
}

pub async fn undo_merge(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, now) = (visit.actor()?, visit.desk.clock.now());
    customer_id(id)?;
    let merge = MergeId::parse("merge", visit.typed("merge")).map_err(|_| Error::NotFound)?;
    let work = move |tx: &Transaction<'_>| app::merges::undo(tx, &actor, merge, now);
    let (_, back) = visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/customers/{}", back.id)))
}
