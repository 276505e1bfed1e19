//! The composition root: builds the parts from what is given and runs them until told to stop.

mod backups;
mod bot;
mod systemd;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::bot::Bot;
use crate::app::{Desk, accounts, limits::Limits, passwords::Passwords, secrets, tokens::Tokens};
use crate::clock::Clock;
use crate::config::{Backups, Config, on_this_machine};
use crate::domain::BotState;
use crate::graphql::Schema;
use crate::http::{self, Site};
use crate::store::{self, Db};

/// How long a stop waits for requests that are under way.
const DRAIN: Duration = Duration::from_secs(8);
/// How long a client may take to send its headers.
const HEADERS: Duration = Duration::from_secs(10);

/// A server that is ready to run.
pub struct Server {
    listener: TcpListener,
    desk: Arc<Desk>,
    bot: Option<Bot>,
    trusted_proxies: Vec<ipnet::IpNet>,
    backups: Option<Backups>,
    _alone: store::Lock,
}

/// Why a server can't be built or run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Server {
    /// Opens the database and prepares everything that answers.
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
        let address = listener.local_addr()?;
        let public_url = config.url(address);
        let bot = match config.telegram {
            Some(settings) => Some(Bot::build(settings, &db).await?),
            None => None,
        };
        let key = match config.jwt_secret {
            Some(key) => key,
            None => secrets::kept(&db, "jwt").await?.into(),
        };

        let desk = Desk {
            limits: Limits::new(&clock),
            bot: watch::Sender::new(match &bot {
                Some(_) => BotState::Unknown,
                None => BotState::Off,
            }),
            passwords: Passwords::new()?,
            tokens: Tokens::new(key.expose_secret().as_bytes(), config.token_ttl),
            registration: config.registration,
            loopback: address.ip().is_loopback() && on_this_machine(&public_url),
            public_url,
            shop: config.shop,
            db,
            clock,
        };
        let desk = Arc::new(desk);
        Ok(Self {
            listener,
            desk,
            bot,
            trusted_proxies: config.trusted_proxies,
            backups: config.backups,
            _alone: alone,
        })
    }

    /// # Errors
    /// When the listener is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// How the first account is made, while there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_account_hint(&self) -> Result<Option<String>, Failure> {
        let (url, loopback) = (self.desk.public_url.clone(), self.desk.loopback);
        if loopback {
            let any = self.desk.db.read(accounts::any).await?;
            let hint =
                "Nobody has an account yet: the first one that `register` makes is the owner's";
            return Ok((!any).then(|| format!("{hint} ({url}/graphql)")));
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

    /// Serves until `stop`, then lets what is under way come to its end.
    ///
    /// # Errors
    /// When a part of the server ends unasked, or the write-ahead log can't be moved into the
    /// database at the end.
    pub async fn run_until(self, stop: CancellationToken) -> Result<(), Failure> {
        let webhook_secret = self.bot.as_ref().and_then(Bot::webhook_secret);
        let site = Site {
            schema: Schema::new(self.desk.clone()),
            desk: self.desk.clone(),
            webhook_secret,
            trusted_proxies: self.trusted_proxies,
            stop: stop.clone(),
        };
        let mut parts = JoinSet::new();
        if let Some(bot) = self.bot {
            parts.spawn(bot.run(self.desk.clone(), stop.clone()));
        }
        if let Some(settings) = self.backups {
            let (db, clock) = (self.desk.db.clone(), self.desk.clock.clone());
            parts.spawn(backups::run(settings, db, clock, stop.clone()));
        }
        parts.spawn(systemd::keep_alive(stop.clone()));
        parts.spawn(accept(self.listener, site, stop.clone()));
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
        self.desk.db.checkpoint().await?;
        result
    }
}

/// Takes connections until `stop`, then lets the requests under way end.
async fn accept(listener: TcpListener, site: Site, stop: CancellationToken) -> Result<(), Failure> {
    let site = Arc::new(site);
    let routes = warp::service(http::routes(site.clone()));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or the client was gone already: go on.
                tracing::warn!(error = &error as &dyn std::error::Error, "can't accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (routes, site) = (routes.clone(), site.clone());
        let service = service_fn(move |request| {
            let (routes, site) = (routes.clone(), site.clone());
            async move {
                let answer = http::serve(routes, request, peer.ip(), &site.trusted_proxies).await;
                Ok::<_, Infallible>(answer)
            }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way at the end");
    }
    Ok(())
}
