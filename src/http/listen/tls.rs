//! TLS on our own listener: certificates from files or by ACME.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use rustls_acme::caches::DirCache;
use rustls_acme::{AcmeConfig, AcmeState};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_util::sync::CancellationToken;

use crate::certificate;
use crate::clock::Clock;
use crate::config::Certificate;
use crate::failure::Failure;
use crate::tls_provider;

/// The ALPN protocol by which an authority asks for proof that the domain is ours (RFC 8737).
pub const CHALLENGE: &[u8] = b"acme-tls/1";
/// The interval at which certificate files are checked for changes.
const LOOK: Duration = Duration::from_secs(60);

/// A listener's certificate, and the task that keeps it current.
pub struct Tls {
    pub acceptor: TlsAcceptor,
    keeper: Keeper,
}

enum Keeper {
    Files(Arc<Files>),
    Acme(Box<AcmeState<std::io::Error>>),
}

impl Tls {
    /// # Errors
    /// When the files can't be read or don't match.
    pub fn new(certificate: Certificate) -> Result<Self, Failure> {
        let provider = tls_provider::provider();
        let (keeper, resolver) = match certificate {
            Certificate::Files { certificate, key } => {
                let files = Arc::new(Files::read(&certificate, &key)?);
                let resolver: Arc<dyn ResolvesServerCert> = files.clone();
                (Keeper::Files(files), resolver)
            }
            Certificate::Acme {
                domain,
                email,
                cache,
                directory,
                directory_ca,
            } => {
                let mut settings = AcmeConfig::new([domain])
                    .contact_push(format!("mailto:{email}"))
                    .directory(directory)
                    .cache(DirCache::new(cache));
                if let Some(root) = directory_ca {
                    settings = settings.client_tls_config(trusting(&root, &provider)?);
                }
                let state = settings.state();
                let resolver: Arc<dyn ResolvesServerCert> = state.resolver();
                (Keeper::Acme(Box::new(state)), resolver)
            }
        };
        let mut settings = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), CHALLENGE.to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(settings)),
            keeper,
        })
    }

    /// Keeps the certificate current until `stop`, and retries what fails.
    ///
    /// # Errors
    /// None: an old certificate is better than no server.
    pub async fn keep(self, clock: Clock, stop: CancellationToken) -> Result<(), Failure> {
        let keep = async {
            match self.keeper {
                Keeper::Files(files) => files.keep(&clock).await,
                Keeper::Acme(state) => renew(*state).await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = keep => {}
        }
        Ok(())
    }
}

/// Trusts an authority whose own certificate isn't public.
fn trusting(root: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<ClientConfig>, Failure> {
    let unreadable = |error| format!("tls.directory_ca: {}: {error}", root.display());
    let mut roots = RootCertStore::empty();
    for certificate in certificate::chain(root).map_err(unreadable)? {
        roots.add(certificate)?;
    }
    let settings = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(settings))
}

async fn renew(mut state: AcmeState<std::io::Error>) {
    while let Some(event) = state.next().await {
        match event {
            Ok(event) => tracing::info!(?event, "certificate event"),
            Err(error) => tracing::error!(
                error = %crate::domain::chain(&error),
                "failed to obtain certificate; retrying: check that port 443 of tls.domain reaches this server"
            ),
        }
    }
}

/// A certificate from files, as of their last valid change.
#[derive(Debug)]
struct Files {
    certificate: std::path::PathBuf,
    key: std::path::PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, Failure> {
        let current = certificate::read(certificate, key)?;
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: RwLock::new(Arc::new(current)),
        })
    }

    async fn keep(&self, clock: &Clock) {
        let mut seen = self.changed();
        loop {
            clock.sleep(LOOK).await;
            let changed = self.changed();
            if changed == seen {
                continue;
            }
            // Half of a renewal may be there: files that don't match are checked again later.
            match certificate::read(&self.certificate, &self.key) {
                Ok(current) => {
                    let current = Arc::new(current);
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
                    seen = changed;
                    tracing::info!("reloaded certificate");
                }
                Err(error) => tracing::error!(error, "failed to reload certificate; old one kept"),
            }
        }
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.certificate, &self.key].map(|file| file.metadata().and_then(|m| m.modified()).ok())
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(current.clone())
    }
}
