//! The settings that owners change while the server runs.

use std::path::PathBuf;
use std::time::Duration;

use super::{
    Backups, BotMode, MailServer, Papers, PublicUrl, Registration, Reminders, Shop, SmsRules,
};

words! {
    /// Key of a setting that is stored in the database, spelled as in `config.toml`.
    SettingKey {
        ShopName = "shop.name",
        ShopLegalName = "shop.legal_name",
        ShopTaxId = "shop.tax_id",
        ShopRegistrationId = "shop.registration_id",
        ShopAddress = "shop.address",
        ShopHours = "shop.hours",
        ShopPhone = "shop.phone",
        ShopTerms = "shop.terms",
        ShopStatusDays = "shop.status_days",
        ShopCurrency = "shop.currency",
        Timezone = "timezone",
        Country = "country",
        Language = "language",
        Registration = "auth.registration",
        ReminderDays = "reminders.days",
        ReminderHour = "reminders.hour",
        NotifyDelay = "telegram.notify_delay",
        BotMode = "telegram.mode",
        MaxMode = "max.mode",
        MaxCaFile = "max.ca_file",
        ChannelsOrder = "channels.order",
        SmsProvider = "sms.provider",
        SmsLogin = "sms.login",
        SmsSender = "sms.sender",
        SmsPurposes = "sms.purposes",
        SmsDailyMessages = "sms.daily_messages",
        SmsDailyMoney = "sms.daily_money",
        SmsQuiet = "sms.quiet",
        EmailHost = "email.host",
        EmailPort = "email.port",
        EmailSecurity = "email.security",
        EmailUser = "email.user",
        EmailFrom = "email.from",
        PapersWarranty = "papers.warranty",
        PapersFooter = "papers.footer",
        PapersBlocks = "papers.blocks",
        PapersSize = "papers.size",
        PapersLabel = "papers.label",
        BackupEvery = "backup.every",
        BackupDir = "backup.dir",
        BackupKeep = "backup.keep",
        PublicUrl = "public_url",
    }
}

/// Where a value comes from that no one changes in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable, by its name.
    Variable(String),
    /// A file, by its path.
    File(String),
}

/// A setting as an owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub key: SettingKey,
    /// The value in use; empty when there is none.
    pub value: String,
    /// `None` when the value is the stored one or the default.
    pub given: Option<Origin>,
}

/// The effective values of all settings.
#[derive(Debug, Clone)]
pub struct Settings {
    pub shop: Shop,
    /// `None` when people reach the server by the address on which it listens.
    pub public_url: Option<PublicUrl>,
    pub papers: Papers,
    /// How long the status link stays valid after a task is closed.
    pub links_hold: Duration,
    pub registration: Registration,
    pub bot_mode: BotMode,
    pub max_mode: BotMode,
    /// File with the certificate authorities of MAX's server; `None` for those of the system.
    pub max_ca_file: Option<PathBuf>,
    /// `None` when pickup reminders are off.
    pub reminders: Option<Reminders>,
    /// `None` when no SMS are sent.
    pub sms: Option<SmsRules>,
    /// `None` when no e-mail is sent.
    pub email: Option<MailServer>,
    /// `None` when scheduled backups are off.
    pub backups: Option<Backups>,
    /// One for each key, in the order of [`SettingKey::ALL`].
    pub all: Vec<Setting>,
}

impl Settings {
    pub fn get(&self, key: SettingKey) -> Option<&Setting> {
        self.all.iter().find(|setting| setting.key == key)
    }

    /// Returns whether owners can change a setting: neither the configuration file nor the environment sets it.
    pub fn is_open(&self, key: SettingKey) -> bool {
        self.get(key).is_some_and(|setting| setting.given.is_none())
    }

    /// Returns the value of a setting as text; empty when there is none.
    pub fn value(&self, key: SettingKey) -> &str {
        self.get(key).map_or("", |setting| &setting.value)
    }
}
