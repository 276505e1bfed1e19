//! The audit list: who changed what about the shop and its people, and when.

use jiff::Timestamp;

use super::{AuditEventId, EmployeeId};

words! {
    /// What an audit event records.
    AuditAction {
        SettingChanged = "SETTING_CHANGED",
        LogoChanged = "LOGO_CHANGED",
        RoleChanged = "ROLE_CHANGED",
        EmployeeDeactivated = "EMPLOYEE_DEACTIVATED",
        EmployeeReactivated = "EMPLOYEE_REACTIVATED",
        PasswordLinkCreated = "PASSWORD_LINK_CREATED",
        InviteCreated = "INVITE_CREATED",
        InviteWithdrawn = "INVITE_WITHDRAWN",
        InviteLetter = "INVITE_LETTER",
        PasswordLetter = "PASSWORD_LETTER",
        PhoneCorrected = "PHONE_CORRECTED",
        CustomersMerged = "CUSTOMERS_MERGED",
        MergeUndone = "MERGE_UNDONE",
        StageCreated = "STAGE_CREATED",
        StageChanged = "STAGE_CHANGED",
        StageDeleted = "STAGE_DELETED",
        MessageTextChanged = "MESSAGE_TEXT_CHANGED",
        DrawerCreated = "DRAWER_CREATED",
        DrawerRenamed = "DRAWER_RENAMED",
        DemoLoaded = "DEMO_LOADED",
        DemoRemoved = "DEMO_REMOVED",
        BotConnected = "BOT_CONNECTED",
        BotDisconnected = "BOT_DISCONNECTED",
        MaxBotConnected = "MAX_BOT_CONNECTED",
        MaxBotDisconnected = "MAX_BOT_DISCONNECTED",
        ChannelSecretSet = "CHANNEL_SECRET_SET",
        ChannelSecretRemoved = "CHANNEL_SECRET_REMOVED",
        WebhookCreated = "WEBHOOK_CREATED",
        WebhookChanged = "WEBHOOK_CHANGED",
        WebhookSecretRotated = "WEBHOOK_SECRET_ROTATED",
        WebhookPaused = "WEBHOOK_PAUSED",
        WebhookResumed = "WEBHOOK_RESUMED",
        WebhookDeleted = "WEBHOOK_DELETED",
    }
}

/// A row of the audit list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    pub id: AuditEventId,
    pub at: Timestamp,
    /// `None` for an employee who was deleted.
    pub employee: Option<EmployeeId>,
    pub action: AuditAction,
    /// The key of a setting or of a channel's secret or token, `logo`, the e-mail of an employee or an invited person, the id of a customer, or the name of a
    /// stage, cash drawer or webhook (its host where it has none). For a message's text its stage or purpose, language and form.
    pub subject: String,
    /// `None` where there was no value.
    pub old: Option<String>,
    pub new: Option<String>,
}
