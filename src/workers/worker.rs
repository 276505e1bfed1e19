//! The loop shared by all workers: do what is due, then wait for more.
//!
//! The loop runs the step of a [`Worker`] again: immediately after [`Step::Worked`]; after the wait
//! given by [`Step::Idle`], or earlier on a change; and after a pause if the step failed. A
//! [`Queue`] is a worker whose steps are the jobs of a table. [`next_job`] processes each: it
//! claims the job in a short transaction, runs it without an open transaction, and settles it in
//! another short transaction.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, try_join_all};
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::clock::Clock;
use crate::domain::Result;
use crate::failure::Failure;

/// Pause after a transient failure, such as a busy database.
const MOMENT: Duration = Duration::from_secs(1);
/// Time for steps in progress to end at shutdown.
const STOP_GRACE: Duration = Duration::from_secs(6);

/// Result of one step.
#[derive(Debug)]
pub enum Step {
    /// Something was done, and more may be due.
    Worked,
    /// Nothing is due.
    Idle(Wake),
    /// The failure can't be recovered from, and ends the server.
    Fatal(Failure),
}

/// When an idle worker checks again. A signal of [`Worker::changes`] wakes it earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    OnChange,
    /// After a duration, independent of the wall clock.
    After(Duration),
    /// When the wall clock reaches an instant.
    At(Timestamp),
}

/// A background activity of the server.
pub trait Worker: Sync {
    /// Maximum number of concurrent steps.
    const AT_ONCE: usize = 1;
    /// Pause after a failed step.
    const PAUSE: Duration = MOMENT;
    /// Time for steps in progress to end at shutdown; zero aborts them.
    const GRACE: Duration = STOP_GRACE;

    fn clock(&self) -> &Clock;

    /// Logs a failed step. Each worker has its own log line, so that failures of different workers
    /// are throttled separately.
    fn report(&self, error: &(dyn std::error::Error + 'static));

    /// Returns the signal that more may be due.
    fn changes(&self) -> Option<watch::Receiver<()>> {
        None
    }

    /// Prepares the first step, such as by recovering what was in progress when the program ended.
    /// It is retried until it succeeds.
    fn recover(&self) -> impl Future<Output = Result<(), Failure>> + Send {
        std::future::ready(Ok(()))
    }

    /// Does what is due. It must be safe to abort.
    fn step(&self) -> impl Future<Output = Result<Step, Failure>> + Send;
}

/// A worker that processes the rows of a table.
pub trait Queue: Worker {
    /// The worker's name in log lines.
    const NAME: &'static str;
    type Job: Send + Sync;
    type Outcome: Send + Sync;

    /// Finds the next job, and claims it if a crash must not hide that it was started.
    fn claim(&self) -> impl Future<Output = Result<Claim<Self::Job>>> + Send;

    /// Runs a job without an open transaction.
    fn run(&self, job: &Self::Job) -> impl Future<Output = Self::Outcome> + Send;

    /// Stores the outcome. It is retried until it succeeds, since an outcome must not be lost.
    fn settle(
        &self,
        job: &Self::Job,
        outcome: &Self::Outcome,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The id of the row.
    fn id(job: &Self::Job) -> i64;
}

/// Result of examining a queue.
pub enum Claim<Job> {
    Run(Job),
    /// A row was settled without being run.
    Dropped,
    Wait(Wake),
}

impl Wake {
    /// Returns the time to wait; `None` to wait for a signal alone.
    pub fn left(self, clock: &Clock) -> Option<Duration> {
        match self {
            Self::OnChange => None,
            Self::After(wait) => Some(wait),
            Self::At(instant) => Some(clock.until(instant)),
        }
    }

    async fn sleep(self, clock: &Clock) {
        match self {
            Self::OnChange => std::future::pending().await,
            Self::After(wait) => clock.sleep(wait).await,
            Self::At(instant) => clock.sleep_until(instant).await,
        }
    }
}

/// Runs a worker until `stop`, then waits for steps in progress. It is boxed, as all that is spawned: for each type of
/// future the program would contain the runtime's code for a task twice, once for each kind of runtime.
///
/// # Errors
/// [`Step::Fatal`]. Any other failure is logged, and the step is retried.
pub fn run<W: Worker + Send + 'static>(
    worker: W,
    stop: CancellationToken,
) -> BoxFuture<'static, Result<(), Failure>> {
    work(worker, stop).boxed()
}

async fn work<W: Worker>(worker: W, stop: CancellationToken) -> Result<(), Failure> {
    let recover = async {
        while let Err(error) = worker.recover().await {
            pause_after(&worker, &error).await;
        }
    };
    if stop.run_until_cancelled(recover).await.is_none() {
        return Ok(());
    }
    let steps = (0..W::AT_ONCE).map(|_| repeat(&worker, &stop));
    try_join_all(steps).await.map(drop)
}

/// Processes the next job of a queue; the step of its worker.
///
/// # Errors
/// When the database fails before the job is claimed.
pub async fn next_job<Q: Queue>(queue: &Q) -> Result<Step, Failure> {
    let job = match queue.claim().await? {
        Claim::Run(job) => job,
        Claim::Dropped => return Ok(Step::Worked),
        Claim::Wait(wake) => return Ok(Step::Idle(wake)),
    };
    // All log lines inside have the job's id.
    let span = tracing::error_span!("job", worker = Q::NAME, job_id = Q::id(&job));
    let work = async {
        let outcome = queue.run(&job).await;
        while let Err(error) = queue.settle(&job, &outcome).await {
            pause_after(queue, &error.into()).await;
        }
    };
    work.instrument(span).await;
    Ok(Step::Worked)
}

/// The loop.
async fn repeat<W: Worker>(worker: &W, stop: &CancellationToken) -> Result<(), Failure> {
    let mut changes = worker.changes();
    while !stop.is_cancelled() {
        // A signal during the step is handled by the next one.
        if let Some(changes) = &mut changes {
            changes.mark_unchanged();
        }
        let step = tokio::select! {
            step = worker.step() => step,
            () = grace(stop, W::GRACE) => return Ok(()),
        };
        match step {
            Ok(Step::Worked) => {}
            Ok(Step::Idle(wake)) => {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = changed(changes.as_mut()) => {}
                    () = wake.sleep(worker.clock()) => {}
                }
            }
            Ok(Step::Fatal(failure)) => return Err(failure),
            // An aborted step did not fail.
            Err(_) if stop.is_cancelled() => {}
            Err(error) => {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = pause_after(worker, &error) => {}
                }
            }
        }
    }
    Ok(())
}

async fn pause_after<W: Worker>(worker: &W, error: &Failure) {
    worker.report(&**error);
    worker.clock().sleep(W::PAUSE).await;
}

/// Waits for a change; forever without a signal, or once its sender is dropped.
async fn changed(changes: Option<&mut watch::Receiver<()>>) {
    let changed = match changes {
        Some(changes) => changes.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending::<()>().await;
    }
}

async fn grace(stop: &CancellationToken, time: Duration) {
    stop.cancelled().await;
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
