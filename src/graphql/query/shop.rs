//! Queries of the shop: its people, settings and stages, and any object by its global id.

use async_graphql::{Context, ID, Object};

use crate::app;
use crate::app::paging;
use crate::domain::{AuditEvent, Result};
use crate::graphql::RequestContext;
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::node::NodeView;
use crate::graphql::view::{
    AuditEventView, BackupStateView, BotView, ChannelsView, InviteView, List, MaxBotView,
    SettingView, ShopView, StageView, UserView, stage, user,
};
use crate::store::invites::Invite;

#[derive(Default)]
pub struct ShopQuery;

#[Object]
impl ShopQuery {
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

    /// The bot at MAX. Owner only.
    async fn max_bot(&self, ctx: &Context<'_>) -> Result<MaxBotView> {
        let owner = ctx.actor()?.require_owner()?;
        MaxBotView::of(ctx.desk()?, owner).await
    }

    /// SMS and e-mail as they are set up. Owner only.
    async fn channels(&self, ctx: &Context<'_>) -> Result<ChannelsView> {
        let owner = ctx.actor()?.require_owner()?;
        Ok(app::channels::report(ctx.desk()?, &owner).into())
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
}
