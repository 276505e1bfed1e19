//! Starts the server.

use std::path::Path;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::server::{Failure, Server};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let file = Path::new("config.toml");
    let config = Config::load(file.exists().then_some(file))?;
    let listener = TcpListener::bind(config.listen).await?;
    let server = Server::build(config, listener, Clock::system()).await?;
    eprintln!("Zayavka listens on http://{}", server.address()?);
    eprintln!("The first account that `register` makes at /graphql becomes the owner.");
    let stop = CancellationToken::new();
    tokio::spawn(watch_signals(stop.clone())?);
    server.run_until(stop).await
}

/// The first SIGTERM or SIGINT asks for an orderly stop, the second one ends the program.
fn watch_signals(stop: CancellationToken) -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if stop.is_cancelled() {
                std::process::exit(1);
            }
            stop.cancel();
        }
    })
}
