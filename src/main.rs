//! Reads the arguments, starts the log, runs the command, and says what went wrong.

use std::io::{BufWriter, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use zayavka::cli::{self, Arguments};
use zayavka::domain::chain;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lines of the log that wait to be written.
const LINES: usize = 4_096;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // What was logged last is written when this goes.
    let _written = start_log();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zayavka: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// For a person on a terminal, as JSON otherwise; `RUST_LOG` sets how much. Nothing of it is left
/// out: whoever logs faster than it can be written waits.
fn start_log() -> WorkerGuard {
    let (writer, written) = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES)
        .lossy(false)
        .finish(BufWriter::new(std::io::stderr()));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    match std::io::stderr().is_terminal() {
        true => log.with_target(false).init(),
        false => log.json().init(),
    }
    written
}
