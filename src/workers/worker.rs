//! The one loop of all workers: do what is due, then wait until there is more.
//!
//! A [`Worker`] has a step, and the loop runs it: again at once after [`Step::Worked`], after the wait that
//! [`Step::Idle`] names or as soon as something changes, and after a pause when the step failed. A [`Queue`] is a
//! worker whose steps are jobs of a table, each taken through by [`next_job`]: claim it in a short transaction, run it
//! with no transaction open, settle it in another short one.

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::clock::Clock;
use crate::domain::Result;
use crate::failure::Failure;

/// The pause after a failure that ends by itself, such as a database that is busy.
const MOMENT: Duration = Duration::from_secs(1);
/// Time for a step under way to come to its end when the program stops.
const STOP_GRACE: Duration = Duration::from_secs(6);

/// Result of one step.
#[derive(Debug)]
pub enum Step {
    /// Something was done, and there may be more to do.
    Worked,
    /// There is nothing to do yet.
    Idle(Wake),
    /// The server can't go on and ends with this failure.
    Fatal(Failure),
}

/// When an idle worker looks again. A change wakes it in any case, if it has [`Worker::changes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    OnChange,
    /// After that much time, whatever happens to the wall clock.
    After(Duration),
    /// When the wall clock shows that instant.
    At(Timestamp),
}

/// A part of the server that works beside the requests.
pub trait Worker: Sync {
    /// Steps that may be under way at once.
    const AT_ONCE: usize = 1;
    /// Pause after a failed step.
    const PAUSE: Duration = MOMENT;
    /// Time for a step under way to come to its end when the program stops; zero cuts it off.
    const GRACE: Duration = STOP_GRACE;

    fn clock(&self) -> &Clock;

    /// Logs a failed step. It stands in each worker, so that failures of different workers stay apart in the log.
    fn report(&self, error: &(dyn std::error::Error + 'static));

    /// The signal that there may be more to do.
    fn changes(&self) -> Option<watch::Receiver<()>> {
        None
    }

    /// Takes up what was under way when the program ended. It is tried until it succeeds, before the first step.
    fn recover(&self) -> impl Future<Output = Result<(), Failure>> + Send {
        std::future::ready(Ok(()))
    }

    /// Does what is due. A step that is cut off must do no harm.
    fn step(&self) -> impl Future<Output = Result<Step, Failure>> + Send;
}

/// A worker whose jobs are rows of a table.
pub trait Queue: Worker {
    /// The name of the worker in the log.
    const NAME: &'static str;
    type Job: Send + Sync;
    type Outcome: Send + Sync;

    /// Finds the job to run next, and marks it as being run where that must be known after a crash.
    fn claim(&self) -> impl Future<Output = Result<Claim<Self::Job>>> + Send;

    /// Runs a job with no transaction open.
    fn run(&self, job: &Self::Job) -> impl Future<Output = Self::Outcome> + Send;

    /// Stores the outcome. It is tried until it succeeds: an outcome must not be lost.
    fn settle(
        &self,
        job: &Self::Job,
        outcome: &Self::Outcome,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The number of the row.
    fn id(job: &Self::Job) -> i64;
}

/// Result of a look at a queue.
pub enum Claim<Job> {
    Run(Job),
    /// A row was settled without being run.
    Dropped,
    Wait(Wake),
}

impl Wake {
    /// Returns the time until then; `None` where there is no end but a change.
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

/// Runs a worker until `stop`, then lets the steps under way come to their end.
///
/// # Errors
/// [`Step::Fatal`]. Every other failure is logged, and the step is tried again.
pub async fn run<W: Worker>(worker: W, stop: CancellationToken) -> Result<(), Failure> {
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

/// Takes the next job of a queue through: the step of its worker.
///
/// # Errors
/// When the database fails before the job is claimed.
pub async fn next_job<Q: Queue>(queue: &Q) -> Result<Step, Failure> {
    let job = match queue.claim().await? {
        Claim::Run(job) => job,
        Claim::Dropped => return Ok(Step::Worked),
        Claim::Wait(wake) => return Ok(Step::Idle(wake)),
    };
    // Every line that is logged inside names the job.
    let span = tracing::info_span!("job", worker = Q::NAME, job_id = Q::id(&job));
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
        // What changes during the step is looked at in the next one.
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
            // A step that the stop has ended is none that failed.
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

/// Waits for a change. Without a signal, or once its sender is gone, there is none to wait for.
async fn changed(changes: Option<&mut watch::Receiver<()>>) {
    let changed = match changes {
        Some(changes) => changes.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending().await
    }
}

async fn grace(stop: &CancellationToken, time: Duration) {
    stop.cancelled().await;
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
