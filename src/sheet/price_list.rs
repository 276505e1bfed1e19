//! Price lists: the catalogue as a table, ours and those of suppliers and other programs.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cell::{self, guard};
use super::columns::plain;
use super::decode::decode;
use super::known::key;
use super::reading::{COLUMNS, FIELD, ROWS};
use super::records::{Record, Records};
use super::row::one_line;
use super::workbook;
use super::write::{MARK, Writing};
use crate::domain::{
    CatalogueItem, Error, ItemChange, ItemCode, Language, LineKind, LineName, Money, Observation,
    PriceList, PriceRow, Problem, Remark, Result, Shop, SumDoubt, WarrantyDays, decimal_point,
    is_none, three_digit_point,
};
use crate::i18n;

/// Meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Field {
    Kind,
    Name,
    Article,
    Barcode,
    Price,
    Cost,
    Warranty,
    Archived,
}

/// Columns of our file, with the message ids of their headings.
const OURS: &[(Field, &str)] = &[
    (Field::Kind, "catalogue-kind"),
    (Field::Name, "catalogue-name"),
    (Field::Article, "catalogue-article"),
    (Field::Barcode, "catalogue-barcode"),
    (Field::Price, "catalogue-price"),
    (Field::Cost, "catalogue-cost"),
    (Field::Warranty, "catalogue-warranty-days"),
    (Field::Archived, "catalogue-in-archive"),
];

/// Headings of other programs and suppliers.
#[rustfmt::skip]
const THEIRS: &[(Field, &[&str])] = &[
    (Field::Kind, &["вид", "тип", "kind", "type"]),
    (Field::Name, &["название", "наименование", "наименование товара", "наименование услуги", "товар", "услуга", "работа",
        "запчасть", "номенклатура", "name", "item", "item name", "title", "product", "product name", "service", "description"]),
    (Field::Article, &["артикул", "артикул товара", "код", "код товара", "sku", "article", "article number", "part number",
        "part no", "item code", "code"]),
    (Field::Barcode, &["штрихкод", "штрих код", "ean", "ean13", "ean 13", "barcode", "bar code", "upc", "gtin"]),
    (Field::Price, &["цена", "розничная цена", "цена розничная", "цена продажи", "стоимость", "price", "retail price",
        "sale price", "selling price", "unit price"]),
    (Field::Cost, &["себестоимость", "закупочная цена", "цена закупки", "закупка", "входная цена", "cost", "cost price",
        "purchase price", "buying price"]),
    (Field::Warranty, &["гарантия", "гарантия дней", "гарантия в днях", "warranty", "warranty days", "warranty in days"]),
    (Field::Archived, &["архив", "в архиве", "archive", "archived"]),
];

static HEADINGS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    let ours = OURS.iter().flat_map(|(field, id)| {
        Language::ALL.map(|language| (key(&i18n::text(language, id)).join(" "), *field))
    });
    let theirs = THEIRS.iter().flat_map(|(field, names)| {
        let names = names.iter();
        names.map(|name| (key(name).join(" "), *field))
    });
    theirs.chain(ours).collect()
});

/// Context in which a price list is read.
pub struct PriceReading<'a> {
    pub shop: &'a Shop,
    /// Whether costs are imported. Only owners may set them.
    pub sees_costs: bool,
}

/// Reads a price list. A problem of a row is reported with the row.
///
/// # Errors
/// [`Error::Invalid`] for a file that is no table, is empty or too large.
pub fn read_prices(file: &[u8], reading: &PriceReading<'_>) -> Result<PriceList> {
    let records = match workbook::is_workbook(file) {
        true => workbook::read(file)?.1,
        false => {
            let text = decode(file)?;
            Records::new(&text).take(ROWS + 2).collect()
        }
    };
    let mut records = records.into_iter();
    let headings = records.next().ok_or(Problem::Required.at(FIELD))?;
    let records: Vec<Record> = records.collect();
    let width = records
        .iter()
        .chain([&headings])
        .map(|record| record.cells.len());
    if width.max().unwrap_or_default() > COLUMNS {
        return Err(Problem::TooManyColumns { max: COLUMNS }.at(FIELD).into());
    }
    match records.len() {
        0 => return Err(Problem::Required.at(FIELD).into()),
        1..=ROWS => {}
        _ => return Err(Problem::TooManyRows { max: ROWS }.at(FIELD).into()),
    }
    Ok(Columns::of(&headings, &records, reading).read(&records))
}

