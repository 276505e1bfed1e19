//! Queries of tasks.

use async_graphql::{Context, ID, Object};
use futures_util::StreamExt;

use crate::app;
use crate::app::paging;
use crate::domain::{Result, TaskId, TaskOrder};
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::input::TaskFilterInput;
use crate::graphql::scalars::DayValue;
use crate::graphql::view::{self, CategoryEnum, List, StatusEnum, TaskOrderEnum, TaskView};
use crate::graphql::{RequestContext, loader};
use crate::store::tasks::{After, Listed};

#[derive(Default)]
pub struct TaskQuery;

#[Object]
impl TaskQuery {
    /// All tasks, oldest first; filters are combined with AND. Dates are `YYYY-MM-DD` days in the
    /// shop's time zone; an interval includes both ends, and either end may be omitted. A malformed
    /// date or an interval that ends before it starts is BAD_USER_INPUT. An unknown or invalid
    /// phone yields an empty list; an empty list of statuses doesn't filter. For long lists use
    /// `tasks`.
    #[expect(clippy::too_many_arguments, reason = "the contract names them")]
    async fn all_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Phone in any spelling. An invalid phone matches nothing.")]
        customer_phone: Option<String>,
        #[graphql(desc = "Tasks in any of these statuses; an empty list doesn't filter.")]
        statuses: Option<Vec<Option<StatusEnum>>>,
        #[graphql(desc = "Tasks of this category.")] category: Option<CategoryEnum>,
        #[graphql(desc = "Day of creation, in the shop's time zone.")] created_at: Option<String>,
        #[graphql(desc = "First day of an interval of creation.")] date_start: Option<String>,
        #[graphql(desc = "Last day of the interval, inclusive.")] date_end: Option<String>,
    ) -> Result<List<TaskView>> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let filter = TaskFilterInput {
            customer_phone,
            statuses,
            category,
            created_at: created_at.map(DayValue),
            date_start: date_start.map(DayValue),
            date_end: date_end.map(DayValue),
            ..TaskFilterInput::default()
        };
        let filter = filter.read(&desk.shop(), desk.clock.now())?;
        let wanted = view::wanted_tasks([ctx.field()]);
        let (parts, zone) = (
            app::lists::tasks(desk, &actor, filter, wanted),
            desk.shop().timezone.clone(),
        );
        let views = move |part: Result<_>| part.map(|rows| loader::tasks(rows, &zone));
        Ok(List::in_parts(parts.map(views)))
    }

    /// The task with this id. NOT_FOUND when there is none.
    async fn task_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] id: ID,
    ) -> Result<Option<TaskView>> {
        let actor = ctx.actor()?;
        let id = TaskId::parse("id", &id)?;
        let desk = ctx.desk()?;
        let wanted = view::wanted_tasks([ctx.field()]);
        let get = move |c: &_| app::tasks::get_listed(c, &actor, wanted, id);
        let row = desk.db.look_up(get).await?;
        Ok(Some(loader::task(row, &desk.shop().timezone)))
    }

    /// Tasks, paginated, newest first by default.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection has four arguments of its own"
    )]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Conditions on the tasks; null for all tasks.")] filter: Option<
            TaskFilterInput,
        >,
        #[graphql(desc = "Sort order; defaults to NEWEST.")] order_by: Option<TaskOrderEnum>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<TaskView>> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let filter = filter.unwrap_or_default();
        let order = order_by.map_or(TaskOrder::Newest, Into::into);
        let filter = filter.read(&desk.shop(), desk.clock.now())?.in_order(order);
        let span = Asked {
            first,
            after,
            last,
            before,
        }
        .read(|field, text| paging::read_task_cursor(field, text, order))?;
        let counted = page::is_counted(ctx);
        let wanted = view::wanted_tasks(page::entries(ctx));
        let work = move |c: &_| {
            let meant = app::tasks::in_other_layout(c, &actor, &filter)?;
            let filter = meant.unwrap_or(filter);
            let rows = app::tasks::page_listed(c, &actor, wanted, &filter, order, span)?;
            let total = counted.then(|| app::tasks::count(c, &actor, &filter));
            Ok((rows, total.transpose()?))
        };
        let (rows, total) = desk.db.read(work).await?;
        let cursor = |row: &Listed| {
            let after = After::of_listed(row, order)?;
            Ok(paging::task_cursor(after, order))
        };
        page::page(rows, &span, total, cursor, |rows| {
            loader::tasks(rows, &desk.shop().timezone).collect()
        })
    }
}
