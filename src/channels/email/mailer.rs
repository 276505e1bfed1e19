//! Sending of letters.

use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use super::fault;
use crate::channels::Failure;
use crate::channels::Letter;
use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Email, MailAccount, MailSecurity};

/// Time-out of sending one letter, after which its outcome counts as unknown.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Connections that are kept, and how long they may be idle: servers end them after a few minutes.
const CONNECTIONS: u32 = 2;
const IDLE: Duration = Duration::from_secs(60);

/// An account at a mail server, with the connections to it.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Email,
    name: String,
    timeout: Duration,
}

impl Mailer {
    /// Builds a mailer.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(account: &MailAccount, timeout: Duration) -> Result<Self, Refusal> {
        let server = &account.server;
        let parameters = || {
            let parameters = TlsParameters::builder(server.host.clone()).build_rustls();
            parameters.map_err(|error| fault::refusal(&error))
        };
        let tls = match server.security {
            MailSecurity::Tls => Tls::Wrapper(parameters()?),
            MailSecurity::StartTls => Tls::Required(parameters()?),
            MailSecurity::None => Tls::None,
        };
        let (_, domain) = server.from.parts();
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&*server.host)
            .port(server.port)
            .tls(tls)
            .hello_name(ClientId::Domain(domain))
            .timeout(Some(timeout))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE));
        if let (Some(user), Some(password)) = (&server.user, &account.password) {
            let password = password.expose_secret().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            transport: transport.build(),
            from: server.from.clone(),
            name: account.name.clone(),
            timeout,
        })
    }

    /// Sends a letter once.
    ///
    /// # Errors
    /// With `maybe_done` the server may have taken the letter. A repeated one has the same `Message-ID`, by which most
    /// mailboxes show it once.
    pub async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        self.attempt(letter).await.map_err(Failure::from)
    }

    /// As [`Mailer::send`], with the trouble in the terms of an owner who tries the account.
    pub async fn attempt(&self, letter: &Letter) -> Result<(), Refusal> {
        let message = letter.message(&self.from, &self.name)?;
        let sending = self.transport.send(message);
        self.in_time(sending).await.map(drop)
    }

    /// Signs in without sending anything.
    pub async fn check(&self) -> Result<(), Refusal> {
        let is_well = self.in_time(self.transport.test_connection()).await?;
        match is_well {
            true => Ok(()),
            false => Err(Refusal::new(ChannelTrouble::Unreachable, "no answer")),
        }
    }

    /// Waits for a call with the time-out: the library has one for the connection only.
    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, Refusal> {
        match tokio::time::timeout(self.timeout, call).await {
            Ok(done) => done.map_err(|error| fault::refusal(&error)),
            Err(_) => Err(Refusal::new(ChannelTrouble::Unclear, "no answer in time")),
        }
    }
}