/// The columns of a file.
struct Columns<'a> {
    reading: &'a PriceReading<'a>,
    /// Place and heading of each field.
    places: HashMap<Field, (usize, String)>,
    width: usize,
    /// Decimal points of the columns of sums.
    points: HashMap<Field, char>,
    left_out: Vec<String>,
    remarks: Vec<Observation>,
}

impl<'a> Columns<'a> {
    fn of(headings: &Record, records: &[Record], reading: &'a PriceReading<'a>) -> Self {
        let mut columns = Self {
            reading,
            places: HashMap::new(),
            width: headings.cells.len(),
            points: HashMap::new(),
            left_out: Vec::new(),
            remarks: Vec::new(),
        };
        for (at, text) in headings.cells.iter().enumerate() {
            let heading = one_line(cell::unguard(text));
            let field = HEADINGS.get(&key(&heading).join(" ")).copied();
            let is_hidden = field == Some(Field::Cost) && !reading.sees_costs;
            if is_hidden {
                columns.remarks.push(Observation::CostLeftOut);
            }
            let field = field.filter(|field| !is_hidden && !columns.places.contains_key(field));
            match field {
                Some(field) => {
                    let cells = records.iter().filter_map(|record| record.cells.get(at));
                    if let Some(point) = decimal_point(cells.map(cell::unguard)) {
                        columns.points.insert(field, point);
                    }
                    columns.places.insert(field, (at, heading));
                }
                None if heading.is_empty() => {}
                None => columns.left_out.push(heading),
            }
        }
        columns
    }

    fn read(self, records: &[Record]) -> PriceList {
        let named = [Field::Name, Field::Article, Field::Barcode];
        let is_known = named.iter().any(|field| self.places.contains_key(field));
        let problem = (!is_known).then(|| Problem::PriceHeadingsUnknown.at(FIELD));
        let rows = match problem {
            Some(_) => Vec::new(),
            None => records.iter().map(|record| self.row(record)).collect(),
        };
        PriceList {
            rows,
            left_out: self.left_out,
            problem,
            remarks: self.remarks,
        }
    }

    fn heading(&self, field: Field) -> String {
        let place = self.places.get(&field);
        place
            .map(|(_, heading)| heading.clone())
            .unwrap_or_default()
    }

    fn row(&self, record: &Record) -> PriceRow {
        let mut remarks: Vec<Remark> = record
            .fault
            .clone()
            .map(Remark::of_row)
            .into_iter()
            .collect();
        if record
            .cells
            .iter()
            .skip(self.width)
            .any(|cell| !cell.trim().is_empty())
        {
            remarks.push(Remark::of_row(Observation::Wrong(Problem::MoreCells)));
        }
        let mut row = RowOfPrices {
            columns: self,
            record,
            remarks,
        };
        let change = ItemChange {
            kind: row.value(Field::Kind, kind),
            name: row.value(Field::Name, |text| LineName::parse("name", text)),
            article: row.value(Field::Article, code),
            barcode: row.value(Field::Barcode, code),
            price: row.sum(Field::Price),
            cost: row.sum(Field::Cost).map(Some),
            warranty: row.value(Field::Warranty, days),
            archived: row.value(Field::Archived, truth),
        };
        PriceRow {
            row: record.row,
            change,
            article_heading: self.heading(Field::Article),
            name_heading: self.heading(Field::Name),
            price_heading: self.heading(Field::Price),
            remarks: row.remarks,
        }
    }
}

/// A row being read.
struct RowOfPrices<'a> {
    columns: &'a Columns<'a>,
    record: &'a Record,
    remarks: Vec<Remark>,
}

impl RowOfPrices<'_> {
    /// Returns the text of a cell; `None` for an empty one.
    fn text(&self, field: Field) -> Option<String> {
        let (at, _) = self.columns.places.get(&field)?;
        let text = one_line(cell::unguard(self.record.cells.get(*at)?));
        (!text.is_empty()).then_some(text)
    }

    fn value<T>(&mut self, field: Field, parse: impl Fn(&str) -> Result<T>) -> Option<T> {
        let parsed = parse(&self.text(field)?);
        self.checked(field, parsed)
    }

    fn sum(&mut self, field: Field) -> Option<Money> {
        let text = self.text(field).filter(|text| !is_none(text))?;
        let currency = self.columns.reading.shop.currency;
        let point = self.columns.points.get(&field).copied();
        let point = point.or_else(|| three_digit_point(&text, currency));
        let read = Money::read("sum", &text, currency, point);
        let (sum, doubt) = self.checked(field, read)?;
        match doubt {
            // A price in another currency would be a wrong price.
            Some(SumDoubt::OtherWords) => {
                self.checked(field, Err(Problem::SumMalformed.at("sum").into()))
            }
            Some(doubt) => {
                self.note(field, Observation::Sum(doubt));
                Some(sum)
            }
            None => Some(sum),
        }
    }

    /// Returns the value, or records a remark on its problem.
    fn checked<T>(&mut self, field: Field, parsed: Result<T>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(Error::Invalid(invalid)) => {
                self.note(field, Observation::Wrong(invalid.problem));
                None
            }
            Err(_) => {
                self.note(field, Observation::Wrong(Problem::CellUnknown));
                None
            }
        }
    }

    fn note(&mut self, field: Field, what: Observation) {
        let column = self.columns.heading(field);
        self.remarks.push(Remark { column, what });
    }
}

