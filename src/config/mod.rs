//! Configuration in two stages: raw as written, then validated and typed. The program starts with a
//! complete and valid configuration, or fails naming the offending key.

mod backups;
mod channels;
mod explain;
mod max;
mod offsite;
mod papers;
mod raw;
mod reminders;
mod settings;
mod shop;
mod telegram;
mod tls;
mod values;
mod webhooks;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::{Introspection, PASSWORD_ITERATIONS, Problem, PublicUrl, Settings};

pub use channels::Channels;
pub use max::Max;
pub use offsite::{OffsiteAccess, place as offsite_place, said as offsite_said};
use raw::{Raw, RawAuth};
pub use raw::{Sources, Stored};
pub use telegram::Telegram;
pub use tls::{Certificate, Tls};
use values::{SHORTEST_KEY, address, duration, host_names, networks, origins, secret, wrong};

pub use values::host;
pub use webhooks::Webhook;

/// A configuration error.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("configuration")]
    Unreadable(#[source] config::ConfigError),
    #[error("configuration: {}: it is longer than 1 MiB", .0.display())]
    TooLong(PathBuf),
    #[error("configuration: {key}: {why}")]
    Key {
        key: &'static str,
        why: String,
        /// The reason in the words of the pages, for the settings that owners change there.
        problem: Option<Problem>,
    },
}

type Result<T, E = ConfigError> = std::result::Result<T, E>;

/// The validated configuration.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub database: PathBuf,
    /// What owners change in the browser.
    pub settings: Settings,
    pub token_ttl: Duration,
    pub jwt_secret: Option<SecretString>,
    /// Iterations for the hash of a password. No setting: only tests hash faster.
    pub password_iterations: u32,
    pub telegram: Telegram,
    pub channels: Channels,
    pub max: Max,
    pub offsite: OffsiteAccess,
    pub introspection: Introspection,
    /// Reverse proxies whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Accepted `Host` names, in addition to loopback and the host of `public_url`.
    pub hosts: Vec<String>,
    /// Origins whose scripts may call the API from a browser (CORS).
    pub cors_origins: Vec<String>,
    /// Maximum number of concurrent connections.
    pub connections: u32,
    /// Rate limit per client address, in requests per second; `None` for no limit.
    pub requests_per_second: Option<NonZeroU32>,
    /// Memory budget for all large responses together, in MiB.
    pub answers_mb: u32,
    /// `None` for plain HTTP.
    pub tls: Option<Tls>,
    /// Address of the metrics listener; `None` turns it off.
    pub metrics: Option<SocketAddr>,
    /// Outgoing webhooks.
    pub webhooks: Vec<Webhook>,
    /// Whether owners may register webhooks at addresses of this machine and its networks.
    pub allow_private: bool,
    /// The file and the environment.
    pub sources: Sources,
}

/// Returns the public URL of a server that listens on `address`.
pub fn url(settings: &Settings, address: SocketAddr) -> PublicUrl {
    let set = settings.public_url.clone();
    set.unwrap_or_else(|| own_url(address))
}

/// Returns the URL of the address on which a server listens.
pub fn own_url(address: SocketAddr) -> PublicUrl {
    let (origin, ip) = (format!("http://{address}"), address.ip());
    let is_local = ip.is_loopback() || ip.is_unspecified();
    PublicUrl::new(&origin, &ip.to_string(), is_local)
}

impl Config {
    /// Loads the configuration from a file, if given, with the environment overriding it.
    ///
    /// # Errors
    /// Names the offending key.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let sources = Sources::load(file)?;
        let mut config = Self::check(sources.raw(&Stored::new())?, sources)?;
        config.telegram.note_environment();
        Ok(config)
    }

    /// Loads the configuration without bots, SMS, e-mail and webhooks: other commands need neither token nor
    /// secrets, which may be readable by the service only.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn load_without_bot(file: Option<&Path>) -> Result<Self> {
        let sources = Sources::load(file)?.without_copies()?.without_bot()?;
        let mut raw = sources.raw(&Stored::new())?;
        (raw.offsite.password, raw.offsite.password_file) = (None, None);
        Self::check_without_bot(raw, sources)
    }

    /// Loads the same with the settings of copies on another machine.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn load_for_copies(file: Option<&Path>) -> Result<Self> {
        let sources = Sources::load(file)?.without_bot()?;
        let raw = sources.raw(&Stored::new())?;
        Self::check_without_bot(raw, sources)
    }

    fn check_without_bot(mut raw: Raw, sources: Sources) -> Result<Self> {
        raw.telegram.token_file = None;
        raw.telegram.webhook_secret_file = None;
        raw.telegram.proxy_file = None;
        (raw.sms.key, raw.sms.key_file) = (None, None);
        (raw.email.password, raw.email.password_file) = (None, None);
        raw.max.token_file = None;
        raw.webhooks = Vec::new();
        Self::check(raw, sources)
    }

    /// Parses a configuration text, ignoring the environment.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn parse(text: &str) -> Result<Self> {
        let sources = Sources::parse(text)?;
        Self::check(sources.raw(&Stored::new())?, sources)
    }

    fn check(raw: Raw, sources: Sources) -> Result<Self> {
        let listen = address("listen", &raw.listen)?;
        let settings = raw.settings(&sources)?;
        let tls = Tls::check(raw.tls)?;
        let secure = match &settings.public_url {
            Some(url) => url.is_local() || url.is_https(),
            None => listen.ip().is_loopback(),
        };
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
        Ok(Self {
            listen,
            database: raw.database,
            settings,
            token_ttl: duration("auth.token_ttl", &raw.auth.token_ttl)?,
            jwt_secret,
            password_iterations: PASSWORD_ITERATIONS,
            telegram: Telegram::check(raw.telegram, &sources, secure)?,
            channels: Channels::check(raw.sms, raw.email, &sources)?,
            max: Max::check(raw.max, &sources, secure)?,
            offsite: OffsiteAccess::check(raw.offsite, &sources)?,
            introspection: match &*raw.graphql.introspection {
                "staff" => Introspection::Staff,
                "all" => Introspection::All,
                "off" => Introspection::Off,
                _ => return Err(wrong("graphql.introspection", "write staff, all or off")),
            },
            trusted_proxies: networks("http.trusted_proxies", &raw.http.trusted_proxies.texts())?,
            hosts: host_names("http.hosts", &raw.http.hosts.texts())?,
            cors_origins: origins("http.cors_origins", &raw.http.cors_origins.texts())?,
            connections: match raw.http.connections {
                0 => return Err(wrong("http.connections", "write a number above zero")),
                connections => connections,
            },
            requests_per_second: NonZeroU32::new(raw.http.requests_per_second),
            answers_mb: match raw.http.answers_mb {
                mib @ 4..=65_536 => mib,
                _ => return Err(wrong("http.answers_mb", "write a number from 4 to 65536")),
            },
            tls,
            metrics: match raw.metrics.listen {
                Some(listen) => Some(address("metrics.listen", &listen)?),
                None => None,
            },
            webhooks: Webhook::check_all(raw.webhooks)?,
            allow_private: raw.outgoing.allow_private,
            sources,
        })
    }
}
