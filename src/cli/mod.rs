//! The command line.

mod operation;
mod signals;

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::security::passwords::Passwords;
use crate::app::{self, accounts, stages};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{About, Email, Error, Invalid, Language, Password, Role};
use crate::failure::Failure;
use crate::log;
use crate::server::Server;
use crate::store::{self, Db};
use crate::{demo, graphql, i18n};

/// How long a stop may take: a little less than the ten seconds after which people and service managers use force. What
/// was acknowledged is in the file however the program ends.
const STOP: Duration = Duration::from_millis(9_400);
const LAST_LINE: Duration = Duration::from_millis(100);
/// The longest line that is read for a password, in bytes; the longest password is far shorter.
const LINE: u64 = 4 * 1024;
/// The longest archive that is read, in GiB.
const ARCHIVE: u64 = 4;
/// The file that is read when none is named.
const CONFIG: &str = "config.toml";

/// The desk of a small repair shop: customers' requests by GraphQL and Telegram, in one file.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// The settings [default: config.toml, where there is one]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server (this is what happens without a command)
    Serve,
    /// Accounts of employees
    #[command(subcommand)]
    User(User),
    /// Make a single-use link with which that person makes an account
    Invite { email: String },
    /// Copy the database to a new file, also while the server runs
    ///
    /// The copy is one moment of the database, read through and found whole before it gets its
    /// name. Its SHA-256 is put beside it: `sha256sum -c PATH.sha256`. It holds phones, names and
    /// the key that signs tokens: keep it where nobody else can read it. Nothing is ever
    /// overwritten.
    Backup {
        /// The file to make
        path: PathBuf,
    },
    /// Put a backup in the place of the database; the server must be stopped
    ///
    /// The backup is checked first, also by the SHA-256 beside it, and brought to this version's
    /// schema. The database that was there stays beside it, with `.before-restore-` and the time
    /// in its name. Everybody has to sign in again, and open invites end.
    Restore {
        /// The backup
        path: PathBuf,
    },
    /// Take an archive of the page Data back into an empty database
    ///
    /// All of it or nothing. Its accounts have no passwords: `zayavka user reset-password` opens
    /// each of those that are needed.
    Import {
        /// The archive
        path: PathBuf,
    },
    /// Look for everything that can be wrong here, and say what to do about it
    ///
    /// Every line begins with ok, warning or failure. It looks at the settings, the database and
    /// its folder, the disk, the clock, the backups, and at Telegram; it changes nothing, and runs
    /// beside the server as well as without one. It ends with 1 when there is a failure, else
    /// with 0.
    Doctor,
    /// Ask the running server whether it is ready, for monitors and containers
    ///
    /// It asks the address of `listen` on this machine, waits three seconds at most, prints one
    /// line, which says why it isn't ready, and ends with 0 when the server is ready, else with 1.
    Healthcheck,
    /// Print the settings in force and where each came from
    Config,
    /// Print the schema of the GraphQL API
    Schema,
    /// Fill an empty database with two years of an invented shop
    Demo {
        /// How many tasks
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        tasks: u32,
    },
}

#[derive(Subcommand)]
enum User {
    /// Make an account; the password is asked for, or read from standard input
    Add {
        email: String,
        /// Who runs the shop: invites, roles, deactivation
        #[arg(long)]
        owner: bool,
    },
    /// List all accounts
    List,
    /// Set a new password and end all sessions; it is asked for, or read from standard input
    ResetPassword { email: String },
    /// Shut an account and end its sessions
    Deactivate { email: String },
}

