//! Workers that start and stop together, within the server's run.

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::workers::worker::{self, Worker};

pub struct Parts {
    stop: CancellationToken,
    running: JoinSet<Result<(), Failure>>,
}

impl Parts {
    pub fn new(stop: &CancellationToken) -> Self {
        Self {
            stop: stop.child_token(),
            running: JoinSet::new(),
        }
    }

    pub fn add(&mut self, worker: impl Worker + Send + 'static) {
        self.running.spawn(worker::run(worker, self.stop.clone()));
    }

    /// Waits until a worker ends unasked.
    ///
    /// # Errors
    /// Always: its own, or that it ended.
    pub async fn failed(&mut self) -> Result<(), Failure> {
        match self.running.join_next().await {
            Some(ended) => {
                ended.unwrap_or_else(|panic| Err(panic.into()))?;
                Err("a worker of a channel ended unasked".into())
            }
            None => std::future::pending().await,
        }
    }

    /// Stops the workers and waits for their ends.
    ///
    /// # Errors
    /// That of the first worker that failed.
    pub async fn stopped(mut self) -> Result<(), Failure> {
        self.stop.cancel();
        let mut result = Ok(());
        while let Some(ended) = self.running.join_next().await {
            let ended = ended.unwrap_or_else(|panic| Err(panic.into()));
            result = result.and(ended);
        }
        result
    }
}
