//! Commands about accounts and invites.

use std::io::{BufRead, IsTerminal, Read};

use clap::Subcommand;

use super::{failure, open, print, settings};
use crate::app::accounts;
use crate::app::security::passwords::Passwords;
use crate::clock::Clock;
use crate::config::{Config, url};
use crate::domain::{About, Email, Error, Password, Role};
use crate::failure::Failure;
use crate::store;

/// Maximum length of a line with a password, in bytes; the longest password is far shorter.
const LINE: u64 = 4 * 1024;

#[derive(Subcommand)]
pub(super) enum User {
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

pub(super) async fn user(config: Config, command: User) -> Result<(), Failure> {
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let (now, settings) = (clock.now(), settings(&config, &db).await?);
    match command {
        User::Add { email, owner } => {
            let email = parse_email(&email)?;
            let password = read_password(&email, &settings.shop.about)?;
            let hash = Passwords::new(config.password_iterations)?.hash_alone(&password)?;
            let role = if owner { Role::Owner } else { Role::Employee };
            let of = email.clone();
            db.write(move |tx| accounts::add(tx, &of, &hash, role, now))
                .await
                .map_err(|error| failure(&error))?;
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
            let password = read_password(&email, &settings.shop.about)?;
            let hash = Passwords::new(config.password_iterations)?.hash_alone(&password)?;
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

pub(super) async fn invite(config: Config, email: &str) -> Result<(), Failure> {
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let settings = settings(&config, &db).await?;
    let (email, policy, now) = (parse_email(email)?, settings.registration, clock.now());
    let url = url(&settings, config.listen);
    let made = db
        .write(move |tx| accounts::invite(tx, None, policy, &email, Role::Employee, now))
        .await
        .map_err(|error| failure(&error))?;
    print(&format!(
        "{url}/join/{}\nThe link works once, until {}.\n",
        made.token, made.expires
    ))
}

pub(super) fn parse_email(text: &str) -> Result<Email, Failure> {
    Email::parse("email", text).map_err(|error| failure(&error))
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
    Password::parse("password", &typed, email, shop).map_err(|error| failure(&error))
}

fn about(email: &Email, error: &Error) -> Failure {
    match error {
        Error::NotFound => format!("{}: there is no such account.", email.as_str()).into(),
        other => failure(other),
    }
}
