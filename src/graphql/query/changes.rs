//! The query that keeps a copy elsewhere equal.

use std::sync::Arc;

use async_graphql::{Context, Object};

use crate::app;
use crate::app::paging;
use crate::domain::Result;
use crate::graphql::RequestContext;
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::view::{self, ChangeView};

#[derive(Default)]
pub struct ChangeQuery;

#[Object]
impl ChangeQuery {
    /// Changes of tasks and customers in the order of their commits, paginated: the last change of each one, deleted
    /// ones included, so that a copy elsewhere can be kept equal. Without `after` from the beginning; keep the last
    /// cursor and ask for what comes after it. BAD_USER_INPUT at `after` when the database was restored from a backup
    /// since, or is another one: then begin anew. Open to all staff.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The cursor of the last change that was read.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<ChangeView>> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let span = Asked {
            first,
            after,
            last,
            before,
        };
        let span = Arc::new(span.read(paging::read_change_cursor)?);
        let (counted, asked) = (page::is_counted(ctx), span.clone());
        let work = move |c: &_| {
            let rows = app::changes::page(c, &actor, &asked)?;
            let total = counted.then(|| app::changes::count(c, &actor));
            Ok((rows, total.transpose()?))
        };
        let (rows, total) = desk.db.read(work).await?;
        let cursor = |row: &app::changes::Entry| Ok(paging::change_cursor(&row.place));
        let zone = desk.shop().timezone;
        page::page(rows, &span, total, cursor, |rows| {
            view::changes(rows, &zone)
        })
    }
}
