//! Commands about copies on another machine.

mod prompt;
mod restore;

use std::path::{Path, PathBuf};

use clap::Args;
use tokio_util::sync::CancellationToken;

pub(super) use self::restore::restore;
use super::{failure, open, print, signals};
use crate::app::{channel_accounts, offsite};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{
    ChannelSecret, CopyContents, Language, OffsiteFault, OffsiteTrouble, SettingKey,
};
use crate::failure::Failure;
use crate::i18n;
use crate::log;
use crate::offsite::{RecoveryKey, sheet};
use crate::store;
use crate::workers::offsite as workers;

/// Where a copy is, and how to get in.
#[derive(Args)]
pub(super) struct From {
    /// The place of the copies: webdavs://host/folder or s3://bucket/prefix
    #[arg(long, value_name = "ADDRESS")]
    pub(super) from: Option<String>,
    /// List the copies at the place, and restore none
    #[arg(long, requires = "from")]
    list: bool,
    /// The copy to restore [default: the newest that is whole]
    #[arg(long, value_name = "NAME", requires = "from")]
    copy: Option<String>,
    /// The id of the shop, where there are copies of several
    #[arg(long, value_name = "ID", requires = "from")]
    shop: Option<String>,
    /// The user, or the id of the access key [default: ZAYAVKA_OFFSITE__USER]
    #[arg(long, value_name = "NAME", requires = "from")]
    user: Option<String>,
    /// A file with the password [default: ZAYAVKA_OFFSITE__PASSWORD, or asks]
    #[arg(long, value_name = "PATH", requires = "from")]
    password_file: Option<PathBuf>,
    /// A file with the recovery key [default: asks]
    #[arg(long, value_name = "PATH", requires = "from")]
    key_file: Option<PathBuf>,
    /// The address of the S3 storage, for example https://storage.yandexcloud.net
    #[arg(long, value_name = "URL", requires = "from")]
    endpoint: Option<String>,
    /// The region of the S3 storage
    #[arg(long, value_name = "NAME", requires = "from")]
    region: Option<String>,
    /// A file with certificate authorities to trust beside those of the system
    #[arg(long, value_name = "PATH", requires = "from")]
    ca_file: Option<PathBuf>,
}

/// Makes a copy at the configured place.
pub(super) async fn backup(config: Config, takes_over: bool) -> Result<(), Failure> {
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let settings = super::settings(&config, &db).await?;
    let offsite = settings.offsite.clone().ok_or(
        "there is no place for copies: set offsite.address, or set it up on the page Settings",
    )?;
    let given = config.offsite.password.map(|(password, _)| password);
    let password = match given {
        Some(password) => Some(password),
        None => {
            let secret = ChannelSecret::OffsitePassword;
            db.read(move |c: &_| store::secrets::of_channel(c, secret))
                .await?
        }
    };
    let account = channel_accounts::offsite(&offsite, password);
    let account = account.ok_or_else(|| said(&OffsiteFault::NoPassword.into()))?;
    let stop = CancellationToken::new();
    tokio::spawn(signals::watch(stop.clone())?);
    let job = workers::CopyJob {
        db: db.clone(),
        clock,
        offsite,
        account,
        ca_file: config.offsite.ca_file,
        timezone: settings.shop.timezone.clone(),
        takes_over,
    };
    let attempt = workers::make(job, &stop).await;
    if stop.is_cancelled() {
        return Err("stopped before it was done; the place has no new copy".into());
    }
    offsite::record(&db, attempt.clone()).await?;
    let copy = attempt.outcome.map_err(|trouble| said(&trouble))?;
    print(&format!(
        "{} is a whole copy at {}: {} bytes, encrypted, and read back.\n",
        copy.name, attempt.place, copy.bytes
    ))
}

/// Makes a recovery key, prints its sheet, and stores its public half.
pub(super) async fn new_key(config: Config) -> Result<(), Failure> {
    let key = SettingKey::OffsiteRecoveryKey;
    let clock = Clock::system();
    let db = open(&config.database, &clock)?;
    let settings = super::settings(&config, &db).await?;
    if !settings.is_open(key) {
        return Err(
            "offsite.recovery_key is set in the configuration; remove it there first".into(),
        );
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let made = RecoveryKey::new(random);
    let place = settings.value(SettingKey::OffsiteAddress).to_owned();
    let sheet = sheet(&made, &place).map_err(|trouble| said(&trouble))?;
    let recipient = made.recipient().map_err(|trouble| said(&trouble))?;
    // The sheet is out before the key counts: a key that nobody has would lock the copies for good.
    print(&sheet)?;
    let now = clock.now();
    db.write(move |tx| offsite::store_key(tx, &recipient, now))
        .await
        .map_err(|error| failure(&error))?;
    log::write_line(
        "The server has the public half alone; one that runs uses it from its next start. Copies that were made before \
         need the sheet of their time.",
    );
    Ok(())
}

/// Says what is in a file that is a copy.
pub(super) async fn try_copy(path: PathBuf, key_file: Option<&Path>) -> Result<(), Failure> {
    let key = prompt::recovery_key(key_file)?;
    let beside = std::env::temp_dir();
    let work = move || workers::look_inside(&path, &key, &beside);
    let inside = tokio::task::spawn_blocking(work).await?;
    let inside = inside.map_err(|trouble| said(&trouble))?;
    print(&format!("The copy is whole: {}.\n", told(&inside)))
}

fn told(inside: &CopyContents) -> String {
    let newest = inside.newest_task.map_or_else(String::new, |newest| {
        format!(
            ", the last one of {}",
            newest.strftime("%Y-%m-%d %H:%M UTC")
        )
    });
    format!(
        "{} tasks{newest}, {} customers, {} files",
        inside.tasks, inside.customers, inside.files
    )
}

fn said(trouble: &OffsiteTrouble) -> Failure {
    i18n::offsite(Language::English, trouble).into()
}
