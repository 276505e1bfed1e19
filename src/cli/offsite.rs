//! Commands about copies on another machine.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::{failure, open, print, signals};
use crate::app::{channel_accounts, offsite};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::{
    ChannelSecret, CopyContents, CopyKind, CopyName, Language, ListedCopy, OffsiteAccount,
    OffsiteFault, OffsiteTrouble, SettingKey, ShopId,
};
use crate::failure::Failure;
use crate::i18n;
use crate::log;
use crate::offsite::{RecoveryKey, Remote, sheet};
use crate::store;
use crate::workers::offsite as workers;

/// The environment variables of user and password, as the server reads them.
const USER: &str = "ZAYAVKA_OFFSITE__USER";
const PASSWORD: &str = "ZAYAVKA_OFFSITE__PASSWORD";
/// Maximum length of a typed line, and of a file with a password or a key, in bytes.
const LINE: u64 = 64 * 1024;
/// Digits of a size in MiB behind the point.
const MIB: f64 = 1024.0 * 1024.0;

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
    let key = read_key(key_file)?;
    let beside = std::env::temp_dir();
    let work = move || workers::look_inside(&path, &key, &beside);
    let inside = tokio::task::spawn_blocking(work).await?;
    let inside = inside.map_err(|trouble| said(&trouble))?;
    print(&format!("The copy is whole: {}.\n", told(&inside)))
}

/// Lists the copies at a place, or restores one.
pub(super) async fn restore(config: Config, from: From) -> Result<(), Failure> {
    let address = from.from.clone().unwrap_or_default();
    let account = account(&from, &address)?;
    let remote = workers::remote(&account, from.ca_file.as_deref());
    let remote = remote.map_err(|trouble| said(&trouble))?;
    let shop = match &from.shop {
        Some(id) => Some(ShopId::parse(id).ok_or("--shop: the id of a shop has 16 digits")?),
        None => None,
    };
    let copies = workers::copies(&remote, shop.as_ref()).await;
    let copies = copies.map_err(|trouble| said(&trouble))?;
    if from.list {
        return print(&copies.iter().map(line).collect::<String>());
    }
    let key = read_key(from.key_file.as_deref())?;
    let text = key.text().map_err(|trouble| said(&trouble))?;
    let chosen = choose(&copies, from.copy.as_deref(), &key).map_err(|trouble| said(&trouble))?;
    let is_named = from.copy.is_some();
    let beside = std::path::absolute(&config.database)?;
    let beside = beside.parent().unwrap_or(Path::new("/")).to_owned();
    let fetched = fetch(&remote, chosen, &text, &beside, is_named).await?;
    let inside = told(&fetched.contents);
    super::operation::restore(config, fetched.path.clone(), true).await?;
    drop(fetched);
    print(&format!(
        "It had {inside}.\n\
         What is left to do:\n\
         - Start the server, and sign in with the passwords of that time.\n\
         - Links and QR codes of customers work again under the same public address: point its name at this machine.\n\
         - Once the old server is gone for good: zayavka backup --offsite --take-over. Until then this one makes no copies \
         there, so that the two don't mix theirs up.\n"
    ))
}

/// Fetches the first copy that is whole. Only the one that was named is tried, if one was.
async fn fetch(
    remote: &Remote,
    chosen: Vec<CopyName>,
    key: &SecretString,
    beside: &Path,
    is_named: bool,
) -> Result<workers::Fetched, Failure> {
    let mut first = None;
    for name in chosen {
        log::write_line(&format!("fetching {name}"));
        let key = RecoveryKey::parse(key).map_err(|trouble| said(&trouble))?;
        match workers::fetch(remote, &name, key, beside).await {
            Ok(fetched) => return Ok(fetched),
            Err(trouble) if is_named || !is_of_copy(trouble.fault) => return Err(said(&trouble)),
            Err(trouble) => {
                let why = i18n::offsite(Language::English, &trouble);
                log::write_line(&format!("warning: {name}: {why} An older one is tried."));
                first.get_or_insert(trouble);
            }
        }
    }
    Err(said(&first.unwrap_or(OffsiteFault::NoCopies.into())))
}

