//! Starts the server.

use std::path::Path;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use zayavka::clock::Clock;
use zayavka::server::{Failure, Server};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    let server = Server::build(Path::new("zayavka.db"), listener, Clock::system()).await?;
    eprintln!("Zayavka listens on http://{}", server.address()?);
    eprintln!("The first account that `register` makes at /graphql becomes the owner.");
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.cancel();
        }
    });
    server.run_until(stop).await
}
