//! Commands that fill an empty database.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::accounts::parse_email;
use super::{failure, open, print, server, settings};
use crate::app;
use crate::app::security::passwords::Passwords;
use crate::clock::Clock;
use crate::config::{Config, url};
use crate::demo;
use crate::failure::Failure;

/// Maximum size of an archive, in GiB.
const ARCHIVE: u64 = 4;

pub(super) async fn fill(config: Config, tasks: u32, serves: bool) -> Result<(), Failure> {
    // An address that is taken is said before everything else is done.
    let listener = match serves {
        true => Some(server::bind(config.listen).await?),
        false => None,
    };
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let email = parse_email("owner@example.com")?;
    let settings = settings(&config, &db).await?;
    let shop = settings.shop.clone();
    let chosen = demo::password::choose(&email, &shop.about);
    let (password, parsed) = chosen.map_err(|error| failure(&error))?;
    let hash = Passwords::new(config.password_iterations)?.hash_alone(&parsed)?;
    demo::fill(&db, &shop, tasks, &hash, clock.now())
        .await
        .map_err(|error| failure(&error))?;
    drop(db);
    let sign_in = format!("Sign in as {} with {password}\n", email.as_str());
    let Some(listener) = listener else {
        return print(&sign_in);
    };
    let url = url(&settings, listener.local_addr()?);
    print(&format!("{url}\n{sign_in}"))?;
    server::run(config, listener).await
}

pub(super) async fn import(config: Config, path: &Path) -> Result<(), Failure> {
    let text = read_archive(path).map_err(|why| format!("{}: {why}", path.display()))?;
    let clock = Clock::system();
    let (db, now) = (open(&config.database, &clock)?, clock.now());
    db.write(move |tx| app::archive::import_into_new(tx, "archive", &text, now))
        .await
        .map_err(|error| format!("{}: {}", path.display(), failure(&error)))?;
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
