//! The settings, in two stages: as they were written, then checked and typed. The program starts
//! with settings that are whole and right, or it says which key is not and doesn't start.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use config::{Environment, File, FileFormat};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::{
    About, Country, Currency, Description, HookEvent, Introspection, Language, Line, Phone,
    Registration, Reminders, Shop, TimeZone,
};

const PREFIX: &str = "ZAYAVKA";
const SHORTEST_KEY: usize = 32;
const MOST_WEBHOOKS: usize = 5;
/// <https://letsencrypt.org/docs/acme-protocol-updates/>
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Backups follow each other no faster.
const SHORTEST_PAUSE: Duration = Duration::from_secs(60);

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("configuration")]
    Unreadable(#[source] config::ConfigError),
    #[error("configuration: {key}: {why}")]
    Key { key: &'static str, why: String },
}

type Result<T, E = ConfigError> = std::result::Result<T, E>;

/// The settings, checked.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub database: PathBuf,
    pub public_url: Option<String>,
    pub shop: Shop,
    /// How long after its end customers may still see a task.
    pub links_hold: Duration,
    pub registration: Registration,
    pub token_ttl: Duration,
    pub jwt_secret: Option<SecretString>,
    pub telegram: Option<Telegram>,
    pub introspection: Introspection,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Sites whose programs may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// Connections at the same time.
    pub connections: u32,
    /// Requests a second from one address; `None` without a limit.
    pub requests_per_second: Option<NonZeroU32>,
    /// `None` for plain HTTP.
    pub tls: Option<Tls>,
    /// Where monitors read the metrics; `None` for nowhere.
    pub metrics: Option<SocketAddr>,
    /// `None` when the server makes no backups.
    pub backups: Option<Backups>,
    /// `None` when customers aren't reminded of what they can collect.
    pub reminders: Option<Reminders>,
    /// The programs that are told what happens.
    pub webhooks: Vec<Webhook>,
}

/// The settings of HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub certificate: Certificate,
    /// Where plain HTTP is listened for and led to HTTPS.
    pub redirect: Option<SocketAddr>,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// From files in PEM, which somebody else renews.
    Files { certificate: PathBuf, key: PathBuf },
    /// From an authority that speaks ACME, by our own asking.
    Acme {
        domain: String,
        email: String,
        /// Where the account and the certificate are kept over a restart.
        cache: PathBuf,
        directory: String,
        /// The root of the authority's own certificate, where it isn't a public one.
        directory_ca: Option<PathBuf>,
    },
}

/// The settings of regular backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    pub dir: PathBuf,
    pub every: Duration,
    /// How many of them stay.
    pub keep: usize,
}

/// A program that is told what happens.
#[derive(Debug)]
pub struct Webhook {
    pub url: String,
    /// What its deliveries are signed with.
    pub secret: SecretString,
    pub events: Vec<HookEvent>,
}

/// The settings of a bot.
#[derive(Debug)]
pub struct Telegram {
    pub token: SecretString,
    pub api_url: String,
    pub mode: Mode,
    pub webhook_secret: Option<SecretString>,
}

