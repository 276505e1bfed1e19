use async_graphql::{Enum, ID, InputObject};

use crate::domain::{Result, StageId};
use crate::graphql::files::DateOrderEnum;
use crate::graphql::view::ImportColumnEnum;
use crate::sheet::Choices;
use crate::sheet::choices::Rows;

/// What the rows of a file are.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ImportRows", remote = "Rows")]
pub enum RowsEnum {
    Tasks,
    Customers,
}

/// What is decided about a file before it is imported. Whatever isn't given is guessed, and
/// `previewImport` says how. The digest holds for these choices alone: pass the same ones to both.
#[derive(InputObject, Default)]
pub struct ImportChoicesInput {
    columns: Option<Vec<ImportColumnInput>>,
    statuses: Option<Vec<ImportStatusInput>>,
    rows: Option<RowsEnum>,
    /// How to read dates in the columns that are `ambiguousDates` of the preview.
    date_order: Option<DateOrderEnum>,
    /// Leaves the rows with errors out, instead of all rows for their sake; `refusedCsv` has them.
    skip_invalid: Option<bool>,
}

/// What the columns under a heading are. BAD_USER_INPUT for a heading that the file doesn't have,
/// and for two columns that are one field.
#[derive(InputObject)]
pub struct ImportColumnInput {
    /// As it stands in the file; case and space don't matter.
    heading: String,
    column: ImportColumnEnum,
}

/// To which stage a word of the file leads.
#[derive(InputObject)]
pub struct ImportStatusInput {
    /// As it stands in the file; case and space don't matter. It need not stand there.
    word: String,
    stage: ID,
}

impl ImportChoicesInput {
    pub fn read(self) -> Result<Choices> {
        let columns = self.columns.unwrap_or_default().into_iter();
        let statuses = self.statuses.unwrap_or_default().into_iter();
        let stage = |of: ImportStatusInput| Ok((of.word, StageId::parse("stage", &of.stage)?));
        Ok(Choices {
            headings: columns.map(|of| (of.heading, of.column.into())).collect(),
            statuses: statuses.map(stage).collect::<Result<_>>()?,
            rows: self.rows.map(Into::into),
            date_order: self.date_order.map(Into::into),
            skip_invalid: self.skip_invalid == Some(true),
            ..Choices::default()
        })
    }
}
