//! Queries of customers.

use async_graphql::{Context, ID, Object};
use futures_util::StreamExt;

use crate::app::paging;
use crate::domain::{Actor, Customer, CustomerId, Result};
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::input::CustomerFilterInput;
use crate::graphql::view::{CustomerOrderEnum, CustomerView, List};
use crate::graphql::{RequestContext, loader};
use crate::{app, store};

#[derive(Default)]
pub struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// All customers, oldest first. For long lists use `customers`.
    async fn all_customers(&self, ctx: &Context<'_>) -> Result<List<CustomerView>> {
        let actor = ctx.actor()?;
        let parts = app::lists::customers(ctx.desk()?, &actor);
        Ok(List::in_parts(
            parts.map(|part| part.map(loader::customers)),
        ))
    }

    /// The customer with this id. NOT_FOUND when there is none.
    async fn customer_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] id: ID,
    ) -> Result<Option<CustomerView>> {
        let actor = ctx.actor()?;
        let id = CustomerId::parse("id", &id)?;
        let customer = ctx
            .desk()?
            .db
            .look_up(move |c| app::customers::get(c, &actor, id))
            .await?;
        Ok(Some(loader::customer(customer)))
    }

    /// Customers, paginated, oldest first by default. `search` matches a part of the name or of the
    /// phone's digits.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection has four arguments of its own"
    )]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Part of the name or of the phone; null or empty for all customers.")]
        search: Option<String>,
        #[graphql(desc = "Conditions; all of them have to hold.")] filter: Option<
            CustomerFilterInput,
        >,
        #[graphql(desc = "Defaults to OLDEST.")] order_by: Option<CustomerOrderEnum>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<CustomerView>> {
        let actor = ctx.actor()?;
        let mut search = app::customers::search(&search.unwrap_or_default());
        let since = filter.unwrap_or_default().updated_since;
        search.updated_since = since.map(|since| since.0);
        let counted = page::is_counted(ctx);
        let asked = Asked {
            first,
            after,
            last,
            before,
        };
        if order_by == Some(CustomerOrderEnum::LeastRecentlyUpdated) {
            return customers_by_change(ctx, actor, search, asked, counted).await;
        }
        let span = asked.read(paging::read_customer_cursor)?;
        let work = move |c: &_| {
            let rows = app::customers::page(c, &actor, &search, span)?;
            let total = counted.then(|| app::customers::count(c, &actor, &search));
            Ok((rows, total.transpose()?))
        };
        let (rows, total) = ctx.desk()?.db.read(work).await?;
        let cursor = |row: &Customer| Ok(paging::customer_cursor(row.id));
        page::page(rows, &span, total, cursor, loader::customers)
    }
}

/// Returns a page of customers in the order of changes.
async fn customers_by_change(
    ctx: &Context<'_>,
    actor: Actor,
    search: store::customers::Search,
    asked: Asked,
    counted: bool,
) -> Result<Page<CustomerView>> {
    let span = asked.read(paging::read_changed_customer_cursor)?;
    let work = move |c: &_| {
        let rows = app::customers::page_by_change(c, &actor, &search, span)?;
        let total = counted.then(|| app::customers::count(c, &actor, &search));
        Ok((rows, total.transpose()?))
    };
    let (rows, total) = ctx.desk()?.db.read(work).await?;
    let cursor = |(_, seq): &(Customer, i64)| Ok(paging::changed_customer_cursor(*seq));
    let views = |rows: Vec<(Customer, i64)>| {
        loader::customers(rows.into_iter().map(|(customer, _)| customer).collect())
    };
    page::page(rows, &span, total, cursor, views)
}
