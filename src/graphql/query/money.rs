//! Queries of the price list, debts, drawers and the money of a day.

use async_graphql::{Context, Object};

use crate::app;
use crate::app::handovers::Debt;
use crate::app::paging;
use crate::domain::{CatalogueItem, Day, Result, Search};
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::scalars::DayValue;
use crate::graphql::view::{CatalogueItemView, DayReportView, DrawerView, TaskView};
use crate::graphql::{RequestContext, loader};
use crate::store::catalogue::ItemFilter;

#[derive(Default)]
pub struct MoneyQuery;

#[Object]
impl MoneyQuery {
    /// Items of the catalogue, paginated, ordered by name. Each word of `search` occurs in the name, the article number
    /// or the barcode.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection has four arguments of its own"
    )]
    async fn catalogue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words, in any order; null or empty for all items.")] search: Option<
            String,
        >,
        #[graphql(desc = "Only archived items, or only those that are offered.")] archived: Option<
            bool,
        >,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<CatalogueItemView>> {
        let actor = ctx.actor()?;
        let span = Asked {
            first,
            after,
            last,
            before,
        }
        .read(paging::read_item_cursor)?;
        let search = search.as_deref().and_then(Search::parse);
        let filter = ItemFilter {
            search,
            archived,
            ..ItemFilter::default()
        };
        let counted = page::is_counted(ctx);
        let work = move |c: &_| {
            let rows = app::catalogue::page(c, &actor, &filter, span)?;
            let total = counted.then(|| app::catalogue::count(c, &actor, &filter));
            Ok((rows, total.transpose()?))
        };
        let (rows, total) = ctx.desk()?.db.read(work).await?;
        let cursor = |row: &CatalogueItem| Ok(paging::item_cursor(row.id));
        let views = |rows: Vec<_>| rows.into_iter().map(CatalogueItemView).collect();
        page::page(rows, &span, total, cursor, views)
    }

    /// Closed tasks that aren't paid in full, paginated, longest owed first. Open to all staff.
    async fn debts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<TaskView>> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let span = Asked {
            first,
            after,
            last,
            before,
        }
        .read(paging::read_debt_cursor)?;
        let work = move |c: &_| {
            let rows = app::handovers::debts(c, &actor, span)?;
            Ok((rows, app::handovers::debt(c, &actor)?.0))
        };
        let (rows, total) = desk.db.read(work).await?;
        let cursor = |(_, owed): &Debt| Ok(paging::debt_cursor(owed.at, owed.task));
        let views = |rows: Vec<Debt>| {
            let rows = rows.into_iter().map(|(row, _)| row).collect();
            loader::whole_tasks(rows, &desk.shop().timezone).collect()
        };
        page::page(rows, &span, Some(total), cursor, views)
    }

    /// Drawers with their cash. Open to all staff.
    async fn drawers(&self, ctx: &Context<'_>) -> Result<Vec<DrawerView>> {
        let actor = ctx.actor()?;
        let list = move |c: &_| app::drawers::list(c, &actor);
        let all = ctx.desk()?.db.look_up(list).await?;
        Ok(all.into_iter().map(DrawerView).collect())
    }

    /// The money of a day; today's by default. Open to all staff.
    async fn day_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "`YYYY-MM-DD`; anything else is BAD_USER_INPUT.")] day: Option<DayValue>,
    ) -> Result<DayReportView> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let zone = desk.shop().timezone.clone();
        let day = match day {
            Some(day) => day.read("day")?,
            None => Day::of(desk.clock.now(), &zone),
        };
        let work = move |c: &_| {
            let report = app::reports::day(c, &actor, day, &zone)?;
            Ok((report, app::drawers::list(c, &actor)?))
        };
        let (report, drawers) = desk.db.read(work).await?;
        Ok(DayReportView::new(&report, drawers))
    }
}
