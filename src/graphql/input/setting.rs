//! Input types of settings.

use async_graphql::InputObject;

use crate::app::settings::Change;
use crate::graphql::view::SettingKeyEnum;

/// A change of a setting.
#[derive(InputObject)]
pub struct SettingInput {
    /// Key of the setting to be changed.
    key: SettingKeyEnum,
    /// The new value, as `config.toml` spells it without quotes; a list is separated by commas. Null
    /// restores the default.
    value: Option<String>,
}

impl From<SettingInput> for Change {
    fn from(input: SettingInput) -> Self {
        (input.key.into(), input.value)
    }
}
