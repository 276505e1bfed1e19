//! The command line.

mod operation;
mod signals;

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::security::passwords::Passwords;
use crate::app::{self, accounts};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{About, Email, Error, Invalid, Language, Password, Role};
use crate::failure::Failure;
use crate::log;
use crate::server::Server;
use crate::store::{self, Db};
use crate::{demo, graphql, i18n};

/// Maximum duration of a stop: a little less than the ten seconds after which people and service
/// managers use force. Everything acknowledged is in the file however the program ends.
const STOP: Duration = Duration::from_millis(9_400);
const LAST_LINE: Duration = Duration::from_millis(100);
/// Maximum length of a line with a password, in bytes; the longest password is far shorter.
const LINE: u64 = 4 * 1024;
/// Maximum size of an archive, in GiB.
const ARCHIVE: u64 = 4;
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
    Backup {
        /// The file to create
        path: PathBuf,
    },
    /// Replace the database with a backup; the server must be stopped
    ///
    /// The backup is verified first, including the SHA-256 next to it, and migrated to the schema of
    /// this version. The old database is kept next to the new one, with `.before-restore-` and the
    /// time in its name. All sessions and open invites end.
    Restore {
        /// The backup file
        path: PathBuf,
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

#[derive(Subcommand)]
enum User {
    /// Create an account; prompts for the password, or reads it from standard input
    Add {
        /// The e-mail address to sign in with
        email: String,
        /// Make the account an owner's, who manages invites, roles, stages and data
        #[arg(long)]
        owner: bool,
    },
    /// List all accounts
    List,
    /// Set a new password and end all sessions; prompts for it, or reads it from standard input
    ResetPassword {
        /// The account's e-mail address
        email: String,
    },
    /// Deactivate an account and end its sessions
    Deactivate {
        /// The account's e-mail address
        email: String,
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
        Command::Demo { tasks, serve } => fill(Config::load_without_bot(file)?, tasks, serve).await,
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

async fn serve(config: Config) -> Result<(), Failure> {
    let listener = bind(config.listen).await?;
    run_server(config, listener).await
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        format!("can't listen on {listen}: {error}; is another server running? See `listen`").into()
    })
}

async fn run_server(config: Config, listener: TcpListener) -> Result<(), Failure> {
    let secure = config.tls.is_some();
    let server = Server::build(config, listener, Clock::system()).await?;
    let scheme = if secure { "https" } else { "http" };
    let stop = CancellationToken::new();
    // A reader of the start message may send a signal at once.
    tokio::spawn(signals::watch(stop.clone())?);
    std::thread::Builder::new().name("stop".to_owned()).spawn({
        let (stop, runtime) = (stop.clone(), tokio::runtime::Handle::current());
        move || {
            runtime.block_on(stop.cancelled());
            std::thread::sleep(STOP);
            tracing::error!("shutdown timed out; ending the program");
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
            // By the time this is printed, a running server accepts no old token any more.
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
            // By the time this is printed, a running server rejects the account.
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

async fn fill(config: Config, tasks: u32, serves: bool) -> Result<(), Failure> {
    // An address that is taken is said before everything else is done.
    let listener = match serves {
        true => Some(bind(config.listen).await?),
        false => None,
    };
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let email = parse_email("owner@example.com")?;
    let chosen = demo::password::choose(&email, &config.shop.about);
    let (password, parsed) = chosen.map_err(|error| say(&error))?;
    let hash = Passwords::new()?.hash_alone(&parsed)?;
    demo::fill(&db, &config.shop, tasks, &hash, clock.now())
        .await
        .map_err(|error| say(&error))?;
    drop(db);
    let sign_in = format!("Sign in as {} with {password}\n", email.as_str());
    let Some(listener) = listener else {
        return print(&sign_in);
    };
    let url = config.url(listener.local_addr()?);
    print(&format!("{url}\n{sign_in}"))?;
    run_server(config, listener).await
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

/// Reads an archive, unless its first character or its length shows that it is invalid.
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

/// Prompts twice without echo; or reads one line from a pipe.
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

/// The command line is in English.
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
