//! Mutations of settings.

use async_graphql::{Context, Object, SimpleObject};

use crate::app;
use crate::domain::Result;
use crate::graphql::RequestContext;
use crate::graphql::input::SettingInput;
use crate::graphql::view::{BackupStateView, SettingView};

/// Result of `updateSettings`.
#[derive(SimpleObject)]
pub struct SettingsPayload {
    /// All settings, as they are now.
    settings: Vec<SettingView>,
}

/// Result of `makeBackup`.
#[derive(SimpleObject)]
pub struct MakeBackupPayload {
    /// The new backup, which is the newest now.
    backup_state: BackupStateView,
}

#[derive(Default)]
pub struct SettingMutation;

#[Object]
impl SettingMutation {
    /// Changes settings, all of them or none; they count at once. Owner only; BAD_USER_INPUT at the
    /// key of a value that isn't accepted, or that the configuration file or the environment sets.
    async fn update_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 50 changes.")] settings: Vec<SettingInput>,
    ) -> Result<SettingsPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let changes = settings.into_iter().map(Into::into).collect();
        app::settings::update(desk, owner, changes, desk.clock.now()).await?;
        let all = desk.settings.now().all.clone();
        Ok(SettingsPayload {
            settings: all.into_iter().map(SettingView).collect(),
        })
    }

    /// Makes a backup in the folder of the scheduled ones. Owner only; BAD_USER_INPUT at `backup.dir`
    /// when it can't be made.
    async fn make_backup(&self, ctx: &Context<'_>) -> Result<MakeBackupPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        app::backups::make_now(desk, owner).await?;
        let state = app::backups::state(desk, owner).await?;
        Ok(MakeBackupPayload {
            backup_state: state.into(),
        })
    }
}