/// Returns the copies that are tried, in this order.
fn choose(
    copies: &[ListedCopy],
    named: Option<&str>,
    key: &RecoveryKey,
) -> Result<Vec<CopyName>, OffsiteTrouble> {
    let name = |copy: &ListedCopy| CopyName {
        made: copy.made,
        shop: copy.shop.clone(),
    };
    if let Some(named) = named {
        let found = CopyName::read(named).filter(|(name, kind)| {
            *kind == CopyKind::Whole && copies.iter().any(|copy| copy.name == name.to_string())
        });
        let (name, _) = found.ok_or_else(|| OffsiteFault::NoSuchCopy.with(named))?;
        return Ok(vec![name]);
    }
    let newest = copies.first().ok_or(OffsiteFault::NoCopies)?;
    let mut shops: Vec<&str> = copies.iter().map(|copy| copy.shop.as_str()).collect();
    shops.sort_unstable();
    shops.dedup();
    if shops.len() > 1 {
        return Err(OffsiteFault::SeveralShops.with(shops.join(", ")));
    }
    let own = key.recipient()?.fingerprint();
    if newest.recovery_key != own {
        // An older copy that it opens is restored only if it is named: what was entered since would be lost unseen.
        let opens = copies.iter().find(|copy| copy.recovery_key == own);
        let opens = opens.map_or_else(
            || format!("fingerprint {}", newest.recovery_key),
            |copy| format!("it opens {}", copy.name),
        );
        return Err(OffsiteFault::WrongKey.with(opens));
    }
    let same = copies.iter().filter(|copy| copy.recovery_key == own);
    Ok(same.map(name).collect())
}

/// Returns whether a fault is of one copy, so that an older one may be whole.
fn is_of_copy(fault: OffsiteFault) -> bool {
    matches!(
        fault,
        OffsiteFault::Short
            | OffsiteFault::Changed
            | OffsiteFault::Damaged
            | OffsiteFault::NoCopy
            | OffsiteFault::NoSuchCopy
            | OffsiteFault::OtherShop
    )
}

fn account(from: &From, address: &str) -> Result<OffsiteAccount, Failure> {
    let endpoint = from.endpoint.as_deref().unwrap_or_default();
    let region = from.region.as_deref().unwrap_or_default();
    let place = config::offsite_place(address, endpoint, region);
    let place = place.map_err(|error| format!("--from: {}", config::offsite_said(&error)))?;
    let user = from.user.clone().or_else(|| std::env::var(USER).ok());
    let user = user.unwrap_or_default();
    let password = match user.is_empty() {
        true => None,
        false => Some(read_password(from.password_file.as_deref())?),
    };
    Ok(OffsiteAccount {
        place,
        user,
        password,
    })
}

fn read_password(file: Option<&Path>) -> Result<SecretString, Failure> {
    if let Some(file) = file {
        return Ok(read_file(file)?.trim().into());
    }
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(password.into());
    }
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Password of the place: ")?.into());
    }
    Ok(read_line()?.into())
}

/// The words are shown while they are typed: nobody types 24 of them blindly.
fn read_key(file: Option<&Path>) -> Result<RecoveryKey, Failure> {
    let text = match file {
        Some(file) => read_file(file)?,
        None => {
            if std::io::stdin().is_terminal() {
                let mut out = std::io::stderr();
                out.write_all(b"Recovery key, 24 words on one line or AGE-SECRET-KEY-1...: ")?;
                out.flush()?;
            }
            read_line()?
        }
    };
    RecoveryKey::parse(&text.into()).map_err(|trouble| said(&trouble))
}

fn read_file(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let opened = std::fs::File::open(file);
    let read = opened.and_then(|file| file.take(LINE).read_to_string(&mut text));
    read.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text)
}

fn read_line() -> Result<String, Failure> {
    let mut line = Vec::new();
    // Byte by byte, so that the next line stays for the next question.
    for byte in std::io::stdin().lock().take(LINE).bytes() {
        match byte? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    let line = String::from_utf8(line)?;
    Ok(line.trim_end_matches('\r').to_owned())
}

fn line(copy: &ListedCopy) -> String {
    format!(
        "{}  {}  {:.1} MiB  {} tasks  key {}\n",
        copy.name,
        copy.made.strftime("%Y-%m-%d %H:%M UTC"),
        copy.bytes as f64 / MIB,
        copy.tasks,
        copy.recovery_key
    )
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
