//! The review of an uploaded table before its import: the meaning of its columns, and what happens to
//! its rows.

use crate::app::uploads::Uploads;
use crate::domain::{Remark, Result};
use crate::i18n;
use crate::sheet::{Choices, FIELD, TableColumn};
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Number of rows shown in any case, and maximum number of further rows with errors.
pub const SHOWN: usize = 100;
pub const WRONG: usize = 1_000;
/// Maximum number of columns that can be changed on the page, which keeps the form below the body
/// limit; the others stay as guessed.
pub const COLUMNS: usize = 200;
/// Number of columns up to which their section is unfolded.
const FEW: usize = 12;

/// The columns of a table, whose meaning can be changed.
pub struct Mapping {
    pub columns: Vec<MappedColumn>,
    /// Form word and name of each meaning.
    pub options: Vec<(&'static str, String)>,
    /// Whether the table has more columns.
    pub is_cut: bool,
    /// Whether the section is unfolded: the columns are few, there is a problem, or some are
    /// unknown.
    pub is_open: bool,
}

pub struct MappedColumn {
    pub at: usize,
    /// Heading, or number of a column without one.
    pub label: String,
    pub samples: String,
    /// Form word of its meaning.
    pub word: &'static str,
}

impl Mapping {
    /// A column without a heading and without values is a leftover of a spreadsheet.
    pub fn new<C: Copy + PartialEq>(
        columns: &[TableColumn<C>],
        words: &[(C, &'static str, &str)],
        unknown: C,
        has_problem: bool,
        texts: &Texts,
    ) -> Self {
        let word = |column: C| {
            let found = words.iter().find(|(of, ..)| *of == column);
            found.map_or("", |(_, word, _)| *word)
        };
        let said = columns.iter().enumerate();
        let said = said.filter(|(_, of)| !of.heading.is_empty() || !of.samples.is_empty());
        let shown = said.take(COLUMNS).map(|(at, of)| MappedColumn {
            at,
            label: match of.heading.as_str() {
                "" => texts.fill("import-column-number", "number", at + 1),
                heading => heading.to_owned(),
            },
            samples: of.samples.join(" · "),
            word: word(of.column),
        });
        let shown: Vec<MappedColumn> = shown.collect();
        let is_unknown = shown.iter().any(|of| of.word == word(unknown));
        Self {
            is_open: has_problem || is_unknown || shown.len() <= FEW,
            is_cut: columns.len() > COLUMNS,
            columns: shown,
            options: words
                .iter()
                .map(|(_, word, name)| (*word, texts.s(name)))
                .collect(),
        }
    }
}

/// A row as the page shows it.
pub struct PreviewRow {
    pub row: usize,
    /// Number or name of what the row describes.
    pub title: String,
    pub what: String,
    pub refused: bool,
    /// Heading of the column, and the remark.
    pub remarks: Vec<(String, String)>,
}

impl PreviewRow {
    /// Returns the first rows and further ones with errors.
    pub fn shown<T>(
        rows: &[T],
        is_refused: impl Fn(&T) -> bool,
        show: impl Fn(&T) -> Self,
    ) -> Vec<Self> {
        let (first, others) = rows.split_at(SHOWN.min(rows.len()));
        let wrong = others.iter().filter(|row| is_refused(row));
        first.iter().chain(wrong.take(WRONG)).map(show).collect()
    }
}

/// Returns the remarks on a row, each with the heading of its column.
pub fn remarks(remarks: &[Remark], texts: &Texts) -> Vec<(String, String)> {
    let text = |remark: &Remark| {
        let text = i18n::observation(texts.language, &remark.what);
        (remark.column.clone(), text)
    };
    remarks.iter().map(text).collect()
}

/// Stores the choices of a submitted form. A form without such fields leaves them unchanged.
///
/// # Errors
/// As for [`Uploads::get`].
pub fn choose(visit: &Visit, uploads: &Uploads, token: &str) -> Result<()> {
    let (actor, now) = (visit.actor()?, visit.desk.clock.now());
    if visit.sent("chosen").is_none() {
        return uploads.get(FIELD, &actor, token, now).map(drop);
    }
    let decides = |(name, _): &&(String, String)| Choices::is_field(name);
    let fields = visit.form.iter().filter(decides).cloned().collect();
    uploads.choose(FIELD, &actor, token, fields, now)
}
