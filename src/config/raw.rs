//! The raw configuration: file, environment overrides, and default values.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};
use secrecy::SecretString;
use serde::Deserialize;

use super::{ConfigError, Result};
use crate::domain::{
    Keep, LabelSize, MailSecurity, Offsite, Origin, PaperBlock, PaperSize, Routing, SettingKey,
    SmsPurpose,
};

/// Maximum size of the configuration file, in bytes.
const LONGEST: u64 = 1024 * 1024;
const PREFIX: &str = "ZAYAVKA";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Raw {
    pub listen: String,
    pub database: PathBuf,
    pub public_url: Option<String>,
    pub timezone: String,
    pub country: String,
    pub language: String,
    pub shop: RawShop,
    pub papers: RawPapers,
    pub auth: RawAuth,
    pub telegram: RawTelegram,
    pub max: RawMax,
    pub graphql: RawGraphql,
    pub http: RawHttp,
    pub backup: RawBackup,
    pub offsite: RawOffsite,
    pub metrics: RawMetrics,
    pub reminders: RawReminders,
    pub channels: RawChannels,
    pub sms: RawSms,
    pub email: RawEmail,
    pub tls: RawTls,
    pub webhooks: Vec<RawWebhook>,
    pub outgoing: RawOutgoing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawShop {
    pub name: Option<String>,
    pub legal_name: Option<String>,
    pub tax_id: Option<String>,
    pub registration_id: Option<String>,
    pub address: Option<String>,
    pub hours: Option<String>,
    pub phone: Option<String>,
    pub terms: Option<String>,
    pub status_days: String,
    pub currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawPapers {
    pub warranty: Option<String>,
    pub footer: Option<String>,
    pub blocks: List,
    pub size: String,
    pub label: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub struct RawTls {
    pub domain: Option<String>,
    pub email: Option<String>,
    pub cache: Option<PathBuf>,
    pub directory: Option<String>,
    pub directory_ca: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub redirect: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RawWebhook {
    pub url: Option<String>,
    pub secret: Option<SecretString>,
    pub secret_file: Option<PathBuf>,
    pub events: List,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RawOutgoing {
    pub allow_private: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RawMetrics {
    pub listen: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RawBackup {
    pub dir: Option<PathBuf>,
    pub every: Option<String>,
    pub keep: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawOffsite {
    pub address: Option<String>,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    pub password_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    pub recovery_key: Option<String>,
    pub keep_days: String,
    pub keep_weeks: String,
    pub keep_months: String,
    pub bandwidth: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawReminders {
    pub days: Days,
    pub hour: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawChannels {
    pub order: List,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawSms {
    pub provider: String,
    pub login: Option<String>,
    pub key: Option<SecretString>,
    pub key_file: Option<PathBuf>,
    pub sender: Option<String>,
    pub purposes: List,
    pub daily_messages: String,
    pub daily_money: Option<String>,
    pub quiet: String,
    pub api_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawEmail {
    pub host: Option<String>,
    pub port: Option<String>,
    pub security: String,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    pub password_file: Option<PathBuf>,
    pub from: Option<String>,
}

/// A list of numbers of days; comma-separated in the environment.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Days {
    Many(Vec<i64>),
    One(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawGraphql {
    pub introspection: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawHttp {
    pub trusted_proxies: List,
    pub hosts: List,
    pub cors_origins: List,
    pub connections: u32,
    pub requests_per_second: u32,
    pub answers_mb: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawAuth {
    pub registration: String,
    pub token_ttl: String,
    pub jwt_secret: Option<SecretString>,
    pub jwt_secret_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawTelegram {
    pub token: Option<SecretString>,
    pub token_file: Option<PathBuf>,
    pub api_url: String,
    pub api_dir: Option<PathBuf>,
    pub proxy: Option<SecretString>,
    pub proxy_file: Option<PathBuf>,
    pub mode: String,
    pub webhook_secret: Option<SecretString>,
    pub webhook_secret_file: Option<PathBuf>,
    pub notify_delay: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawMax {
    pub token: Option<SecretString>,
    pub token_file: Option<PathBuf>,
    pub api_url: String,
    pub ca_file: Option<PathBuf>,
    pub mode: String,
}

/// A list; comma-separated in the environment, which has no lists.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum List {
    Many(Vec<String>),
    One(String),
}

impl Default for List {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl List {
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Many(all) => all.iter().map(String::as_str).collect(),
            Self::One(all) => all
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .collect(),
        }
    }
}

impl Raw {
    pub fn read(file: Option<&Path>) -> Result<Self> {
        Sources::load(file)?.raw(&Stored::new())
    }
}

/// The values stored in the database, as texts.
pub type Stored = BTreeMap<SettingKey, String>;

/// The file and the environment as they were when the program started.
#[derive(Clone)]
pub struct Sources(config::Config);

/// Without the values: there are secrets among them.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}

impl Sources {
    pub fn load(file: Option<&Path>) -> Result<Self> {
        if let Some(file) = file.filter(|file| is_too_long(file)) {
            return Err(ConfigError::TooLong(file.to_owned()));
        }
        let read = sources(file, true).build();
        read.map(Self).map_err(ConfigError::Unreadable)
    }

    /// Parses a text instead of a file, ignoring the environment.
    pub fn parse(text: &str) -> Result<Self> {
        let builder = config::Config::builder().add_source(File::from_str(text, FileFormat::Toml));
        builder.build().map(Self).map_err(ConfigError::Unreadable)
    }

    /// Returns the raw configuration. A stored value counts where neither the file nor the environment has one.
    pub fn raw(&self, stored: &Stored) -> Result<Raw> {
        let mut builder = config::Config::builder();
        for (key, value) in stored {
            let set = builder.set_default(key.word(), value.as_str());
            builder = set.map_err(ConfigError::Unreadable)?;
        }
        let read = builder.add_source(self.0.clone()).build();
        read.and_then(config::Config::try_deserialize)
            .map_err(ConfigError::Unreadable)
    }

    /// Returns the same with the bots, SMS and e-mail turned off.
    pub fn without_bot(self) -> Result<Self> {
        let by = "zayavka demo".to_owned();
        let off = config::Value::new(Some(&by), "off");
        let builder = config::Config::builder().add_source(self.0);
        let builder = builder
            .set_override(SettingKey::BotMode.word(), off.clone())
            .and_then(|builder| builder.set_override(SettingKey::MaxMode.word(), off.clone()))
            .and_then(|builder| builder.set_override(SettingKey::SmsProvider.word(), off))
            .and_then(|builder| builder.set_override(SettingKey::EmailHost.word(), ""));
        let built = builder.map_err(ConfigError::Unreadable)?.build();
        built.map(Self).map_err(ConfigError::Unreadable)
    }

    /// Returns the same with copies on another machine turned off.
    pub fn without_copies(self) -> Result<Self> {
        let builder = config::Config::builder().add_source(self.0);
        let builder = builder.set_override(SettingKey::OffsiteAddress.word(), "");
        let built = builder.map_err(ConfigError::Unreadable)?.build();
        built.map(Self).map_err(ConfigError::Unreadable)
    }

    /// Returns where the file or the environment sets a key.
    pub fn origin(&self, key: SettingKey) -> Option<Origin> {
        self.origin_of(key.word())
    }

    /// Returns where the file or the environment sets the key of that name.
    pub fn origin_of(&self, key: &str) -> Option<Origin> {
        let value = self.0.get::<config::Value>(key).ok()?;
        let variable = variable(key);
        Some(match std::env::var_os(&variable) {
            Some(_) => Origin::Variable(variable),
            None => Origin::File(value.origin().unwrap_or("config.toml").to_owned()),
        })
    }
}

/// Returns the name of the environment variable that sets a key.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}_{}", key.replace('.', "__").to_uppercase())
}

/// Returns whether the file exceeds the limit: a wrong path may name any file, and the library
/// would read all of it. Read errors are left to the library to report.
fn is_too_long(file: &Path) -> bool {
    let read = std::fs::File::open(file)
        .and_then(|file| std::io::copy(&mut file.take(LONGEST + 1), &mut std::io::sink()));
    read.is_ok_and(|bytes| bytes > LONGEST)
}

pub fn sources(
    file: Option<&Path>,
    environment: bool,
) -> config::ConfigBuilder<config::builder::DefaultState> {
    let mut builder = config::Config::builder();
    if let Some(file) = file {
        builder = builder.add_source(File::from(file).format(FileFormat::Toml));
    }
    if environment {
        let variables = Environment::with_prefix(PREFIX)
            .prefix_separator("_")
            .separator("__");
        builder = builder.add_source(variables);
    }
    builder
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8000".into(),
            database: "zayavka.db".into(),
            public_url: None,
            timezone: "Europe/Moscow".into(),
            country: "RU".into(),
            language: "ru".into(),
            shop: RawShop::default(),
            papers: RawPapers::default(),
            auth: RawAuth::default(),
            telegram: RawTelegram::default(),
            max: RawMax::default(),
            graphql: RawGraphql::default(),
            http: RawHttp::default(),
            backup: RawBackup::default(),
            offsite: RawOffsite::default(),
            metrics: RawMetrics::default(),
            reminders: RawReminders::default(),
            channels: RawChannels::default(),
            sms: RawSms::default(),
            email: RawEmail::default(),
            tls: RawTls::default(),
            webhooks: Vec::new(),
            outgoing: RawOutgoing::default(),
        }
    }
}

impl Default for RawShop {
    fn default() -> Self {
        Self {
            name: None,
            legal_name: None,
            tax_id: None,
            registration_id: None,
            address: None,
            hours: None,
            phone: None,
            terms: None,
            status_days: "30".into(),
            currency: "RUB".into(),
        }
    }
}

impl Default for RawPapers {
    fn default() -> Self {
        let all = PaperBlock::ALL.iter().map(|block| block.word().to_owned());
        Self {
            warranty: None,
            footer: None,
            blocks: List::Many(all.collect()),
            size: PaperSize::A4.word().into(),
            label: LabelSize::L58x40.word().into(),
        }
    }
}

impl Default for RawHttp {
    fn default() -> Self {
        Self {
            trusted_proxies: List::default(),
            hosts: List::default(),
            cors_origins: List::default(),
            connections: 10_000,
            requests_per_second: 50,
            answers_mb: 192,
        }
    }
}

impl Default for RawOffsite {
    fn default() -> Self {
        let keep = Keep::default();
        Self {
            address: None,
            endpoint: None,
            region: None,
            user: None,
            password: None,
            password_file: None,
            ca_file: None,
            recovery_key: None,
            keep_days: keep.days.to_string(),
            keep_weeks: keep.weeks.to_string(),
            keep_months: keep.months.to_string(),
            bandwidth: Some(Offsite::BANDWIDTH.to_string()),
        }
    }
}

impl Default for RawReminders {
    fn default() -> Self {
        Self {
            days: Days::Many(vec![3, 14, 30]),
            hour: "10".into(),
        }
    }
}

impl Default for RawChannels {
    fn default() -> Self {
        let all = Routing::default().channels.into_iter();
        let words = all.map(|channel| channel.word().to_lowercase());
        Self {
            order: List::Many(words.collect()),
        }
    }
}

impl Default for RawSms {
    fn default() -> Self {
        let all = SmsPurpose::ALL.iter();
        let all = all.map(|purpose| purpose.word().to_owned());
        Self {
            provider: "off".into(),
            login: None,
            key: None,
            key_file: None,
            sender: None,
            purposes: List::Many(all.collect()),
            daily_messages: "50".into(),
            daily_money: None,
            quiet: "21-9".into(),
            api_url: None,
        }
    }
}

impl Default for RawEmail {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            security: MailSecurity::Tls.word().into(),
            user: None,
            password: None,
            password_file: None,
            from: None,
        }
    }
}

impl Default for RawAuth {
    fn default() -> Self {
        Self {
            registration: "invite".into(),
            token_ttl: "10d".into(),
            jwt_secret: None,
            jwt_secret_file: None,
        }
    }
}

impl Default for RawGraphql {
    fn default() -> Self {
        Self {
            introspection: "staff".into(),
        }
    }
}

impl Default for RawTelegram {
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            api_url: "https://api.telegram.org".into(),
            api_dir: None,
            proxy: None,
            proxy_file: None,
            mode: "auto".into(),
            webhook_secret: None,
            webhook_secret_file: None,
            notify_delay: "5s".into(),
        }
    }
}

impl Default for RawMax {
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            api_url: "https://platform-api2.max.ru".into(),
            ca_file: None,
            mode: "auto".into(),
        }
    }
}
