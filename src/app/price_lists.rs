//! Import of price lists into the catalogue. All staff may; the cost is for owners alone.

use std::collections::{HashMap, HashSet};

use super::catalogue;
use super::security::secrets;
use crate::domain::{
    Actor, CatalogueItem, Conflict, Error, ItemChange, ItemCode, ItemContent, ItemId, JudgedRow,
    LineKind, Observation, PriceList, PriceOutcome, PriceReport, PriceRow, Problem, Remark, Result,
    Span, fold,
};
use crate::store::catalogue::ItemFilter;
use crate::store::{self, Connection, Transaction};

/// Returns row by row what [`apply`] would do now.
pub fn preview(connection: &Connection, actor: &Actor, list: &PriceList) -> Result<PriceReport> {
    Ok(judge(connection, actor, list)?.0)
}

/// Imports a price list. `expected` is the digest of the confirmed preview; rows with errors are
/// left out if `skips_invalid`.
///
/// # Errors
/// The problem of the file as a whole; [`Conflict::Import`] when the outcome would differ from the
/// preview; and [`Problem::RowsWrong`] at `field`.
pub fn apply(
    tx: &Transaction,
    actor: &Actor,
    field: &'static str,
    list: &PriceList,
    expected: &str,
    skips_invalid: bool,
) -> Result<PriceReport> {
    let (report, contents) = judge(tx, actor, list)?;
    if let Some(problem) = report.problem {
        return Err(problem.into());
    }
    if expected != report.digest {
        return Err(Conflict::Import.into());
    }
    if report.refused() > 0 && !skips_invalid {
        let count = report.refused();
        return Err(Problem::RowsWrong { count }.at(field).into());
    }
    for (row, content) in report.rows.iter().zip(&contents) {
        match (row.outcome, content) {
            (PriceOutcome::New, Some(content)) => drop(store::catalogue::insert(tx, content)?),
            (PriceOutcome::Changed(id), Some(content)) => {
                store::catalogue::update(tx, id, content)?;
            }
            _ => {}
        }
    }
    Ok(report)
}

/// Returns the outcome of each row, and the item that it leads to.
fn judge(
    connection: &Connection,
    actor: &Actor,
    list: &PriceList,
) -> Result<(PriceReport, Vec<Option<ItemContent>>)> {
    let filter = ItemFilter::default();
    let mut items = catalogue::page(
        connection,
        actor,
        &filter,
        Span::first(None, usize::MAX >> 1),
    )?;
    items.sort_by_key(|item| item.id.get());
    let mut known = Known::of(&items);
    let (mut rows, mut contents) = (Vec::new(), Vec::new());
    let mut said = String::new();
    for row in &list.rows {
        let (judged, content) = known.judge(row)?;
        said += &format!("{:?} {content:?}\n", judged.outcome);
        rows.push(judged);
        contents.push(content);
    }
    let report = PriceReport {
        rows,
        left_out: list.left_out.clone(),
        problem: list.problem.clone(),
        remarks: list.remarks.clone(),
        digest: secrets::mark(&said),
    };
    Ok((report, contents))
}

/// The items of the catalogue by what they are recognised by, each list in the order of their ids.
struct Known<'a> {
    articles: HashMap<String, &'a CatalogueItem>,
    barcodes: HashMap<String, Vec<&'a CatalogueItem>>,
    names: HashMap<(LineKind, String), Vec<&'a CatalogueItem>>,
    /// Items that earlier rows were recognised as.
    taken: HashSet<ItemId>,
    /// Article numbers of earlier rows, with the rows.
    numbers: HashMap<String, usize>,
}

impl<'a> Known<'a> {
    fn of(items: &'a [CatalogueItem]) -> Self {
        let mut known = Self {
            articles: HashMap::new(),
            barcodes: HashMap::new(),
            names: HashMap::new(),
            taken: HashSet::new(),
            numbers: HashMap::new(),
        };
        for item in items {
            let content = &item.content;
            known.articles.insert(content.article_key(), item);
            let barcode = fold(content.barcode.as_str());
            known.barcodes.entry(barcode).or_default().push(item);
            let name = (content.kind, fold(content.name.as_str()));
            known.names.entry(name).or_default().push(item);
        }
        known.articles.remove("");
        known.barcodes.remove("");
        known
    }

