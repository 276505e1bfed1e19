//! The command line.

mod accounts;
mod data;
mod offsite;
mod operation;
mod server;
mod signals;

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{Error, Invalid, Language, Settings};
use crate::failure::Failure;
use crate::store::{self, Db};
use crate::{graphql, i18n, log};

use accounts::User;

/// The configuration file read by default.
const CONFIG: &str = "config.toml";

/// The desk of a small repair shop: pages, a GraphQL API and a Telegram bot over one database file
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// The file with the settings [default: config.toml, if it exists]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server (the default command)
    Serve,
    /// Manage the accounts of employees
    #[command(subcommand)]
    User(User),
    /// Create a single-use link by which a person creates an account
    Invite {
        /// The person's e-mail address
        email: String,
    },
    /// Copy the database to a new file; works while the server runs
    ///
    /// The copy is a consistent snapshot, and is verified before it gets its name. Its SHA-256 is
    /// written next to it: `sha256sum -c PATH.sha256`. It contains phones, names and the key that
    /// signs tokens, so keep it private. Existing files are never overwritten.
    ///
    /// With --offsite it is encrypted for the recovery key and sent to the configured place on another
    /// machine instead, as the server does every night.
    Backup {
        /// The file to create
        #[arg(required_unless_present = "offsite")]
        path: Option<PathBuf>,
        /// Make an encrypted copy on another machine, as set in [offsite]
        #[arg(long, conflicts_with = "path")]
        offsite: bool,
        /// Make the copies of this shop from now on, even if another server made them
        #[arg(long, requires = "offsite")]
        take_over: bool,
    },
    /// Replace the database with a backup; the server must be stopped
    ///
    /// The backup is verified first, including the SHA-256 next to it, and migrated to the schema of
    /// this version. The old database is kept next to the new one, with `.before-restore-` and the
    /// time in its name. All sessions and open invites end.
    ///
    /// With --from the backup is an encrypted copy on another machine. It asks for the password of the
    /// place and for the recovery key, unless files or the environment have them.
    Restore {
        /// The backup file
        #[arg(required_unless_present = "from")]
        path: Option<PathBuf>,
        #[command(flatten)]
        from: Box<offsite::From>,
    },
    /// Make a recovery key for copies on other machines, and print its sheet once
    ///
    /// The server keeps the public half alone, so that nobody who takes the server or the copies reads
    /// them. A new key is for the copies from then on; earlier ones need the sheet of their time.
    RecoveryKey,
    /// Say what is in a copy of another machine, and change nothing
    ///
    /// It asks for the recovery key, and decrypts the copy among the temporary files meanwhile.
    TryCopy {
        /// The file that was fetched from there
        path: PathBuf,
        /// A file with the recovery key [default: asks]
        #[arg(long, value_name = "PATH")]
        key_file: Option<PathBuf>,
    },
    /// Import an archive into an empty database
    ///
    /// Either all of the archive is imported or nothing. Its accounts have no passwords: use `zayavka
    /// user reset-password` for each account that is needed.
    Import {
        /// The archive that the page Data or `exportArchive` has made
        path: PathBuf,
    },
    /// Check the installation, and say how to fix each problem
    ///
    /// Checks the settings, the database and its folder, the disk, the clock, the backups, the
    /// certificate and Telegram. Each line begins with ok, warning or failure. Changes nothing, and
    /// works with or without a running server. Exits with 1 if there is a failure, otherwise with 0.
    Doctor,
    /// Check whether the running server is ready, for monitors and containers
    ///
    /// Requests `/readyz` at the address of `listen` on this machine, waits for up to three seconds,
    /// and prints one line with the reason if the server isn't ready. Exits with 0 if it is ready,
    /// otherwise with 1.
    Healthcheck,
    /// Print the effective settings and the source of each
    Config,
    /// Print the schema of the GraphQL API
    Schema,
    /// Fill an empty database with an invented repair shop
    ///
    /// Two years of tasks, customers and conversations, in the language and the currency of the
    /// settings, and an account to sign in with. A database that has data is left as it is.
    Demo {
        /// The number of tasks
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        tasks: u32,
        /// Run the server afterwards, without the Telegram bot and webhooks, until Ctrl-C
        #[arg(long)]
        serve: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// A message for the person at the terminal.
#[tokio::main]
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let file = match arguments.config {
        Some(file) => Some(file),
        None => Some(PathBuf::from(CONFIG)).filter(|file| file.exists()),
    };
    let file = file.as_deref();
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => server::serve(Config::load(file)?).await,
        Command::User(command) => accounts::user(Config::load_without_bot(file)?, command).await,
        Command::Invite { email } => {
            accounts::invite(Config::load_without_bot(file)?, &email).await
        }
        Command::Backup {
            path, take_over, ..
        } => match path {
            Some(path) => operation::backup(Config::load_without_bot(file)?, path).await,
            None => offsite::backup(Config::load_for_copies(file)?, take_over).await,
        },
        Command::Restore { path, from } => {
            let config = Config::load_without_bot(file)?;
            match path {
                Some(path) => operation::restore(config, path, false).await,
                None => offsite::restore(config, *from).await,
            }
        }
        Command::RecoveryKey => offsite::new_key(Config::load_for_copies(file)?).await,
        Command::TryCopy { path, key_file } => offsite::try_copy(path, key_file.as_deref()).await,
        Command::Import { path } => data::import(Config::load_without_bot(file)?, &path).await,
        Command::Doctor => operation::doctor(file).await,
        Command::Healthcheck => operation::healthcheck(Config::load_without_bot(file)?).await,
        Command::Config => {
            print(&Config::explain(file)?)?;
            Config::load(file)?;
            Ok(())
        }
        Command::Schema => print(&graphql::sdl()),
        Command::Demo { tasks, serve } => {
            data::fill(Config::load_without_bot(file)?, tasks, serve).await
        }
    }
}

/// Writes to standard output. A pipe closed by its reader (`zayavka schema | head`) is not an
/// error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| format!("standard output: {error}").into()),
    }
}

fn open(path: &Path, clock: &Clock) -> Result<Db, Failure> {
    let db = Db::open(path, clock.now())?;
    if db.is_new() {
        log::write_line(&format!(
            "created a new, empty database at {}; if you expected your data, check `database`",
            db.path().display()
        ));
    }
    Ok(db)
}

/// Returns the settings with those that owners changed in the browser.
async fn settings(config: &Config, db: &Db) -> Result<Settings, Failure> {
    let stored = db.read(|c: &_| store::settings::values(c)).await?;
    Ok(config.sources.settings(&stored)?)
}

/// Formats an error for the terminal. The command line is in English.
fn failure(error: &Error) -> Failure {
    let language = Language::English;
    match error {
        Error::Invalid(_) | Error::InvalidFields(_) => {
            let named = |invalid: &Invalid| {
                format!("{}: {}", invalid.field, i18n::invalid(language, invalid))
            };
            let all: Vec<_> = error.invalid_fields().iter().map(named).collect();
            all.join("\n").into()
        }
        Error::Conflict(conflict) => i18n::conflict(language, conflict).into(),
        other => other.clone().into(),
    }
}
