use async_graphql::{Enum, ID, InputObject};

use crate::domain::{Result, StageId};
use crate::graphql::files::DateOrderEnum;
use crate::graphql::view::ImportColumnEnum;
use crate::sheet::Choices;
use crate::sheet::choices::Rows;

/// Kind of the rows of a file.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ImportRows", remote = "Rows")]
pub enum RowsEnum {
    /// Rows are tasks, each with its customer.
    Tasks,
    /// Rows are customers without tasks.
    Customers,
}

/// Choices about a file to import. Anything omitted is guessed, as shown by `previewImport`. The
/// digest is valid for these choices only: pass the same ones to both.
#[derive(InputObject, Default)]
pub struct ImportChoicesInput {
    /// Meanings of columns; those of the other columns are guessed.
    columns: Option<Vec<ImportColumnInput>>,
    /// Stages of status words; those of the other words are guessed.
    statuses: Option<Vec<ImportStatusInput>>,
    /// Kind of the rows; guessed by the columns when omitted.
    rows: Option<RowsEnum>,
    /// The order of day and month in the columns listed as `ambiguousDates` by the preview.
    date_order: Option<DateOrderEnum>,
    /// Skips rows with errors, instead of failing the whole file; `refusedCsv` returns them.
    skip_invalid: Option<bool>,
}

/// The meaning of the columns under a heading. BAD_USER_INPUT for a heading that the file doesn't
/// have, and for two columns mapped to the same field.
#[derive(InputObject)]
pub struct ImportColumnInput {
    /// The heading as in the file, ignoring case and whitespace.
    heading: String,
    /// Meaning of these columns.
    column: ImportColumnEnum,
}

/// The stage that a status word of the file maps to.
#[derive(InputObject)]
pub struct ImportStatusInput {
    /// The word as in the file, ignoring case and whitespace. It may be absent from the file.
    word: String,
    /// Id of the stage.
    stage_id: ID,
}

impl ImportChoicesInput {
    pub fn read(self) -> Result<Choices> {
        let columns = self.columns.unwrap_or_default().into_iter();
        let statuses = self.statuses.unwrap_or_default().into_iter();
        let stage = |of: ImportStatusInput| Ok((of.word, StageId::parse("stageId", &of.stage_id)?));
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
