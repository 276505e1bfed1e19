//! The log for operators.
//!
//! It never blocks the program. Lines wait in a bounded queue, from which a thread writes them to
//! standard error. While nothing reads standard error and the queue is full, lines are dropped and
//! counted, and the gap is logged once reading resumes. So nothing else in the program may write to
//! standard error: a write to a full pipe blocks indefinitely, and `eprintln!` panics on a write
//! error. [`write_line`] writes plain lines. Panics are logged as well.

mod deferred;
mod repeats;
mod request;
mod stream;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tracing::Dispatch;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::clock::Clock;
use crate::domain::chain;
use deferred::Deferred;
use repeats::Repeats;

pub use request::{Request, request_id, spawn};

/// The interval at which sums of repeated failures are due.
const LOOK: Duration = Duration::from_secs(1);
/// Time for the last lines to be written at the end of the program.
const PATIENCE: Duration = Duration::from_secs(2);

/// The queue to standard error, once the log has started.
static STREAM: OnceLock<NonBlocking> = OnceLock::new();

/// Flushes the log when dropped, as long as something reads it.
pub struct Guard {
    repeats: Repeats,
    /// Ends the thread that logs sums.
    looking: Option<Sender<()>>,
    writing: Option<WorkerGuard>,
}

/// Starts the log: text on a terminal, JSON otherwise; `RUST_LOG` sets the level.
pub fn start() -> Guard {
    let (stream, writing) = stream::start();
    let stream = STREAM.get_or_init(|| stream).clone();
    let repeats = Repeats::new(Clock::system());
    let form = match std::io::stderr().is_terminal() {
        true => Form::Text,
        false => Form::Json,
    };
    dispatch(form, wanted(), stream, Clock::system(), repeats.clone()).init();
    std::panic::set_hook(Box::new(panicked));
    let (looking, end) = channel();
    let summing = repeats.clone();
    let look = move || {
        while end.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            summing.sum_up();
        }
    };
    if let Err(error) = thread("log").spawn(look) {
        tracing::warn!(error = %chain(&error), "repeated failures are summed up at the end only");
    }
    Guard {
        repeats,
        looking: Some(looking),
        writing: Some(writing),
    }
}

/// Returns which lines are written: as `RUST_LOG` says, or else those of level `info`.
fn wanted() -> Targets {
    let level = std::env::var("RUST_LOG").ok();
    let level = level.filter(|level| !level.is_empty());
    let wanted = level.and_then(|level| level.parse().ok());
    wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

/// The form of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a person at a terminal.
    Text,
    /// One object a line, for what collects them; the spans of a line are in `spans`, the outermost first.
    Json,
}

/// Returns the subscriber that writes log lines in that form.
pub fn lines<W>(form: Form, wanted: Targets, writer: W, clock: Clock) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let repeats = Repeats::new(clock.clone());
    dispatch(form, wanted, writer, clock, repeats)
}

fn dispatch<W>(form: Form, wanted: Targets, writer: W, clock: Clock, repeats: Repeats) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let log = fmt::layer().with_writer(writer).with_timer(Time(clock));
    let filtered = Registry::default().with(wanted);
    match form {
        Form::Text => filtered.with(log.with_target(false)).with(repeats).into(),
        Form::Json => {
            let log = Deferred(log.json().with_current_span(false));
            filtered.with(log).with(repeats).into()
        }
    }
}

/// Writes the time of a line, in UTC and to the millisecond.
struct Time(Clock);

impl FormatTime for Time {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        write!(writer, "{:.3}", self.0.now())
    }
}

fn thread(name: &str) -> std::thread::Builder {
    std::thread::Builder::new().name(name.to_owned())
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.looking = None;
        self.repeats.sum_up_all();
        let writing = self.writing.take();
        let (done, written) = channel();
        // The library's guard prints when the queue stays full, and may block there indefinitely:
        // so nothing waits for it.
        let end = move || {
            drop(writing);
            // The receiver may be gone; a failed send is fine.
            let _ = done.send(());
        };
        if thread("log-end").spawn(end).is_ok() {
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

/// Writes a plain line to standard error, in order with the lines of the log.
pub fn write_line(line: &str) {
    let line = format!("{line}\n");
    let written = match STREAM.get() {
        Some(stream) => stream.clone().write_all(line.as_bytes()),
        None => std::io::stderr().write_all(line.as_bytes()),
    };
    // There is no place to report a failure.
    drop(written);
}

/// Logs a panic, instead of writing it to standard error as the standard library does.
fn panicked(panic: &PanicHookInfo<'_>) {
    let why = panic.payload_as_str().unwrap_or("no words");
    let at = panic.location().map(ToString::to_string);
    let name = std::thread::current().name().unwrap_or("?").to_owned();
    let trace = Backtrace::capture();
    match trace.status() {
        BacktraceStatus::Captured => tracing::error!(thread = name, at, why, %trace, "panicked"),
        _ => tracing::error!(thread = name, at, why, "panicked"),
    }
}