fn code(text: &str) -> Result<ItemCode> {
    match cell::is_shortened(text) {
        true => Err(Problem::DigitsLost.at("code").into()),
        false => ItemCode::parse("code", text),
    }
}

/// Parses a number of days; 0 is no warranty.
fn days(text: &str) -> Result<Option<WarrantyDays>> {
    let digits = text.split_whitespace().next().unwrap_or_default();
    WarrantyDays::new("warrantyDays", digits.parse().unwrap_or(-1))
}

fn kind(text: &str) -> Result<LineKind> {
    let text = plain(text);
    let called = |kind: &&LineKind| {
        let ids = match kind {
            LineKind::Work => ["line-kind-work", "line-kind-works"],
            LineKind::Part => ["line-kind-part", "line-kind-parts"],
        };
        let named = ids.iter().any(|id| {
            Language::ALL
                .iter()
                .any(|of| plain(&i18n::text(*of, id)) == text)
        });
        named || plain(kind.word()) == text
    };
    let theirs = match &*text {
        "услуга" | "услуги" | "service" | "services" => Some(LineKind::Work),
        "товар" | "товары" | "деталь" | "детали" | "материал" | "product" | "goods" => {
            Some(LineKind::Part)
        }
        _ => None,
    };
    let kind = LineKind::ALL.iter().find(called).copied().or(theirs);
    kind.ok_or_else(|| Problem::CellUnknown.at("kind").into())
}

fn truth(text: &str) -> Result<bool> {
    let text = plain(text);
    let says = |id: &str| {
        Language::ALL
            .iter()
            .any(|of| plain(&i18n::text(*of, id)) == text)
    };
    match &*text {
        _ if says("word-yes") => Ok(true),
        _ if says("word-no") => Ok(false),
        "1" | "true" | "истина" | "+" => Ok(true),
        "0" | "false" | "ложь" | "-" => Ok(false),
        _ => Err(Problem::CellUnknown.at("archived").into()),
    }
}

impl Writing {
    fn fields(sees_costs: bool) -> impl Iterator<Item = &'static (Field, &'static str)> {
        let is_shown = move |(field, _): &&(Field, &str)| sees_costs || *field != Field::Cost;
        OURS.iter().filter(is_shown)
    }

    /// Returns the header of a price list.
    ///
    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn head_of_prices(&self, sees_costs: bool) -> Result<Vec<u8>> {
        let headings =
            Self::fields(sees_costs).map(|(_, id)| guard(&i18n::text(self.language, id)));
        let headings: Vec<_> = headings.collect();
        Ok([MARK, &self.lines(std::iter::once(headings))?].concat())
    }

    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn prices(&self, items: &[CatalogueItem], sees_costs: bool) -> Result<Vec<u8>> {
        self.lines(items.iter().map(|item| {
            let cells = Self::fields(sees_costs);
            let cells = cells.map(|(field, _)| self.of_item(*field, item));
            cells.collect::<Vec<_>>()
        }))
    }

    fn of_item(&self, field: Field, item: &CatalogueItem) -> String {
        let (item, text) = (&item.content, |id| i18n::text(self.language, id));
        match field {
            Field::Kind => text(match item.kind {
                LineKind::Work => "line-kind-work",
                LineKind::Part => "line-kind-part",
            }),
            Field::Name => guard(item.name.as_str()),
            Field::Article => guard(item.article.as_str()),
            Field::Barcode => guard(item.barcode.as_str()),
            Field::Price => self.sum(Some(item.price)),
            Field::Cost => self.sum(item.cost),
            Field::Warranty => item
                .warranty
                .map(|days| days.get().to_string())
                .unwrap_or_default(),
            Field::Archived => text(if item.archived { "word-yes" } else { "word-no" }),
        }
    }
}