/// Runs what was asked for.
///
/// # Errors
/// A sentence for whoever typed the command.
#[tokio::main]
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let file = match arguments.config {
        Some(file) => Some(file),
        None => Some(PathBuf::from(CONFIG)).filter(|file| file.exists()),
    };
    let file = file.as_deref();
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(Config::load(file)?).await,
        Command::User(command) => user(Config::load_without_bot(file)?, command).await,
        Command::Invite { email } => invite(Config::load_without_bot(file)?, &email).await,
        Command::Backup { path } => operation::backup(Config::load_without_bot(file)?, path).await,
        Command::Restore { path } => {
            operation::restore(Config::load_without_bot(file)?, path).await
        }
        Command::Import { path } => import(Config::load_without_bot(file)?, &path).await,
        Command::Doctor => operation::doctor(file).await,
        Command::Healthcheck => operation::healthcheck(Config::load_without_bot(file)?).await,
        Command::Config => {
            print(&Config::explain(file)?)?;
            Config::load(file)?;
            Ok(())
        }
        Command::Schema => print(&graphql::sdl()),
        Command::Demo { tasks } => fill(Config::load_without_bot(file)?, tasks).await,
    }
}

/// Writes to standard output. Whoever closes the pipe (`zayavka schema | head`) has read what they wanted: that is no
/// failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| format!("standard output: {error}").into()),
    }
}

async fn serve(config: Config) -> Result<(), Failure> {
    let (listen, secure) = (config.listen, config.tls.is_some());
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        format!("can't listen on {listen}: {error}; is another server running? See `listen`")
    })?;
    let server = Server::build(config, listener, Clock::system()).await?;
    let scheme = if secure { "https" } else { "http" };
    let stop = CancellationToken::new();
    // Whoever reads that it listens may send a signal at once.
    tokio::spawn(signals::watch(stop.clone())?);
    std::thread::Builder::new().name("stop".to_owned()).spawn({
        let (stop, runtime) = (stop.clone(), tokio::runtime::Handle::current());
        move || {
            runtime.block_on(stop.cancelled());
            std::thread::sleep(STOP);
            tracing::error!("the stop took too long: the program ends as it is");
            // The log is written by another thread.
            std::thread::sleep(LAST_LINE);
            std::process::exit(1);
        }
    })?;
    log::say(&format!(
        "Zayavka listens on {scheme}://{}",
        server.address()?
    ));
    if let Some(hint) = server.first_account_hint().await? {
        log::say(&hint);
    }
    server.run_until(stop).await
}

async fn user(config: Config, command: User) -> Result<(), Failure> {
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let now = clock.now();
    match command {
        User::Add { email, owner } => {
            let email = parse_email(&email)?;
            let password = read_password(&email, &config.shop.about)?;
            let hash = Passwords::new()?.hash_alone(&password)?;
            let role = if owner { Role::Owner } else { Role::Employee };
            let of = email.clone();
            db.write(move |tx| accounts::add(tx, &of, &hash, role, now))
                .await
                .map_err(|error| say(&error))?;
            print(&format!("{} has an account.\n", email.as_str()))
        }
        User::List => {
            let all = db.read(store::employees::all).await?;
            let line = |e: &crate::domain::Employee| {
                let shut = if e.active { "" } else { "  deactivated" };
                format!("{}  {}  {}{shut}\n", e.id, e.email.as_str(), e.role.word())
            };
            print(&all.iter().map(line).collect::<String>())
        }
        User::ResetPassword { email } => {
            let email = parse_email(&email)?;
            let password = read_password(&email, &config.shop.about)?;
            let hash = Passwords::new()?.hash_alone(&password)?;
            let of = email.clone();
            db.write(move |tx| accounts::reset_password(tx, &of, &hash))
                .await
                .map_err(|error| about(&email, &error))?;
            // A server that runs beside us lets no old token in any more when this is said.
            tokio::time::sleep(store::NOTICED).await;
            print(&format!("{} has a new password.\n", email.as_str()))
        }
        User::Deactivate { email } => {
            let email = parse_email(&email)?;
            let of = email.clone();
            let work = move |tx: &store::Transaction<'_>| {
                let employee = store::employees::by_email(tx, &of)?.ok_or(Error::NotFound)?;
                accounts::shut(tx, employee.id)
            };
            db.write(work)
                .await
                .map_err(|error| about(&email, &error))?;
            // A server that runs beside us lets nobody in any more when this is said.
            tokio::time::sleep(store::NOTICED).await;
            print(&format!("{} can no longer sign in.\n", email.as_str()))
        }
    }
}

