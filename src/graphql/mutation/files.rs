//! Taking in what the owner brings as a file.

use async_graphql::{Context, Object, SimpleObject};

use crate::app;
use crate::domain::Result;
use crate::graphql::input::ImportChoicesInput;
use crate::graphql::view::ReportView;
use crate::graphql::{Asked, files};
use crate::sheet::FIELD;
use crate::store::Transaction;

#[derive(SimpleObject)]
pub struct ImportCsvPayload {
    report: ReportView,
}

#[derive(SimpleObject)]
pub struct ImportArchivePayload {
    /// Goes on in the place of the token that this was asked with, which ends.
    token: String,
}

#[derive(Default)]
pub struct FileMutation;

#[Object]
impl FileMutation {
    /// Imports a CSV file: our own, RemOnline's export of orders, or any table with headings that are
    /// known or given in `choices`. All of its rows, or none: BAD_USER_INPUT when `previewImport` shows
    /// an error, unless `skipInvalid` leaves such rows out. Tasks that came before don't come again.
    /// Customers are told nothing. The owner's.
    async fn import_csv(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file's text. The page /data takes longer ones, and other letters.")]
        csv: String,
        #[graphql(
            desc = "The `digest` of the preview; CONFLICT when something else would happen now."
        )]
        expected: Option<String>,
        #[graphql(desc = "Those of the preview.")] choices: Option<ImportChoicesInput>,
    ) -> Result<ImportCsvPayload> {
        let actor = ctx.actor()?;
        let (owner, desk) = (actor.require_owner()?, ctx.desk()?);
        let choices = choices.unwrap_or_default().read()?;
        let table = desk
            .db
            .read(files::reader(desk, actor, csv, choices))
            .await?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| {
            let expected = expected.as_deref();
            let report = app::imports::apply(tx, &owner, FIELD, &table.sheet, expected, now)?;
            Ok((report, table))
        };
        let (report, table) = desk.db.write(work).await?;
        let report = ReportView::new(report, table, &desk.shop)?;
        Ok(ImportCsvPayload { report })
    }

    /// Takes an archive back into a database in which nobody has written anything down. Whoever
    /// does it stays the owner, with the same password; all others of the archive come back
    /// deactivated, to be invited again. The page /data takes longer archives. The owner's.
    async fn import_archive(
        &self,
        ctx: &Context<'_>,
        archive: String,
    ) -> Result<ImportArchivePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let restored = app::archive::import(ctx.desk()?, owner, "archive", archive);
        let token = restored.await?;
        Ok(ImportArchivePayload { token })
    }
}
