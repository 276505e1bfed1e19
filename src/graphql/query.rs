//! The query root. All queries require a signed-in employee.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use futures_util::StreamExt;

use super::RequestContext;
use super::files::{self, ExportKind, LanguageEnum};
use super::input::{CustomerFilterInput, ImportChoicesInput, TaskFilterInput};
use super::loader;
use super::node::NodeView;
use super::view::{
    self, AuditEventView, BackupStateView, BotView, CatalogueItemView, CategoryEnum, ChangeView,
    CustomerOrderEnum, CustomerView, DayReportView, DrawerView, Held, InviteView, List, MonthView,
    ReportView, SettingView, ShopView, StageView, StatusEnum, TaskOrderEnum, TaskView, TodayView,
    UndeliveredView, UndeliveredWebhookView, UserView, WebhookView, stage, user,
};
use crate::app;
use crate::app::handovers::Debt;
use crate::app::paging;
use crate::domain::{
    Actor, AuditEvent, CatalogueItem, Customer, CustomerId, Day, Month, Result, Search, TaskId,
    TaskOrder,
};
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::engine::rope::Finished;
use crate::graphql::scalars::DayValue;
use crate::sheet::Writing;
use crate::store;
use crate::store::catalogue::ItemFilter;
use crate::store::invites::Invite;
use crate::store::tasks::{After, Listed};

pub struct Query;

/// Reads of the shop by signed-in employees, some of them by owners only.
#[Object]
impl Query {
    /// The signed-in employee.
    async fn me(&self, ctx: &Context<'_>) -> Result<UserView> {
        let actor = ctx.actor()?;
        let me = app::accounts::myself(ctx.desk()?, &actor).await?;
        Ok(user(me))
    }

    /// The object with this global id; null when there is none, or none any more. BAD_USER_INPUT for what is no global
    /// id; FORBIDDEN for invites and audit events, which only owners see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `nodeId` of the object.")] node_id: ID,
    ) -> Result<Option<NodeView>> {
        NodeView::find(ctx, &node_id).await
    }

    /// Settings of the shop.
    async fn shop(&self, ctx: &Context<'_>) -> Result<ShopView> {
        ctx.actor()?;
        Ok(ctx.desk()?.shop().currency.into())
    }

    /// The settings that owners change while the server runs. Owner only.
    async fn settings(&self, ctx: &Context<'_>) -> Result<Vec<SettingView>> {
        ctx.actor()?.require_owner()?;
        let all = ctx.desk()?.settings.now().all.clone();
        Ok(all.into_iter().map(SettingView).collect())
    }

    /// The newest scheduled backup. Owner only.
    async fn backup_state(&self, ctx: &Context<'_>) -> Result<BackupStateView> {
        let owner = ctx.actor()?.require_owner()?;
        Ok(app::backups::state(ctx.desk()?, owner).await?.into())
    }

    /// The bot in Telegram. Owner only.
    async fn bot(&self, ctx: &Context<'_>) -> Result<BotView> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let report = app::bot_report::report(desk, owner, desk.clock.now()).await?;
        Ok(BotView(report))
    }

    /// Changes of the shop's settings, paginated, newest first. Owner only.
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<AuditEventView>> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let span = Asked {
            first,
            after,
            last,
            before,
        }
        .read(paging::read_audit_cursor)?;
        let work = move |c: &_| {
            let rows = app::settings::audit(c, &owner, span)?;
            Ok((rows, app::settings::count_audit(c, &owner)?))
        };
        let (rows, total) = desk.db.read(work).await?;
        let cursor = |row: &AuditEvent| Ok(paging::audit_cursor(row.id));
        let views = |rows: Vec<_>| rows.into_iter().map(AuditEventView).collect();
        page::page(rows, &span, Some(total), cursor, views)
    }

    /// All employees, including deactivated ones.
    async fn employees(&self, ctx: &Context<'_>) -> Result<List<UserView>> {
        let actor = ctx.actor()?;
        let all = ctx
            .desk()?
            .db
            .read(move |c| app::accounts::employees(c, &actor))
            .await?;
        Ok(List::of(all.into_iter().map(user)))
    }

    /// Open invites, paginated, oldest first. Owner only.
    async fn invites(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
        first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
    ) -> Result<Page<InviteView>> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, now) = (ctx.desk()?, ctx.desk()?.clock.now());
        let span = Asked {
            first,
            after,
            last,
            before,
        }
        .read(paging::read_invite_cursor)?;
        let work = move |c: &_| {
            let rows = app::accounts::open_invites(c, &owner, span, now)?;
            Ok((rows, app::accounts::count_open_invites(c, &owner, now)?))
        };
        let (rows, total) = desk.db.read(work).await?;
        let cursor = |row: &Invite| Ok(paging::invite_cursor(row.id));
        let views = |rows: Vec<_>| rows.into_iter().map(InviteView).collect();
        page::page(rows, &span, Some(total), cursor, views)
    }

    /// All stages, ordered by status, then in the owner's order.
    async fn stages(&self, ctx: &Context<'_>) -> Result<List<StageView>> {
        let actor = ctx.actor()?;
        let list = move |c: &_| app::stages::list(c, &actor);
        let all = ctx.desk()?.db.look_up(list).await?;
        Ok(List::of(all.into_iter().map(stage)))
    }

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
        reason = "a page has four of its own, as Relay has them"
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

    /// Current workload: numbers of tasks by status and by reason for attention (such as overdue),
    /// in total and per employee. Open to all staff.
    async fn today(&self, ctx: &Context<'_>) -> Result<TodayView> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let zone = desk.shop().timezone.clone();
        let now = desk.clock.now();
        let work = move |c: &_| app::reports::today(c, &actor, now, &zone);
        Ok(desk.db.read(work).await?.into())
    }

    /// Turnover and money of a month; a month without tasks has zeros. Open to all staff.
    async fn month(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "`YYYY-MM`; anything else is BAD_USER_INPUT.")] month: String,
    ) -> Result<MonthView> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (month, zone) = (Month::parse("month", &month)?, desk.shop().timezone.clone());
        let work = move |c: &_| app::reports::month(c, &actor, month, &zone);
        Ok(desk.db.read(work).await?.into())
    }

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

    /// Undelivered notices that are no longer retried, newest first: call the customers, or use
    /// `retryNotice`.
    async fn undelivered(&self, ctx: &Context<'_>) -> Result<Held<UndeliveredView>> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let work = move |c: &_| app::notices::undelivered(c, &actor);
        let all = desk.db.read(work).await?;
        let (notices, rows): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let all = notices
            .into_iter()
            .zip(loader::whole_tasks(rows, &desk.shop().timezone));
        let view = |(notice, task)| UndeliveredView { notice, task };
        Ok(all.map(view).collect())
    }

    /// The webhooks of `config.toml` and those that owners registered, oldest first. Owner only.
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Held<WebhookView>> {
        let owner = ctx.actor()?.require_owner()?;
        let work = move |c: &_| app::webhooks::standing(c, &owner);
        let all = ctx.desk()?.db.read(work).await?;
        Ok(all.into_iter().map(WebhookView).collect())
    }

    /// Dead webhook deliveries, newest first, at most 100: see `retryWebhook`. Owner only.
    async fn undelivered_webhooks(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Held<UndeliveredWebhookView>> {
        let owner = ctx.actor()?.require_owner()?;
        let work = move |c: &_| app::webhooks::undelivered(c, &owner);
        let all = ctx.desk()?.db.look_up(work).await?;
        Ok(all.into_iter().map(UndeliveredWebhookView).collect())
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
