//! Reads the arguments, starts the log, runs the command, and says what went wrong.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use zayavka::cli::{self, Arguments};
use zayavka::domain::chain;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zayavka: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// For a person on a terminal, as JSON otherwise; `RUST_LOG` sets how much.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match std::io::stderr().is_terminal() {
        true => log.with_target(false).init(),
        false => log.json().init(),
    }
}
