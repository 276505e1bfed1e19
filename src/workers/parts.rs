//! Workers that start and stop together, within the server's run.

use tokio::sync::watch;
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

    /// Waits for a stop, for a change after which these workers aren't wanted any more, or for one that ends unasked.
    /// Meanwhile `check` is called when an owner asks for a check.
    ///
    /// # Errors
    /// As for [`Self::failed`].
    pub async fn until(
        &mut self,
        stop: &CancellationToken,
        changes: &mut watch::Receiver<()>,
        is_wanted: impl Fn() -> bool,
        checks: &mut watch::Receiver<()>,
        check: impl Fn(),
    ) -> Result<(), Failure> {
        loop {
            tokio::select! {
                // A worker that ends because of a stop doesn't end unasked.
                biased;
                () = stop.cancelled() => return Ok(()),
                failed = self.failed() => return failed,
                Ok(()) = checks.changed() => check(),
                Ok(()) = changes.changed() => {
                    if !is_wanted() {
                        return Ok(());
                    }
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_ends_unasked_is_a_failure_and_one_that_is_stopped_is_none() {
        let parts = || Parts::new(&CancellationToken::new());
        let mut ended = parts();
        ended.running.spawn(async { Ok(()) });
        let failure = ended.failed().await.unwrap_err();
        assert!(failure.to_string().contains("unasked"));
        let mut failing = parts();
        failing.running.spawn(async { Err("a reason".into()) });
        assert_eq!(failing.failed().await.unwrap_err().to_string(), "a reason");
        let mut stopped = parts();
        let stop = stopped.stop.clone();
        stopped.running.spawn(async move {
            stop.cancelled().await;
            Ok(())
        });
        assert!(stopped.stopped().await.is_ok());
    }
}
