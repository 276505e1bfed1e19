//! The composition root: builds the parts from the settings and runs them until it is stopped.

mod lost;
mod systemd;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::lost::DatabaseLost;
use crate::app::bot_connection::{self, Telegram};
use crate::app::channel_accounts::{Channels, Kept};
use crate::app::email_stops::EmailStops;
use crate::app::max_connection::{self, Max, MaxInUse};
use crate::app::offsite::OffsiteDesk;
use crate::app::recovery_sheets::RecoverySheets;
use crate::app::{
    Desk, accounts, changes, last_edits::LastEdits, memory::Memory, reach::Reach,
    security::known_devices::Devices, security::limits::Limits, security::link_key::LinkKey,
    security::passwords::Passwords, security::secrets, security::tokens::Tokens, settings,
    settings::Live, stages, uploads::Uploads, webhooks::Hooks,
};
use crate::clock::Clock;
use crate::config::{self, Config, ConfigError, Sources};
use crate::demo;
use crate::domain::{ChannelSecret, Error, HookSecret, Introspection, Origin, Result, WebhookId};
use crate::failure::Failure;
use crate::graphql::Schema;
use crate::http::listen::plain::{self, Handler};
use crate::http::listen::tls::Tls;
use crate::http::listen::{accept, metrics};
use crate::http::{Hosts, Site, followers, strangers};
use crate::i18n;
use crate::store::{self, Db};
use crate::workers;
use crate::workers::accounts::Accounts;
use crate::workers::backups::BackupMaker;
use crate::workers::bot::{First, Supervisor, probe};
use crate::workers::clock::ClockWatch;
use crate::workers::foreign_writes::ForeignWrites;
use crate::workers::max;
use crate::workers::merges::ForgetMerges;
use crate::workers::offsite::{OffsiteAlarm, OffsiteCopier};
use crate::workers::reminders::Reminding;
use crate::workers::rerouting::Rerouting;
use crate::workers::webhooks::{self, Couriers};
use crate::workers::worker;

/// A server that is ready to run.
pub struct Server {
    listener: TcpListener,
    desk: Arc<Desk>,
    bot: Supervisor,
    first_bot: First,
    max: max::Supervisor,
    first_max: Option<MaxInUse>,
    sms_url: Option<String>,
    /// File with certificate authorities for the place of copies.
    offsite_ca: Option<PathBuf>,
    introspection: Introspection,
    trusted_proxies: Vec<ipnet::IpNet>,
    hosts: Hosts,
    cors_origins: Vec<String>,
    connections: u32,
    tls: Option<Tls>,
    /// The listener that redirects plain HTTP to HTTPS.
    redirect: Option<TcpListener>,
    /// The listener for monitors.
    monitors: Option<TcpListener>,
    sender: webhooks::Sender,
    _alone: store::Lock,
}

