//! The command that runs the server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::signals;
use crate::clock::Clock;
use crate::config::Config;
use crate::failure::Failure;
use crate::log;
use crate::server::Server;

/// Maximum duration of a stop: a little less than the ten seconds after which people and service
/// managers use force. Everything acknowledged is in the file however the program ends.
const STOP: Duration = Duration::from_millis(9_400);
const LAST_LINE: Duration = Duration::from_millis(100);

pub(super) async fn serve(config: Config) -> Result<(), Failure> {
    let listener = bind(config.listen).await?;
    run(config, listener).await
}

pub(super) async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        format!("can't listen on {listen}: {error}; is another server running? See `listen`").into()
    })
}

pub(super) async fn run(config: Config, listener: TcpListener) -> Result<(), Failure> {
    let secure = config.tls.is_some();
    let server = Server::build(config, listener, Clock::system()).await?;
    let scheme = if secure { "https" } else { "http" };
    let stop = CancellationToken::new();
    // A reader of the start message may send a signal at once.
    tokio::spawn(signals::watch(stop.clone())?);
    std::thread::Builder::new().name("stop".to_owned()).spawn({
        let (stop, runtime) = (stop.clone(), tokio::runtime::Handle::current());
        move || {
            runtime.block_on(stop.cancelled());
            std::thread::sleep(STOP);
            tracing::error!("shutdown timed out; ending the program");
            // The log is written by another thread.
            std::thread::sleep(LAST_LINE);
            std::process::exit(1);
        }
    })?;
    log::write_line(&format!(
        "Zayavka listens on {scheme}://{}",
        server.address()?
    ));
    if let Some(hint) = server.first_account_hint().await? {
        log::write_line(&hint);
    }
    server.run_until(stop).await
}
