//! Entry point: parses the arguments, starts the log, runs the command, and reports its error.

use std::process::ExitCode;

use clap::Parser;
use zayavka::cli::{self, Arguments};
use zayavka::domain::chain;
use zayavka::log;
use zayavka::server::DatabaseLost;
use zayavka::tls_provider;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tls_provider::install();
    // Flushes the log when it is dropped.
    let _written = log::start();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::write_line(&format!("zayavka: {}", chain(&*error)));
            match error.is::<DatabaseLost>() {
                true => ExitCode::from(DatabaseLost::EXIT),
                false => ExitCode::FAILURE,
            }
        }
    }
}
