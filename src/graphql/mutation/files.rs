//! Mutations that import files.

use async_graphql::{Context, Object, SimpleObject};

use crate::app;
use crate::domain::Result;
use crate::graphql::input::ImportChoicesInput;
use crate::graphql::view::ReportView;
use crate::graphql::{RequestContext, files, idempotency};
use crate::sheet::FIELD;
use crate::store::Transaction;

/// Result of `importCsv`.
#[derive(SimpleObject)]
pub struct ImportCsvPayload {
    /// Report of what was imported, row by row.
    report: ReportView,
}

/// Result of `importArchive`.
#[derive(SimpleObject)]
pub struct ImportArchivePayload {
    /// New token that replaces the request's, which is revoked.
    token: String,
}

#[derive(Default)]
pub struct FileMutation;

#[Object]
impl FileMutation {
    /// Imports a CSV file: an export of this program, RemOnline's export of orders, or any table
    /// with headings that are recognised or mapped in `choices`. Atomic: BAD_USER_INPUT when
    /// `previewImport` shows an error, unless `skipInvalid` skips such rows. Rows that were
    /// imported before are not duplicated. Customers are not notified. Owner only.
    async fn import_csv(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Text of the file. The page /data accepts longer files and other encodings."
        )]
        csv: String,
        #[graphql(desc = "The `digest` of the preview; CONFLICT when the outcome would differ.")]
        expected: Option<String>,
        #[graphql(desc = "The same choices as for the preview.")] choices: Option<
            ImportChoicesInput,
        >,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<ImportCsvPayload> {
        let actor = ctx.actor()?;
        let (owner, desk) = (actor.require_owner()?, ctx.desk()?);
        let request = idempotency::request(ctx, idempotency_key)?;
        let choices = choices.unwrap_or_default().read()?;
        let table = desk
            .db
            .read(files::reader(desk, actor, csv, choices))
            .await?;
        let work = move |tx: &Transaction<'_>| {
            let expected = expected.as_deref();
            let sheet = &table.sheet;
            let report = app::imports::apply_once(tx, &owner, FIELD, sheet, expected, &request)?;
            Ok((report, table))
        };
        let (report, table) = desk.db.write(work).await?;
        let report = ReportView::new(report, table, &desk.shop())?;
        Ok(ImportCsvPayload { report })
    }

    /// Imports an archive into an empty database. The caller stays the owner with the same
    /// password; all other accounts of the archive are imported as deactivated and have to be
    /// invited again. Longer archives can be uploaded on the page /data. Owner only.
    async fn import_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Text of the archive, as `exportArchive` returns it.")] archive: String,
    ) -> Result<ImportArchivePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let restored = app::archive::import(ctx.desk()?, owner, "archive", archive);
        let token = restored.await?;
        Ok(ImportArchivePayload { token })
    }
}
