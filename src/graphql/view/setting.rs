use async_graphql::{Context, Enum, ID, Object};

use super::{UserView, user};
use crate::app;
use crate::domain::{AuditAction, AuditEvent, Origin, Result, Setting, SettingKey};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::InstantValue;

/// Key of a setting; `docs/configuration.md` explains each under its name in `config.toml`.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "SettingKey", remote = "SettingKey")]
pub enum SettingKeyEnum {
    /// `shop.name`.
    ShopName,
    /// `shop.legal_name`.
    ShopLegalName,
    /// `shop.tax_id`.
    ShopTaxId,
    /// `shop.registration_id`.
    ShopRegistrationId,
    /// `shop.address`.
    ShopAddress,
    /// `shop.hours`.
    ShopHours,
    /// `shop.phone`.
    ShopPhone,
    /// `shop.terms`.
    ShopTerms,
    /// `shop.status_days`.
    ShopStatusDays,
    /// `shop.currency`.
    ShopCurrency,
    /// `timezone`.
    Timezone,
    /// `country`.
    Country,
    /// `language`.
    Language,
    /// `auth.registration`.
    Registration,
    /// `reminders.days`, separated by commas.
    ReminderDays,
    /// `reminders.hour`.
    ReminderHour,
    /// `telegram.notify_delay`.
    NotifyDelay,
    /// `channels.order`, separated by commas.
    ChannelsOrder,
    /// `telegram.mode`: auto, webhook, polling or off.
    BotMode,
    /// `max.mode`: auto, webhook, polling or off.
    MaxMode,
    /// `max.ca_file`: the file with the certificate authorities of MAX's server.
    MaxCaFile,
    /// `sms.provider`: off, sms.ru, smsc or smsaero.
    SmsProvider,
    /// `sms.login`.
    SmsLogin,
    /// `sms.sender`.
    SmsSender,
    /// `sms.purposes`, separated by commas.
    SmsPurposes,
    /// `sms.daily_messages`.
    SmsDailyMessages,
    /// `sms.daily_money`; empty for no limit.
    SmsDailyMoney,
    /// `sms.quiet`: two hours such as 21-9, or off.
    SmsQuiet,
    /// `email.host`; empty for no e-mail.
    EmailHost,
    /// `email.port`; empty for the usual one.
    EmailPort,
    /// `email.security`: tls, starttls or none.
    EmailSecurity,
    /// `email.user`.
    EmailUser,
    /// `email.from`; empty for the user.
    EmailFrom,
    /// `papers.warranty`.
    PapersWarranty,
    /// `papers.footer`.
    PapersFooter,
    /// `papers.blocks`, separated by commas.
    PapersBlocks,
    /// `papers.size`.
    PapersSize,
    /// `papers.label`.
    PapersLabel,
    /// `backup.every`; empty for no backups.
    BackupEvery,
    /// `backup.dir`.
    BackupDir,
    /// `backup.keep`.
    BackupKeep,
    /// `public_url`; a new one counts if the server reaches itself by it.
    PublicUrl,
}

/// A setting that owners change while the server runs.
pub struct SettingView(pub Setting);

/// A setting that owners change while the server runs.
#[Object(name = "Setting")]
impl SettingView {
    /// Key of the setting, by which `updateSettings` changes it.
    async fn key(&self) -> SettingKeyEnum {
        self.0.key.into()
    }

    /// The value in use, as `config.toml` spells it; empty when there is none.
    async fn value(&self) -> &str {
        &self.0.value
    }

    /// The configuration file or the environment variable that sets it; null when it can be changed here.
    async fn fixed_by(&self) -> Option<&str> {
        match self.0.given.as_ref()? {
            Origin::Variable(name) => Some(name),
            Origin::File(path) => Some(path),
        }
    }
}

/// What an audit event records.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "AuditAction", remote = "AuditAction")]
pub enum AuditActionEnum {
    /// A setting was changed; `subject` is its name in `config.toml`.
    SettingChanged,
    /// The logo was replaced or removed; `from` and `to` are media types.
    LogoChanged,
    /// The role of an employee was changed; `subject` is the e-mail here and below.
    RoleChanged,
    /// An account was deactivated.
    EmployeeDeactivated,
    /// A deactivated account was reactivated.
    EmployeeReactivated,
    /// A link for a new password was made.
    PasswordLinkCreated,
    /// Somebody was invited; `to` is the role.
    InviteCreated,
    /// An open invite was withdrawn.
    InviteWithdrawn,
    /// An invite was sent by e-mail; `to` is the address.
    InviteLetter,
    /// A link for a new password was sent by e-mail; `to` is the address.
    PasswordLetter,
    /// The phone of a customer was corrected; `subject` is the customer's id.
    PhoneCorrected,
    /// Two customers were merged; `subject` is the id of the kept one, and `from` that of the other.
    CustomersMerged,
    /// That was undone.
    MergeUndone,
    /// A stage was created; `subject` is its name.
    StageCreated,
    /// A stage was changed; `from` and `to` are its names.
    StageChanged,
    /// A stage was deleted; `subject` is its name.
    StageDeleted,
    /// A text of messages to customers was changed; `subject` is its stage or purpose, language and form, `to` is null after
    /// a reset.
    MessageTextChanged,
    /// A cash drawer was created; `subject` is its name.
    DrawerCreated,
    /// A cash drawer was renamed; `from` and `to` are its names.
    DrawerRenamed,
    /// The demo was loaded into the empty shop.
    DemoLoaded,
    /// The demo was removed, with everything entered since.
    DemoRemoved,
    /// A bot was connected by its token; `from` and `to` are the names of the bots.
    BotConnected,
    /// The bot was disconnected; `from` is its name.
    BotDisconnected,
    /// A bot at MAX was connected by its token; `from` and `to` are the names of the bots.
    MaxBotConnected,
    /// The bot at MAX was disconnected; `from` is its name.
    MaxBotDisconnected,
    /// The key of a gateway or the password of the mail server was set; `subject` is its name in `config.toml`.
    ChannelSecretSet,
    /// It was removed.
    ChannelSecretRemoved,
    /// A webhook was registered; `subject` is its name, or its host where it has none, here and below.
    WebhookCreated,
    /// A webhook was changed; `from` and `to` are its hosts where the URL was.
    WebhookChanged,
    /// The secret of a webhook was replaced.
    WebhookSecretRotated,
    /// The deliveries of a webhook wait.
    WebhookPaused,
    /// The pause of a webhook ended.
    WebhookResumed,
    /// A webhook was deleted.
    WebhookDeleted,
}

/// A row of the audit list.
pub struct AuditEventView(pub AuditEvent);

/// A change of the shop's settings, its people or a customer's card: who changed what, and when.
#[Object(name = "AuditEvent")]
impl AuditEventView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::AuditEvent, self.0.id.get())
    }

    /// Id of the event, unique among audit events.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Kind of the change, which tells the meaning of `subject`, `from` and `to`.
    async fn action(&self) -> AuditActionEnum {
        self.0.action.into()
    }

    /// What was changed.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The value before; null for none.
    async fn from(&self) -> Option<&str> {
        self.0.old.as_deref()
    }

    /// The value after; null for none.
    async fn to(&self) -> Option<&str> {
        self.0.new.as_deref()
    }

    /// The employee who made the change; null for an employee who was deleted.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let by = match self.0.employee {
            Some(id) => app::accounts::employee(desk, &actor, id).await?,
            None => None,
        };
        Ok(by.map(user))
    }

    /// Time of the change.
    async fn created_time(&self) -> InstantValue {
        InstantValue(self.0.at)
    }
}