impl Server {
    /// Opens the database and builds all parts.
    ///
    /// # Errors
    /// When the database can't be used, or another server runs on it.
    pub async fn build(
        config: Config,
        listener: TcpListener,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let alone = store::serve(&config.database)?;
        let db = Db::open(&config.database, clock.now())?;
        let file = db.path().display();
        match db.is_new() {
            true => tracing::warn!(
                "created a new, empty database at {file}; if you expected your data, check `database`"
            ),
            false => tracing::info!("opened the database at {file}"),
        }
        let check = settings_check(config.sources.clone());
        let stored = db.read(|c: &_| store::settings::values(c)).await?;
        let settings = Arc::new(Live::new(check, stored)?);
        let language = settings.now().shop.language;
        let now = clock.now();
        db.write(move |tx| {
            changes::begin(tx, now)?;
            stages::set_up(tx, |id| i18n::text(language, id))
        })
        .await?;
        let address = listener.local_addr()?;
        accept::set_options(&listener)?;
        let hosts = Hosts::new(config.hosts.iter().map(String::as_str), address);
        let telegram = config.telegram;
        let token = db.read(|c: &_| store::secrets::bot_token(c)).await?;
        if let Some(variable) = telegram.unused_proxy {
            tracing::warn!(
                variable,
                "the proxy of the environment is not used; set telegram.proxy if Telegram is reached by one"
            );
        }
        let bot = Telegram {
            way: telegram.server.way(),
            probe: probe(&telegram.server),
        };
        let bot = bot_connection::connection(telegram.token, token, bot);
        let sms_url = config.channels.sms_url.clone();
        let offsite = OffsiteDesk::new(workers::offsite::calls(config.offsite.ca_file.clone()));
        let channels = channels(&db, config.channels, config.offsite.password).await?;
        let of_max = config.max;
        let token = db.read(|c: &_| store::secrets::max_token(c)).await?;
        let max = Max {
            probe: max::probe(&of_max.api_url),
        };
        let max = max_connection::connection(of_max.token, token, max);
        let key = match config.jwt_secret {
            Some(key) => key,
            None => secrets::kept(&db, "jwt").await?.into(),
        };
        let link_key = secrets::kept(&db, "status_links").await?;
        let given = declare(config.webhooks, &db, clock.now()).await?;
        let reach = match config.allow_private {
            true => webhooks::Reach::Everywhere,
            false => webhooks::Reach::Public,
        };
        let sender = webhooks::Sender::new(clock.clone(), reach)?;
        let own_url = config::own_url(address);
        let hooks = Hooks::new(
            given,
            sender.checking(settings.clone(), own_url.clone()),
            sender.sending(),
        );

        let desk = Desk {
            limits: Limits::new(&clock, config.requests_per_second),
            bot,
            max,
            passwords: Passwords::new(config.password_iterations)?,
            tokens: Tokens::new(key.expose_secret().as_bytes(), config.token_ttl)?,
            devices: Devices::new(key.expose_secret().as_bytes())?,
            links: LinkKey::new(link_key.as_bytes())?,
            uploads: Uploads::default(),
            price_lists: Uploads::default(),
            last_edits: LastEdits::default(),
            memory: Memory::new(config.answers_mb, clock.clone()),
            loopback: address.ip().is_loopback(),
            fill: Box::new(|db, shop, owner, now| demo::load(db, shop, owner, now).boxed()),
            own_url,
            hooks: Arc::new(hooks),
            channels,
            offsite,
            recovery_sheets: RecoverySheets::default(),
            email_stops: EmailStops::read(&db).await?,
            reach: Reach::new(Box::new(|link| workers::reach::ask(link).boxed())),
            settings,
            db,
            clock,
        };
        let desk = Arc::new(desk);
        let bot = Supervisor {
            desk: desk.clone(),
            server: telegram.server,
            secret: telegram.webhook_secret,
        };
        let max = max::Supervisor {
            desk: desk.clone(),
            api_url: of_max.api_url,
        };
        let first_bot = bot.prepare().await?;
        let first_max = max.prepare().await?;
        Ok(Self {
            listener,
            desk,
            bot,
            first_bot,
            max,
            first_max,
            sms_url,
            offsite_ca: config.offsite.ca_file,
            introspection: config.introspection,
            trusted_proxies: config.trusted_proxies,
            hosts,
            cors_origins: config.cors_origins,
            redirect: match config.tls.as_ref().and_then(|tls| tls.redirect) {
                Some(address) => Some(listen("tls.redirect", address).await?),
                None => None,
            },
            tls: match config.tls {
                Some(tls) => Some(Tls::new(tls.certificate)?),
                None => None,
            },
            monitors: match config.metrics {
                Some(address) => Some(listen("metrics.listen", address).await?),
                None => None,
            },
            connections: accept::most_connections(config.connections),
            sender,
            _alone: alone,
        })
    }