/// How the customers' messages arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Webhook,
    Polling,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    listen: String,
    database: PathBuf,
    public_url: Option<String>,
    timezone: String,
    country: String,
    language: String,
    shop: RawShop,
    auth: RawAuth,
    telegram: RawTelegram,
    graphql: RawGraphql,
    http: RawHttp,
    backup: RawBackup,
    metrics: RawMetrics,
    reminders: RawReminders,
    tls: RawTls,
    webhooks: Vec<RawWebhook>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawShop {
    name: Option<String>,
    address: Option<String>,
    hours: Option<String>,
    phone: Option<String>,
    terms: Option<String>,
    status_days: u16,
    currency: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawTls {
    domain: Option<String>,
    email: Option<String>,
    cache: Option<PathBuf>,
    directory: Option<String>,
    directory_ca: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    redirect: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawWebhook {
    url: Option<String>,
    secret: Option<SecretString>,
    secret_file: Option<PathBuf>,
    events: List,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawMetrics {
    listen: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawBackup {
    dir: Option<PathBuf>,
    every: Option<String>,
    keep: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawReminders {
    days: Days,
    hour: u8,
}

/// Numbers of days; in the environment divided by commas.
#[derive(Deserialize)]
#[serde(untagged)]
enum Days {
    Many(Vec<i64>),
    One(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawGraphql {
    introspection: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawHttp {
    trusted_proxies: List,
    cors_origins: List,
    connections: u32,
    requests_per_second: u32,
}

/// A list in the file; in the environment, where there are no lists, divided by commas.
#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    Many(Vec<String>),
    One(String),
}

impl Default for List {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl List {
    fn texts(&self) -> Vec<&str> {
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAuth {
    registration: String,
    token_ttl: String,
    jwt_secret: Option<SecretString>,
    jwt_secret_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawTelegram {
    token: Option<SecretString>,
    token_file: Option<PathBuf>,
    api_url: String,
    mode: Option<String>,
    webhook_secret: Option<SecretString>,
    webhook_secret_file: Option<PathBuf>,
    notify_delay: String,
}

fn sources(
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

impl Raw {
    fn read(file: Option<&Path>) -> Result<Self> {
        let read = sources(file, true).build();
        read.and_then(config::Config::try_deserialize)
            .map_err(ConfigError::Unreadable)
    }

    fn shown(&self) -> Vec<(&'static str, String)> {
        let text = |value: &str| format!("{value:?}");
        let path = |value: &Path| format!("{value:?}");
        let unset = || "(not set)".to_owned();
        let secret = |value: &Option<SecretString>| match value {
            Some(_) => "\"***\"".to_owned(),
            None => unset(),
        };
        let text_of = |value: &Option<String>| value.as_deref().map_or_else(unset, text);
        let path_of = |value: &Option<PathBuf>| value.as_deref().map_or_else(unset, path);
        let list = |value: &List| format!("{:?}", value.texts());
        let Self {
            shop,
            auth,
            telegram,
            http,
            tls,
            backup,
            reminders,
            ..
        } = self;
        vec![
            ("listen", text(&self.listen)),
            ("database", path(&self.database)),
            ("public_url", text_of(&self.public_url)),
            ("timezone", text(&self.timezone)),
            ("country", text(&self.country)),
            ("language", text(&self.language)),
            ("shop.name", text_of(&shop.name)),
            ("shop.address", text_of(&shop.address)),
            ("shop.hours", text_of(&shop.hours)),
            ("shop.phone", text_of(&shop.phone)),
            ("shop.terms", text_of(&shop.terms)),
            ("shop.status_days", shop.status_days.to_string()),
            ("shop.currency", text(&shop.currency)),
            ("auth.registration", text(&auth.registration)),
            ("auth.token_ttl", text(&auth.token_ttl)),
            ("auth.jwt_secret", secret(&auth.jwt_secret)),
            ("auth.jwt_secret_file", path_of(&auth.jwt_secret_file)),
            ("telegram.token", secret(&telegram.token)),
            ("telegram.token_file", path_of(&telegram.token_file)),
            ("telegram.api_url", text(&telegram.api_url)),
            ("telegram.mode", text_of(&telegram.mode)),
            ("telegram.webhook_secret", secret(&telegram.webhook_secret)),
            (
                "telegram.webhook_secret_file",
                path_of(&telegram.webhook_secret_file),
            ),
            ("telegram.notify_delay", text(&telegram.notify_delay)),
            ("graphql.introspection", text(&self.graphql.introspection)),
            ("http.trusted_proxies", list(&http.trusted_proxies)),
            ("http.cors_origins", list(&http.cors_origins)),
            ("http.connections", http.connections.to_string()),
            (
                "http.requests_per_second",
                http.requests_per_second.to_string(),
            ),
            ("tls.domain", text_of(&tls.domain)),
            ("tls.email", text_of(&tls.email)),
            ("tls.cache", path_of(&tls.cache)),
            ("tls.directory", text_of(&tls.directory)),
            ("tls.directory_ca", path_of(&tls.directory_ca)),
            ("tls.certificate", path_of(&tls.certificate)),
            ("tls.key", path_of(&tls.key)),
            ("tls.redirect", text_of(&tls.redirect)),
            ("backup.dir", path_of(&backup.dir)),
            ("backup.every", text_of(&backup.every)),
            (
                "backup.keep",
                backup.keep.map_or_else(unset, |keep| keep.to_string()),
            ),
            ("metrics.listen", text_of(&self.metrics.listen)),
            (
                "reminders.days",
                match &reminders.days {
                    Days::Many(days) => format!("{days:?}"),
                    Days::One(days) => text(days),
                },
            ),
            ("reminders.hour", reminders.hour.to_string()),
        ]
    }

    fn shown_webhooks(&self) -> Vec<(String, String)> {
        let unset = || "(not set)".to_owned();
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        let all = self.webhooks.iter().enumerate().flat_map(|(at, webhook)| {
            let shown = [
                ("url", webhook.url.as_ref().map(|url| text(url))),
                ("secret", webhook.secret.as_ref().map(|_| text(&"***"))),
                (
                    "secret_file",
                    webhook.secret_file.as_ref().map(|file| text(file)),
                ),
                ("events", Some(text(&webhook.events.texts()))),
            ];
            shown.map(|(key, value)| {
                let value = value.unwrap_or_else(unset);
                (format!("webhooks[{at}].{key}"), value)
            })
        });
        let all: Vec<_> = all.collect();
        match all.is_empty() {
            true => vec![("webhooks".to_owned(), unset())],
            false => all,
        }
    }
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
            auth: RawAuth::default(),
            telegram: RawTelegram::default(),
            graphql: RawGraphql::default(),
            http: RawHttp::default(),
            backup: RawBackup::default(),
            metrics: RawMetrics::default(),
            reminders: RawReminders::default(),
            tls: RawTls::default(),
            webhooks: Vec::new(),
        }
    }
}

impl Default for RawShop {
    fn default() -> Self {
        Self {
            name: None,
            address: None,
            hours: None,
            phone: None,
            terms: None,
            status_days: 30,
            currency: "RUB".into(),
        }
    }
}

impl Default for RawHttp {
    fn default() -> Self {
        Self {
            trusted_proxies: List::default(),
            cors_origins: List::default(),
            connections: 10_000,
            requests_per_second: 50,
        }
    }
}

impl Default for RawReminders {
    fn default() -> Self {
        Self {
            days: Days::Many(vec![3, 14, 30]),
            hour: 10,
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
            mode: None,
            webhook_secret: None,
            webhook_secret_file: None,
            notify_delay: "5s".into(),
        }
    }
}

impl Config {
    /// Reads a file, where there is one, and the environment over it.
    ///
    /// # Errors
    /// Names the key that can't be used.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        Self::check(Raw::read(file)?)
    }

    /// [`Config::load`] without the bot and the webhooks: commands beside the server need no token
    /// and no secret, which may be known to the service alone.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn load_without_bot(file: Option<&Path>) -> Result<Self> {
        let mut raw = Raw::read(file)?;
        raw.telegram.mode = Some("off".into());
        raw.telegram.token_file = None;
        raw.telegram.webhook_secret_file = None;
        raw.webhooks = Vec::new();
        Self::check(raw)
    }

    /// Every key with its value and where that came from; secrets are masked.
    ///
    /// # Errors
    /// When the file can't be read, or has keys that there are not.
    pub fn explain(file: Option<&Path>) -> Result<String> {
        let raw = Raw::read(file)?;
        let in_file = sources(file, false)
            .build()
            .map_err(ConfigError::Unreadable)?;
        let mut text = String::new();
        let shown = raw.shown().into_iter();
        let shown = shown.map(|(key, value)| (key.to_owned(), value));
        for (key, value) in shown.chain(raw.shown_webhooks()) {
            let variable = format!("{PREFIX}_{}", key.replace('.', "__").to_uppercase());
            let from = if std::env::var_os(&variable).is_some() {
                variable
            } else if in_file.get::<config::Value>(&key).is_ok() {
                file.map(|file| file.display().to_string())
                    .unwrap_or_default()
            } else {
                "default".to_owned()
            };
            text += &format!("{key} = {value}  # {from}\n");
        }
        Ok(text)
    }

    /// Reads a text as if it stood in a file, without the environment.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn parse(text: &str) -> Result<Self> {
        let builder = config::Config::builder().add_source(File::from_str(text, FileFormat::Toml));
        let read = builder.build().and_then(config::Config::try_deserialize);
        Self::check(read.map_err(ConfigError::Unreadable)?)
    }

    /// Where people reach a server that listens on `address`, with no slash at the end.
    pub fn url(&self, address: SocketAddr) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"))
    }

    fn check(raw: Raw) -> Result<Self> {
        let listen = address("listen", &raw.listen)?;
        let tls = Tls::check(raw.tls)?;
        let public_url = raw
            .public_url
            .map(|url| check_url("public_url", &url))
            .transpose()?;
        let public_url = match &tls {
            Some(tls) => Some(tls.public_url(public_url)?),
            None => public_url,
        };
        let here = match &public_url {
            Some(url) => on_this_machine(url),
            None => listen.ip().is_loopback(),
        };
        let secure = here
            || public_url
                .as_ref()
                .is_some_and(|url| url.starts_with("https://"));
        let RawAuth {
            jwt_secret,
            jwt_secret_file,
            ..
        } = raw.auth;
        let jwt_secret = secret(
            ["auth.jwt_secret", "auth.jwt_secret_file"],
            jwt_secret,
            jwt_secret_file,
        )?;
        if jwt_secret
            .as_ref()
            .is_some_and(|key| key.expose_secret().len() < SHORTEST_KEY)
        {
            return Err(wrong("auth.jwt_secret", "use at least 32 bytes"));
        }
        let country = Country::parse(&raw.country)
            .ok_or_else(|| wrong("country", "write two letters, for example RU"))?;
        Ok(Self {
            listen,
            database: raw.database,
            public_url,
            links_hold: DAY * u32::from(raw.shop.status_days),
            shop: Shop {
                about: Arc::new(raw.shop.about(country)?),
                country,
                timezone: TimeZone::get(&raw.timezone).map_err(|_| {
                    wrong("timezone", "write an IANA name, for example Europe/Moscow")
                })?,
                language: ["ru", "en"]
                    .contains(&&*raw.language)
                    .then(|| Language::parse(&raw.language))
                    .flatten()
                    .ok_or_else(|| wrong("language", "write ru or en"))?,
                currency: Currency::parse(&raw.shop.currency).ok_or_else(|| {
                    wrong("shop.currency", "write an ISO 4217 code, for example RUB")
                })?,
                notify_delay: duration("telegram.notify_delay", &raw.telegram.notify_delay)?,
            },
            registration: match &*raw.auth.registration {
                "invite" => Registration::Invite,
                "open" => Registration::Open,
                "closed" => Registration::Closed,
                _ => return Err(wrong("auth.registration", "write invite, open or closed")),
            },
            token_ttl: duration("auth.token_ttl", &raw.auth.token_ttl)?,
            jwt_secret,
            telegram: Telegram::check(raw.telegram, secure)?,
            introspection: match &*raw.graphql.introspection {
                "staff" => Introspection::Staff,
                "all" => Introspection::All,
                "off" => Introspection::Off,
                _ => return Err(wrong("graphql.introspection", "write staff, all or off")),
            },
            trusted_proxies: networks("http.trusted_proxies", &raw.http.trusted_proxies.texts())?,
            cors_origins: origins("http.cors_origins", &raw.http.cors_origins.texts())?,
            connections: match raw.http.connections {
                0 => return Err(wrong("http.connections", "write a number above zero")),
                connections => connections,
            },
            requests_per_second: NonZeroU32::new(raw.http.requests_per_second),
            tls,
            metrics: match raw.metrics.listen {
                Some(listen) => Some(address("metrics.listen", &listen)?),
                None => None,
            },
            backups: Backups::check(raw.backup)?,
            reminders: raw.reminders.check()?,
            webhooks: Webhook::check_all(raw.webhooks)?,
        })
    }
}

impl RawShop {
    fn about(&self, country: Country) -> Result<About> {
        let line = |key, text: &Option<String>| {
            Line::parse(key, text.as_deref().unwrap_or_default()).map_err(|_| {
                wrong(
                    key,
                    format!("write one line, of at most {} characters", Line::MAX),
                )
            })
        };
        let phone = |text| {
            Phone::parse("shop.phone", text, country).map_err(|_| {
                wrong(
                    "shop.phone",
                    "write one phone, for example +7 900 000-00-00",
                )
            })
        };
        let terms = self.terms.as_deref().unwrap_or_default().trim();
        Ok(About {
            name: line("shop.name", &self.name)?,
            address: line("shop.address", &self.address)?,
            hours: line("shop.hours", &self.hours)?,
            phone: self.phone.as_deref().map(phone).transpose()?,
            terms: Description::parse("shop.terms", terms).map_err(|_| {
                let why = format!("write at most {} characters", Description::MAX);
                wrong("shop.terms", why)
            })?,
        })
    }
}

impl RawReminders {
    fn check(self) -> Result<Option<Reminders>> {
        let wrong_days = || {
            let why = "write days from 1 to 365, for example [3, 14, 30]";
            wrong("reminders.days", why)
        };
        let days: Option<Vec<u16>> = match self.days {
            Days::Many(days) => days.into_iter().map(|day| day.try_into().ok()).collect(),
            Days::One(days) => {
                let days = days.split(',').map(str::trim).filter(|day| !day.is_empty());
                days.map(|day| day.parse().ok()).collect()
            }
        };
        if self.hour > 23 {
            return Err(wrong("reminders.hour", "write an hour from 0 to 23"));
        }
        match days.ok_or_else(wrong_days)? {
            days if days.is_empty() => Ok(None),
            days => Reminders::new(days, self.hour)
                .map(Some)
                .ok_or_else(wrong_days),
        }
    }
}

impl Backups {
    /// All of it, or nothing: half a setting would look like backups and make none.
    fn check(raw: RawBackup) -> Result<Option<Self>> {
        let RawBackup { dir, every, keep } = raw;
        if dir.is_none() && every.is_none() && keep.is_none() {
            return Ok(None);
        }
        let missing =
            |key| move || wrong(key, "set backup.dir, backup.every and backup.keep, or none");
        let every = duration("backup.every", &every.ok_or_else(missing("backup.every"))?)?;
        let keep = keep.ok_or_else(missing("backup.keep"))?;
        if every < SHORTEST_PAUSE {
            return Err(wrong(
                "backup.every",
                "write a minute or more, for example 1d",
            ));
        }
        if keep == 0 {
            return Err(wrong("backup.keep", "keep at least one"));
        }
        Ok(Some(Self {
            dir: dir.ok_or_else(missing("backup.dir"))?,
            every,
            keep,
        }))
    }
}

impl Webhook {
    fn check_all(all: Vec<RawWebhook>) -> Result<Vec<Self>> {
        if all.len() > MOST_WEBHOOKS {
            return Err(wrong("webhooks", format!("at most {MOST_WEBHOOKS}")));
        }
        let mut checked: Vec<Self> = Vec::new();
        for raw in all {
            let webhook = Self::check(raw)?;
            if checked.iter().any(|other| other.url == webhook.url) {
                let why = "an address stands here once, with all its events";
                return Err(wrong("webhooks.url", why));
            }
            checked.push(webhook);
        }
        Ok(checked)
    }

    /// Nobody is told anything who can't know whether it is true, or whom others listen to.
    fn check(raw: RawWebhook) -> Result<Self> {
        let missing = |key| move || wrong(key, "every webhook needs a url, a secret and events");
        let url = raw.url.ok_or_else(missing("webhooks.url"))?;
        let right = reqwest::Url::parse(&url).is_ok_and(|parsed| {
            let secure = parsed.scheme() == "https";
            let here = parsed.scheme() == "http" && on_this_machine(&url);
            let open = parsed.username().is_empty() && parsed.password().is_none();
            (secure || here) && open && parsed.fragment().is_none()
        });
        if !right {
            let why =
                "write an https address, without a password; plain http is for this machine only";
            return Err(wrong("webhooks.url", why));
        }
        let keys = ["webhooks.secret", "webhooks.secret_file"];
        let secret =
            secret(keys, raw.secret, raw.secret_file)?.ok_or_else(missing("webhooks.secret"))?;
        if secret.expose_secret().len() < SHORTEST_KEY {
            return Err(wrong("webhooks.secret", "use at least 32 bytes"));
        }
        let event = |word: &str| {
            HookEvent::from_word(word).ok_or_else(|| {
                let known: Vec<_> = HookEvent::ALL.iter().map(|event| event.word()).collect();
                let why = format!("there is no {word:?}; write some of {}", known.join(", "));
                wrong("webhooks.events", why)
            })
        };
        let events = raw.events.texts().into_iter().map(event);
        let events = events.collect::<Result<Vec<_>>>()?;
        match events.is_empty() {
            true => Err(missing("webhooks.events")()),
            false => Ok(Self {
                url,
                secret,
                events,
            }),
        }
    }
}

impl Tls {
    fn check(raw: RawTls) -> Result<Option<Self>> {
        let of_acme = [
            ("tls.email", raw.email.is_some()),
            ("tls.cache", raw.cache.is_some()),
            ("tls.directory", raw.directory.is_some()),
            ("tls.directory_ca", raw.directory_ca.is_some()),
        ];
        let of_acme = of_acme
            .into_iter()
            .find_map(|(key, set)| set.then_some(key));
        let certificate = match (raw.certificate, raw.key, raw.domain) {
            (None, None, None) => {
                let why = "set it, or tls.certificate and tls.key";
                return match of_acme.is_some() || raw.redirect.is_some() {
                    true => Err(wrong("tls.domain", why)),
                    false => Ok(None),
                };
            }
            (Some(certificate), Some(key), None) => {
                if let Some(key) = of_acme {
                    let why = "it goes with tls.domain; a certificate in files needs none";
                    return Err(wrong(key, why));
                }
                Certificate::Files { certificate, key }
            }
            (_, _, None) => {
                return Err(wrong(
                    "tls.key",
                    "set tls.certificate and tls.key, or neither",
                ));
            }
            (None, None, Some(domain)) => Certificate::Acme {
                domain,
                email: raw.email.ok_or_else(|| {
                    wrong(
                        "tls.email",
                        "set it: the authority writes there when something is wrong",
                    )
                })?,
                cache: raw.cache.ok_or_else(|| {
                    wrong(
                        "tls.cache",
                        "set it: without it every start asks for a new certificate",
                    )
                })?,
                directory: match raw.directory {
                    Some(directory) => check_url("tls.directory", &directory)?,
                    None => LETS_ENCRYPT.to_owned(),
                },
                directory_ca: raw.directory_ca,
            },
            _ => {
                let why = "set tls.domain, or tls.certificate and tls.key, but not both";
                return Err(wrong("tls.domain", why));
            }
        };
        let redirect = raw.redirect.map(|text| address("tls.redirect", &text));
        Ok(Some(Self {
            certificate,
            redirect: redirect.transpose()?,
        }))
    }

    /// Where people reach the server: what is set, else the certificate's domain.
    fn public_url(&self, set: Option<String>) -> Result<String> {
        match (set, &self.certificate) {
            (Some(url), _) if url.starts_with("https://") => Ok(url),
            (None, Certificate::Acme { domain, .. }) => {
                check_url("tls.domain", &format!("https://{domain}"))
            }
            _ => {
                let why = "write the https address that the certificate is for";
                Err(wrong("public_url", why))
            }
        }
    }
}

impl Telegram {
    fn check(raw: RawTelegram, secure: bool) -> Result<Option<Self>> {
        let token = secret(
            ["telegram.token", "telegram.token_file"],
            raw.token,
            raw.token_file,
        )?;
        // The file that a package leaves to be filled in.
        let token = token.filter(|token| !token.expose_secret().is_empty());
        let keys = ["telegram.webhook_secret", "telegram.webhook_secret_file"];
        let webhook_secret = secret(keys, raw.webhook_secret, raw.webhook_secret_file)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let proper = |text: &str| (1..=256).contains(&text.len()) && text.chars().all(fits);
        if webhook_secret
            .as_ref()
            .is_some_and(|secret| !proper(secret.expose_secret()))
        {
            return Err(wrong(keys[0], "use 1 to 256 of A-Z a-z 0-9 _ -"));
        }
        let api_url = check_url("telegram.api_url", &raw.api_url)?;
        if !api_url.starts_with("https://") && !on_this_machine(&api_url) {
            return Err(wrong(
                "telegram.api_url",
                "use https; plain http is for this machine only",
            ));
        }
        let mode = match (raw.mode.as_deref(), &token) {
            (Some("off"), _) | (None, None) => return Ok(None),
            (Some("webhook"), _) | (None, Some(_)) => Mode::Webhook,
            (Some("polling"), _) => Mode::Polling,
            _ => return Err(wrong("telegram.mode", "write webhook, polling or off")),
        };
        let token = token.ok_or_else(|| {
            wrong(
                "telegram.token",
                "the mode needs a token: set this or telegram.token_file",
            )
        })?;
        if mode == Mode::Webhook && !secure {
            let why =
                "webhook mode needs an https address; without one use telegram.mode = \"polling\"";
            return Err(wrong("public_url", why));
        }
        Ok(Some(Self {
            token,
            api_url,
            mode,
            webhook_secret,
        }))
    }
}

fn wrong(key: &'static str, why: impl Into<String>) -> ConfigError {
    ConfigError::Key {
        key,
        why: why.into(),
    }
}

fn address(key: &'static str, text: &str) -> Result<SocketAddr> {
    let why = "write an address and a port, for example 127.0.0.1:8000";
    text.parse().map_err(|_| wrong(key, why))
}

/// Networks such as 10.0.0.0/8; one address is a network of its own.
fn networks(key: &'static str, texts: &[&str]) -> Result<Vec<IpNet>> {
    let read = |text: &&str| {
        let network = text
            .parse()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| wrong(key, "write addresses or networks, for example 127.0.0.1"))
    };
    texts.iter().map(read).collect()
}

/// Origins such as https://app.example.com: what a browser sends of itself.
fn origins(key: &'static str, texts: &[&str]) -> Result<Vec<String>> {
    let read = |text: &&str| {
        let url = reqwest::Url::parse(text).ok();
        let origin = url.map(|url| url.origin().ascii_serialization());
        origin
            .filter(|origin| origin == text)
            .ok_or_else(|| wrong(key, "write origins, for example https://app.example.com"))
    };
    texts.iter().map(read).collect()
}

fn duration(key: &'static str, text: &str) -> Result<Duration> {
    humantime::parse_duration(text).map_err(|_| wrong(key, "write a time such as 5s, 10m or 10d"))
}

/// A secret that stands in the settings or in a file of its own, but not in both.
fn secret(
    [key, file_key]: [&'static str; 2],
    value: Option<SecretString>,
    file: Option<PathBuf>,
) -> Result<Option<SecretString>> {
    match (value, file) {
        (Some(_), Some(_)) => Err(wrong(file_key, format!("set this or {key}, not both"))),
        (value, None) => Ok(value),
        (None, Some(file)) => match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(SecretString::from(text.trim()))),
            Err(error) => Err(wrong(file_key, format!("{}: {error}", file.display()))),
        },
    }
}

fn check_url(key: &'static str, text: &str) -> Result<String> {
    let url = reqwest::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
    });
    match url {
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
        None => Err(wrong(
            key,
            "write a whole address, for example https://desk.example.com",
        )),
    }
}

/// The name or the address in a URL.
pub fn host(url: &str) -> Option<String> {
    Some(reqwest::Url::parse(url).ok()?.host_str()?.to_owned())
}

/// Whether only this machine can be at that address.
pub fn on_this_machine(url: &str) -> bool {
    let host = host(url).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