    fn judge(&mut self, row: &PriceRow) -> Result<(JudgedRow, Option<ItemContent>)> {
        let (change, mut remarks) = (&row.change, row.remarks.clone());
        let text = |text: Option<&str>| fold(text.unwrap_or_default());
        let article = text(change.article.as_ref().map(ItemCode::as_str));
        if !article.is_empty()
            && !row.is_refused()
            && let Some(first) = self.numbers.insert(article.clone(), row.row)
        {
            let problem = Problem::NumberTwice { row: first };
            remarks.push(wrong(&row.article_heading, problem));
        }
        let is_refused = |remarks: &[Remark]| remarks.iter().any(|remark| remark.what.is_wrong());
        let found = match is_refused(&remarks) {
            true => None,
            false => self.find(change, &article),
        };
        let made = match (found, is_refused(&remarks)) {
            (_, true) => None,
            (Some(item), _) => Some(change.clone().apply(item.content.clone())),
            (None, _) => Some(new(change)),
        };
        let content = match made.transpose() {
            Ok(content) => content,
            Err(Error::Invalid(invalid)) => {
                let heading = match invalid.field {
                    "name" => &row.name_heading,
                    _ => &row.price_heading,
                };
                remarks.push(wrong(heading, invalid.problem));
                None
            }
            Err(error) => return Err(error),
        };
        let outcome = match (found, &content) {
            (_, None) => PriceOutcome::Refused,
            (None, _) => PriceOutcome::New,
            (Some(item), Some(content)) if item.content == *content => {
                PriceOutcome::Unchanged(item.id)
            }
            (Some(item), _) => PriceOutcome::Changed(item.id),
        };
        if let Some(item) = found.filter(|_| content.is_some()) {
            self.taken.insert(item.id);
        }
        let name = change.name.as_ref().map(|name| name.as_str().to_owned());
        let judged = JudgedRow {
            row: row.row,
            name: name
                .or_else(|| found.map(|item| item.content.name.as_str().to_owned()))
                .unwrap_or_default(),
            outcome,
            changed: found.zip(content.as_ref()).map_or_else(Vec::new, changed),
            remarks,
        };
        Ok((judged, content))
    }

    /// Returns the item of a row: by its article number, else by its barcode, else by its name. An
    /// item with another number or barcode is another one, whatever its name.
    fn find(&self, change: &ItemChange, article: &str) -> Option<&'a CatalogueItem> {
        let is_free = |item: &&&CatalogueItem| !self.taken.contains(&item.id);
        if let Some(item) = self.articles.get(article).filter(is_free) {
            return Some(item);
        }
        let barcode = change.barcode.as_ref().map(|code| fold(code.as_str()));
        let barcode = barcode.unwrap_or_default();
        let by_barcode = self.barcodes.get(&barcode).into_iter().flatten();
        if let Some(item) = by_barcode.clone().find(|item| is_free(item)) {
            return Some(item);
        }
        let name = fold(change.name.as_ref()?.as_str());
        let may_be = |code: &str, other: &str| code.is_empty() || other.is_empty() || code == other;
        let same = |item: &&&CatalogueItem| {
            may_be(article, &item.content.article_key())
                && may_be(&barcode, &fold(item.content.barcode.as_str()))
        };
        let kinds = LineKind::ALL.iter();
        let kinds = kinds.filter(|kind| change.kind.is_none_or(|of| of == **kind));
        let named = kinds.filter_map(|kind| self.names.get(&(*kind, name.clone())));
        let mut named = named.flatten().filter(is_free).filter(same);
        named.next().copied()
    }
}

/// A new item is a part unless the row says otherwise.
fn new(change: &ItemChange) -> Result<ItemContent> {
    let kind = change.kind.or(Some(LineKind::Part));
    let change = ItemChange {
        kind,
        ..change.clone()
    };
    change.into_new()
}

fn wrong(heading: &str, problem: Problem) -> Remark {
    Remark {
        column: heading.to_owned(),
        what: Observation::Wrong(problem),
    }
}

/// Returns the names of the fields in which an item differs from what it becomes.
fn changed((item, to): (&CatalogueItem, &ItemContent)) -> Vec<&'static str> {
    let from = &item.content;
    let all = [
        ("kind", from.kind != to.kind),
        ("name", from.name != to.name),
        ("article", from.article != to.article),
        ("barcode", from.barcode != to.barcode),
        ("price", from.price != to.price),
        ("cost", from.cost != to.cost),
        ("warrantyDays", from.warranty != to.warranty),
        ("archived", from.archived != to.archived),
    ];
    all.into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
}
