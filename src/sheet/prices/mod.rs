//! Price lists: the catalogue as a table, ours and those of suppliers and other programs.

mod field;
mod values;
mod write;

use std::collections::{BTreeMap, HashMap};

use super::cell;
use super::decode::decode;
use super::headings::twice;
use super::known::key;
use super::reading::{COLUMNS, FIELD, ROWS};
use super::records::{Record, Records};
use super::row::one_line;
use super::table::TableColumn;
use super::workbook;
use crate::domain::{
    Error, Invalid, ItemChange, LineName, Money, Observation, PriceList, PriceRow, Problem, Remark,
    Result, Shop, SumDoubt, decimal_point, is_none, three_digit_point,
};

use field::HEADINGS;
pub use field::PriceField;

/// Context in which a price list is read.
pub struct PriceReading<'a> {
    pub shop: &'a Shop,
    /// Whether costs are imported. Only owners may set them.
    pub sees_costs: bool,
    /// Chosen meanings of columns by index, from 0; the others are guessed.
    pub places: BTreeMap<usize, PriceField>,
}

/// A price list as shown for review: its rows, and the meaning of its columns.
pub struct PriceTable {
    pub list: PriceList,
    /// In the order of the file.
    pub columns: Vec<TableColumn<PriceField>>,
    /// The rows as they stand in the file.
    records: Vec<Record>,
}

/// Reads a price list. A problem of a row is reported with the row.
///
/// # Errors
/// [`Error::Invalid`] for a file that is no table, is empty or too large.
pub fn read_prices(file: &[u8], reading: &PriceReading<'_>) -> Result<PriceTable> {
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
    let columns = Columns::of(&headings, &records, reading);
    Ok(PriceTable {
        columns: TableColumn::all(&columns.all, &records),
        list: columns.read(&records),
        records,
    })
}

/// Reports a file without any column that could identify an item.
fn too_few(fields: &[PriceField]) -> Option<Invalid> {
    let named = [PriceField::Name, PriceField::Article, PriceField::Barcode];
    let found = fields.iter().any(|field| named.contains(field));
    (!found).then(|| Problem::PriceHeadingsUnknown.at(FIELD))
}

/// The columns of a file.
struct Columns<'a> {
    reading: &'a PriceReading<'a>,
    /// Meaning and heading, in the order of the file.
    all: Vec<(PriceField, String)>,
    /// Decimal points of the columns of sums.
    points: HashMap<PriceField, char>,
    /// Reason why no rows can be read under these headings.
    problem: Option<Invalid>,
    remarks: Vec<Observation>,
}

impl<'a> Columns<'a> {
    fn of(headings: &Record, records: &[Record], reading: &'a PriceReading<'a>) -> Self {
        let names = headings.cells.iter();
        let names: Vec<String> = names.map(|text| one_line(cell::unguard(text))).collect();
        let is_shown = |field: &PriceField| field.is_shown(reading.sees_costs);
        let chosen = (0..names.len()).map(|at| reading.places.get(&at).copied());
        let chosen: Vec<Option<PriceField>> = chosen.map(|field| field.filter(is_shown)).collect();
        let mut taken: Vec<PriceField> = chosen.iter().flatten().copied().collect();
        let mut remarks = Vec::new();
        let mut guess = |name: &String| {
            let known = HEADINGS.get(&key(name).join(" ")).copied();
            if known.is_some_and(|field| !is_shown(&field)) {
                remarks.push(Observation::CostLeftOut);
                return PriceField::LeftOut;
            }
            match known.filter(|field| !taken.contains(field)) {
                Some(field) => {
                    taken.push(field);
                    field
                }
                None => PriceField::LeftOut,
            }
        };
        let fields = chosen.iter().zip(&names);
        let fields: Vec<PriceField> = fields
            .map(|(chosen, name)| chosen.unwrap_or_else(|| guess(name)))
            .collect();
        let several = |field| field == PriceField::LeftOut;
        let problem = twice(&chosen, &names, several).or_else(|| too_few(&fields));
        let mut columns = Self {
            reading,
            all: fields.into_iter().zip(names).collect(),
            points: HashMap::new(),
            problem,
            remarks,
        };
        for field in [PriceField::Price, PriceField::Cost] {
            if let Some(at) = columns.place(field) {
                let cells = records.iter().filter_map(|record| record.cells.get(at));
                let point = decimal_point(cells.map(cell::unguard));
                columns.points.extend(point.map(|point| (field, point)));
            }
        }
        columns
    }

    /// Returns the index of a column.
    fn place(&self, field: PriceField) -> Option<usize> {
        self.all.iter().position(|(of, _)| *of == field)
    }

    fn read(self, records: &[Record]) -> PriceList {
        let left_out = self.all.iter();
        let left_out = left_out.filter(|(of, name)| *of == PriceField::LeftOut && !name.is_empty());
        let left_out = left_out.map(|(_, name)| name.clone()).collect();
        let rows = match self.problem {
            Some(_) => Vec::new(),
            None => records.iter().map(|record| self.row(record)).collect(),
        };
        PriceList {
            rows,
            left_out,
            problem: self.problem,
            remarks: self.remarks,
        }
    }

    fn heading(&self, field: PriceField) -> String {
        let place = self.place(field);
        place.map(|at| self.all[at].1.clone()).unwrap_or_default()
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
            .skip(self.all.len())
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
            kind: row.value(PriceField::Kind, values::kind),
            name: row.value(PriceField::Name, |text| LineName::parse("name", text)),
            article: row.value(PriceField::Article, values::code),
            barcode: row.value(PriceField::Barcode, values::code),
            price: row.sum(PriceField::Price),
            cost: row.sum(PriceField::Cost).map(Some),
            warranty: row.value(PriceField::Warranty, values::days),
            archived: row.value(PriceField::Archived, values::truth),
        };
        PriceRow {
            row: record.row,
            change,
            article_heading: self.heading(PriceField::Article),
            name_heading: self.heading(PriceField::Name),
            price_heading: self.heading(PriceField::Price),
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
    fn text(&self, field: PriceField) -> Option<String> {
        let at = self.columns.place(field)?;
        let text = one_line(cell::unguard(self.record.cells.get(at)?));
        (!text.is_empty()).then_some(text)
    }

    fn value<T>(&mut self, field: PriceField, parse: impl Fn(&str) -> Result<T>) -> Option<T> {
        let parsed = parse(&self.text(field)?);
        self.checked(field, parsed)
    }

    fn sum(&mut self, field: PriceField) -> Option<Money> {
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
    fn checked<T>(&mut self, field: PriceField, parsed: Result<T>) -> Option<T> {
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

    fn note(&mut self, field: PriceField, what: Observation) {
        let column = self.columns.heading(field);
        self.remarks.push(Remark { column, what });
    }
}
