//! Queries that return files, and the preview of one.

use async_graphql::{Context, Object};

use crate::app;
use crate::domain::Result;
use crate::graphql::RequestContext;
use crate::graphql::engine::rope::Finished;
use crate::graphql::files::{self, ExportKind, LanguageEnum};
use crate::graphql::input::{ImportChoicesInput, TaskFilterInput};
use crate::graphql::scalars::DayValue;
use crate::graphql::view::ReportView;
use crate::sheet::Writing;

#[derive(Default)]
pub struct FileQuery;

#[Object]
impl FileQuery {
    /// Exports tasks or customers as a CSV file, with headings and number formats of the language.
    /// The page `/data` provides the same file as a stream. Owner only, since it contains every
    /// customer's phone.
    async fn export_csv(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Data to be exported.")] kind: ExportKind,
        #[graphql(desc = "Defaults to the shop's language.")] language: Option<LanguageEnum>,
        #[graphql(desc = "First day of creation of the tasks.")] date_start: Option<DayValue>,
        #[graphql(desc = "Last day of creation, inclusive.")] date_end: Option<DayValue>,
    ) -> Result<Finished> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let days = TaskFilterInput {
            date_start,
            date_end,
            ..TaskFilterInput::default()
        };
        let created = days.read(&desk.shop(), desk.clock.now())?.created;
        let writing = Writing {
            language: language.map_or(desk.shop().language, Into::into),
            shop: desk.shop(),
        };
        files::export(ctx, owner, kind, created, &writing).await
    }

    /// Returns row by row what `importCsv` would do now. Owner only.
    async fn preview_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Text of the file. The page /data accepts longer files and other encodings."
        )]
        csv: String,
        #[graphql(desc = "Choices that override the guesses.")] choices: Option<ImportChoicesInput>,
    ) -> Result<ReportView> {
        let actor = ctx.actor()?;
        let (owner, desk) = (actor.require_owner()?, ctx.desk()?);
        let read = files::reader(desk, actor, csv, choices.unwrap_or_default().read()?);
        let work = move |c: &_| {
            let table = read(c)?;
            Ok((app::imports::preview(c, &owner, &table.sheet)?, table))
        };
        let (report, table) = desk.db.read(work).await?;
        ReportView::new(report, table, &desk.shop())
    }

    /// Exports all data that people entered as one JSON text, without passwords and keys. Owner
    /// only.
    async fn export_archive(&self, ctx: &Context<'_>) -> Result<Finished> {
        let owner = ctx.actor()?.require_owner()?;
        let archive = app::archive::pack(ctx.desk()?, owner).await?;
        files::text(ctx, archive).await
    }
}