    /// Returns the address that redirects plain HTTP to HTTPS, if there is one.
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect.as_ref()?.local_addr().ok()
    }

    /// Returns the address at which monitors read the metrics, if there is one.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.monitors.as_ref()?.local_addr().ok()
    }

    /// # Errors
    /// When the listener is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Returns how to create the first account, as long as there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_account_hint(&self) -> Result<Option<String>, Failure> {
        if self.desk.is_loopback() {
            let url = self.desk.public_url();
            let any = self.desk.db.read(accounts::any).await?;
            let hint = "Nobody has an account yet: make the first one, the owner's, at";
            return Ok((!any).then(|| format!("{hint} {url}/first-run")));
        }
        let now = self.desk.clock.now();
        let link = self
            .desk
            .db
            .write(move |tx| accounts::first_owner_link(tx, now))
            .await?;
        let hint = "Nobody has an account yet: make the owner's within a day with";
        Ok(link.map(|link| format!("{hint} {}", self.desk.invite_url(&link.token))))
    }

    /// Serves until `stop`, then lets the requests in progress finish.
    ///
    /// # Errors
    /// When a part of the server ends unasked, or the write-ahead log can't be moved into the
    /// database at the end.
    pub async fn run_until(self, stop: CancellationToken) -> Result<(), Failure> {
        let site = Site {
            schema: Schema::new(self.desk.clone(), self.introspection),
            desk: self.desk.clone(),
            trusted_proxies: self.trusted_proxies,
            hosts: self.hosts,
            strangers: strangers(self.connections),
            followers: followers(self.connections),
            cors_origins: self.cors_origins,
            stop: stop.clone(),
            sockets: TaskTracker::new(),
        };
        let mut parts = JoinSet::new();
        parts.spawn(self.bot.run(self.first_bot, stop.clone()).boxed());
        parts.spawn(self.max.run(self.first_max, stop.clone()).boxed());
        let accounts = Accounts {
            desk: self.desk.clone(),
            sms_url: self.sms_url,
        };
        parts.spawn(accounts.run(stop.clone()).boxed());
        let rerouting = Rerouting::new(self.desk.clone());
        parts.spawn(worker::run(rerouting, stop.clone()));
        let reminding = Reminding {
            desk: self.desk.clone(),
        };
        parts.spawn(worker::run(reminding, stop.clone()));
        let forgetting = ForgetMerges {
            desk: self.desk.clone(),
        };
        parts.spawn(worker::run(forgetting, stop.clone()));
        let maker = BackupMaker {
            desk: self.desk.clone(),
            stop: stop.clone(),
            last: Mutex::default(),
        };
        parts.spawn(worker::run(maker, stop.clone()));
        let copier = OffsiteCopier {
            desk: self.desk.clone(),
            ca_file: self.offsite_ca,
            stop: stop.clone(),
        };
        parts.spawn(worker::run(copier, stop.clone()));
        let alarm = OffsiteAlarm {
            desk: self.desk.clone(),
        };
        parts.spawn(worker::run(alarm, stop.clone()));
        let couriers = Couriers {
            desk: self.desk.clone(),
            sender: self.sender,
        };
        parts.spawn(couriers.run(stop.clone()).boxed());
        if let Some(listener) = self.monitors {
            let desk = self.desk.clone();
            let hosts = site.hosts.at(listener.local_addr()?);
            let answer: Arc<Handler> = Arc::new(move |request| {
                metrics::answer(desk.clone(), hosts.clone(), request).boxed()
            });
            parts.spawn(plain::run(listener, stop.clone(), answer).boxed());
        }
        if let Some(listener) = self.redirect {
            let desk = self.desk.clone();
            let answer: Arc<Handler> = Arc::new(move |request| {
                let to = desk.public_url();
                std::future::ready(plain::redirect(to.as_str(), &request)).boxed()
            });
            parts.spawn(plain::run(listener, stop.clone(), answer).boxed());
        }
        let acceptor = self.tls.as_ref().map(|tls| tls.acceptor.clone());
        if let Some(tls) = self.tls {
            parts.spawn(tls.keep(self.desk.clock.clone(), stop.clone()).boxed());
        }
        let clock_watch = ClockWatch::new(self.desk.clone());
        parts.spawn(worker::run(clock_watch, stop.clone()));
        let foreign_writes = ForeignWrites::new(self.desk.db.clone(), stop.clone());
        parts.spawn(worker::run(foreign_writes, stop.clone()));
        parts.spawn(systemd::keep_alive(stop.clone()).boxed());
        let accepting = accept::run(
            self.listener,
            site,
            self.connections,
            acceptor,
            stop.clone(),
        );
        parts.spawn(accepting.boxed());
        let mut result = Ok(());
        while let Some(ended) = parts.join_next().await {
            let ended = ended.unwrap_or_else(|panic| Err(panic.into()));
            let unasked = !stop.is_cancelled();
            stop.cancel();
            if unasked && ended.is_ok() {
                result = Err("a part of the server ended unasked".into());
            }
            if let (Err(error), Ok(())) = (ended, &result) {
                result = Err(error);
            }
        }
        if let Some(loss) = self.desk.db.loss() {
            let now = self.desk.clock.now();
            return Err(DatabaseLost::settle(&self.desk.db, loss, now).await.into());
        }
        self.desk.db.checkpoint().await?;
        result
    }
}

/// Returns the secrets of SMS, e-mail and copies on another machine, the configured ones and those that owners gave.
async fn channels(
    db: &Db,
    given: config::Channels,
    offsite: Option<(SecretString, Origin)>,
) -> Result<Channels> {
    let stored = |secret| db.read(move |c: &_| store::secrets::of_channel(c, secret));
    Ok(Channels {
        sms_key: Kept::new(given.sms_key, stored(ChannelSecret::SmsKey).await?),
        mail_password: Kept::new(
            given.mail_password,
            stored(ChannelSecret::MailPassword).await?,
        ),
        offsite_password: Kept::new(offsite, stored(ChannelSecret::OffsitePassword).await?),
        calls: Arc::new(workers::channels::calls(given.sms_url)),
    })
}

/// Returns what checks stored settings, with the file and the environment as they were at the start.
fn settings_check(sources: Sources) -> Arc<settings::Check> {
    Arc::new(move |stored| sources.settings(stored).map_err(setting_error))
}

fn setting_error(error: ConfigError) -> Error {
    match error {
        ConfigError::Key {
            key,
            problem: Some(problem),
            ..
        } => problem.at(key).into(),
        other => Error::internal(other),
    }
}

/// Stores the configured webhooks, and returns their secrets by id.
async fn declare(
    all: Vec<config::Webhook>,
    db: &Db,
    now: Timestamp,
) -> Result<HashMap<WebhookId, HookSecret>> {
    let (named, secrets): (Vec<_>, Vec<_>) = all
        .into_iter()
        .map(|webhook| ((webhook.url, webhook.events), webhook.secret))
        .unzip();
    let declare = move |tx: &store::Transaction<'_>| store::webhooks::declare(tx, &named, now);
    let ids = db.write(declare).await?;
    Ok(ids.into_iter().zip(secrets).collect())
}

async fn listen(key: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let listening = TcpListener::bind(address).await;
    listening.map_err(|error| format!("{key}: can't listen on {address}: {error}").into())
}