async fn invite(config: Config, email: &str) -> Result<(), Failure> {
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let (email, policy, now) = (parse_email(email)?, config.registration, clock.now());
    let url = config.url(config.listen);
    let made = db
        .write(move |tx| accounts::invite(tx, None, policy, &email, Role::Employee, now))
        .await
        .map_err(|error| say(&error))?;
    print(&format!(
        "{url}/join/{}\nThe link works once, until {}.\n",
        made.token, made.expires
    ))
}

async fn fill(config: Config, tasks: u32) -> Result<(), Failure> {
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let password = Arc::new(crate::app::security::secrets::random_token()?);
    let email = parse_email("owner@example.com")?;
    let parsed = Password::parse("password", &password, &email, &config.shop.about)?;
    let hash = Passwords::new()?.hash_alone(&parsed)?;
    let language = config.shop.language;
    db.write(move |tx| stages::set_up(tx, |id| i18n::text(language, id)))
        .await
        .map_err(|error| say(&error))?;
    let now = clock.now();
    let path = db.path().to_owned();
    drop(db);
    tokio::task::spawn_blocking(move || demo::fill(&path, tasks, &hash, now))
        .await?
        .map_err(|error| say(&error))?;
    print(&format!("Sign in as {} with {password}\n", email.as_str()))
}

async fn import(config: Config, path: &Path) -> Result<(), Failure> {
    let text = read_archive(path).map_err(|why| format!("{}: {why}", path.display()))?;
    let clock = Clock::system();
    let (db, now) = (open(&config.database, &clock)?, clock.now());
    db.write(move |tx| app::archive::import_into_new(tx, "archive", &text, now))
        .await
        .map_err(|error| format!("{}: {}", path.display(), say(&error)))?;
    print(
        "The archive is back. Nobody can sign in yet: zayavka user reset-password EMAIL opens an account.\n",
    )
}

/// Reads an archive whole, unless its first sign or its length says that it is none.
fn read_archive(path: &Path) -> Result<String, String> {
    let unreadable = |error| format!("it can't be read: {error}");
    let most = ARCHIVE << 30;
    let file = File::open(path).map_err(unreadable)?;
    let mut file = BufReader::new(file.take(most + 1));
    let begin = file.fill_buf().map_err(unreadable)?;
    if !begin.trim_ascii_start().starts_with(b"{") {
        return Err("it is no archive of Zayavka".to_owned());
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    match text.len() as u64 > most {
        true => Err(format!(
            "an archive of over {ARCHIVE} GiB is not read: restore a backup instead"
        )),
        false => Ok(text),
    }
}

fn open(path: &Path, clock: &Clock) -> Result<Db, Failure> {
    let db = Db::open(path, clock.now())?;
    if db.is_new() {
        log::say(&format!(
            "created a new, empty database at {}; if you expected your data, check `database`",
            db.path().display()
        ));
    }
    Ok(db)
}

fn parse_email(text: &str) -> Result<Email, Failure> {
    Email::parse("email", text).map_err(|error| say(&error))
}

/// Asks without echo, twice; or takes one line from a pipe.
fn read_password(email: &Email, shop: &About) -> Result<Password, Failure> {
    let typed = if std::io::stdin().is_terminal() {
        let typed = rpassword::prompt_password("Password: ")?;
        if typed != rpassword::prompt_password("The same again: ")? {
            return Err("The passwords differ: nothing was changed.".into());
        }
        typed
    } else {
        let mut line = String::new();
        let mut input = std::io::stdin().lock().take(LINE);
        input.read_line(&mut line)?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    };
    Password::parse("password", &typed, email, shop).map_err(|error| say(&error))
}

fn about(email: &Email, error: &Error) -> Failure {
    match error {
        Error::NotFound => format!("{}: there is no such account.", email.as_str()).into(),
        other => say(other),
    }
}

/// The command line speaks English.
fn say(error: &Error) -> Failure {
    let language = Language::English;
    match error {
        Error::Invalid(invalid) => {
            let Invalid { field, .. } = invalid;
            format!("{field}: {}", i18n::invalid(language, invalid)).into()
        }
        Error::Conflict(conflict) => i18n::conflict(language, conflict).into(),
        other => other.clone().into(),
    }
}
