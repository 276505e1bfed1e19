//! Diagnosis of an installation: checks everything that commonly goes wrong, and gives advice on
//! each finding. It changes and creates nothing, and works with or without a running server.

mod certificate;
mod channels;
mod clock;
mod max;
mod offsite;
mod place;
mod telegram;
mod telegram_advice;
mod webhooks;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{Backups, BotToken, Incident, MaxToken, Settings, Shop, chain};
use crate::store::digest::{self, Proof};
use crate::store::health::{self, Health};
use crate::store::offsite::Attempts;
use crate::store::rotation;

/// Size in bytes from which the write-ahead log evidently isn't checkpointed any more.
const LONG_LOG: u64 = 64 * MIB;
const MIB: u64 = 1024 * 1024;

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Ok,
    Warning,
    Failure,
}

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    pub about: &'static str,
    pub said: String,
    /// Advice; empty when nothing needs to be done.
    pub advice: String,
}

impl Finding {
    fn ok(about: &'static str, said: impl Into<String>) -> Self {
        Self::new(Level::Ok, about, said, "")
    }

    fn warning(about: &'static str, said: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Level::Warning, about, said, advice)
    }

    fn failure(about: &'static str, said: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Level::Failure, about, said, advice)
    }

    fn new(
        level: Level,
        about: &'static str,
        said: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            level,
            about,
            said: said.into(),
            advice: advice.into(),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Failure => "failure",
        };
        write!(f, "{level:<8} {}: {}", self.about, self.said)?;
        match self.advice.is_empty() {
            true => Ok(()),
            false => write!(f, ". {}", self.advice),
        }
    }
}

/// Runs all checks with the configuration in `file` and the environment.
pub async fn examine(file: Option<&Path>, clock: &Clock) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(config) = configuration(file, &mut findings) {
        findings.extend(look_at(&config, clock).await);
    }
    findings
}

/// Runs all checks for a configuration.
pub async fn look_at(config: &Config, clock: &Clock) -> Vec<Finding> {
    let now = clock.now();
    let mut of_database = Vec::new();
    let kept = match config.database.exists() {
        true => database(config, now, &mut of_database),
        false => {
            of_database.push(clock::examine(None, now));
            Kept::of(config)
        }
    };
    let mut findings = vec![time_zone(&kept.settings.shop, now)];
    findings.extend(place::examine(&config.database));
    findings.extend(of_database);
    findings.push(backups(kept.settings.backups.as_ref(), now));
    findings.extend(offsite::examine(config, &kept, now));
    findings.extend(certificate::examine(config, now));
    findings.extend(telegram::examine(config, &kept, now).await);
    findings.extend(channels::examine(config, &kept).await);
    findings.extend(max::examine(config, &kept).await);
    findings
}

/// What the database tells of the installation.
struct Kept {
    /// The settings with those that owners changed in the browser.
    settings: Settings,
    /// The bot's token that an owner connected.
    bot_token: Option<BotToken>,
    /// The same of the bot at MAX.
    max_token: Option<MaxToken>,
    /// The secrets of SMS and e-mail that an owner gave.
    sms_key: Option<SecretString>,
    mail_password: Option<SecretString>,
    /// The password of the place of copies that an owner gave, and the attempts to make one.
    offsite_password: Option<SecretString>,
    attempts: Attempts,
    /// What the server has recorded.
    incidents: Vec<Incident>,
}

impl Kept {
    /// What the configuration alone tells.
    fn of(config: &Config) -> Self {
        Self {
            settings: config.settings.clone(),
            bot_token: None,
            max_token: None,
            sms_key: None,
            mail_password: None,
            offsite_password: None,
            attempts: Attempts::default(),
            incidents: Vec::new(),
        }
    }
}

/// Loads the configuration; without the bot's settings if only those are invalid.
fn configuration(file: Option<&Path>, findings: &mut Vec<Finding>) -> Option<Config> {
    let about = "configuration";
    let from = file.map_or_else(
        || "defaults, since there is no config.toml here".to_owned(),
        |file| file.display().to_string(),
    );
    match Config::load(file) {
        Ok(config) => {
            findings.push(Finding::ok(about, from));
            Some(config)
        }
        Err(error) => {
            let advice = "Correct the value; `zayavka config` shows where each value comes from";
            let said = chain(&error);
            let said = said.strip_prefix("configuration: ").unwrap_or(&said);
            findings.push(Finding::failure(about, said, advice));
            Config::load_without_bot(file).ok()
        }
    }
}

fn time_zone(shop: &Shop, now: Timestamp) -> Finding {
    let name = shop.timezone.iana_name().unwrap_or("without a name");
    let there = now.to_zoned(shop.timezone.clone());
    let there = there.strftime("%Y-%m-%d %H:%M");
    Finding::ok("time zone", format!("{name}, where it is {there}"))
}

/// Checks the database, and returns what it tells of the installation.
fn database(config: &Config, now: Timestamp, findings: &mut Vec<Finding>) -> Kept {
    match health::examine(&config.database, now) {
        Ok(health) => {
            findings.push(integrity(&health));
            findings.extend(sums(&health));
            findings.push(schema(&health));
            findings.push(log(&health));
            findings.push(clock::examine(Some(&health), now));
            findings.extend(webhooks::examine(&config.webhooks, &health.webhooks, now));
            let settings = config.sources.settings(&health.settings);
            Kept {
                settings: settings.unwrap_or_else(|error| {
                    let advice = "The server uses the default instead; set it again in the browser";
                    findings.push(Finding::warning("settings", chain(&error), advice));
                    config.settings.clone()
                }),
                bot_token: health.bot_token,
                max_token: health.max_token,
                sms_key: health.sms_key.map(|key| key.0),
                mail_password: health.mail_password.map(|password| password.0),
                offsite_password: health.offsite_password.map(|password| password.0),
                attempts: health.attempts,
                incidents: health.incidents,
            }
        }
        Err(flaw) => {
            let advice = "If it is damaged, stop the server and run `zayavka restore` with the \
                          newest backup; if it can't be read, run this as the server's user or as root";
            findings.push(Finding::failure("integrity", chain(&flaw), advice));
            findings.push(clock::examine(None, now));
            Kept::of(config)
        }
    }
}

fn integrity(health: &Health) -> Finding {
    let about = "integrity";
    let restore = "Stop the server and run `zayavka restore` with the newest backup";
    if let Some(damage) = &health.damage {
        return Finding::failure(about, format!("damaged: {damage}"), restore);
    }
    if !health.schema.strange.is_empty() {
        let advice = "The schema was modified: find out by whom, then stop the server and run `zayavka restore` \
                      with a backup from before";
        return Finding::failure(about, health.schema.strange.join("; "), advice);
    }
    if !health.values.is_empty() {
        let advice = "Pages that show these fail. Stop the server, correct the values by SQL on a copy, or run \
                      `zayavka restore` with a backup from before";
        return Finding::failure(about, health.values.to_string(), advice);
    }
    Finding::ok(about, format!("{} of data, intact", size(health.bytes)))
}

/// Checks the sums, if they could be compared.
fn sums(health: &Health) -> Option<Finding> {
    let wrong = health.sums.as_ref()?;
    Some(match wrong.is_empty() {
        true => Finding::ok("sums", "those of hand-overs and shifts are right"),
        false => Finding::failure(
            "sums",
            wrong.to_string(),
            "Reports, debts or drawers are wrong by them. Find out which program wrote these rows; correct them by \
             SQL on a copy, or run `zayavka restore` with a backup from before",
        ),
    })
}

/// Checks the schema. A schema newer than the program's can't be examined.
fn schema(health: &Health) -> Finding {
    let about = "schema";
    let (found, known) = (health.schema_version, health.known_version);
    let own = &health.schema.own;
    if !own.is_empty() {
        let said = format!(
            "version {found}; the database contains foreign objects: {}",
            own.join(", ")
        );
        let advice = "If you didn't create them, find out who did";
        return Finding::warning(about, said, advice);
    }
    match found == known {
        true => Finding::ok(about, format!("version {found}")),
        false => Finding::warning(
            about,
            format!("version {found}; this program's is {known}"),
            "The next start migrates it, after making a copy",
        ),
    }
}

fn log(health: &Health) -> Finding {
    let about = "write-ahead log";
    let said = size(health.log_bytes);
    match health.log_bytes > LONG_LOG {
        false => Finding::ok(about, said),
        true => Finding::warning(
            about,
            said,
            "Some program holds an old snapshot of the database: end it, or restart the server",
        ),
    }
}

fn backups(settings: Option<&Backups>, now: Timestamp) -> Finding {
    let about = "backups";
    let Some(settings) = settings else {
        let advice = "Set the three keys of [backup], or run `zayavka backup` regularly";
        return Finding::warning(about, "the server makes none", advice);
    };
    let folder = settings.dir.display();
    let newest = match rotation::newest(&settings.dir, now) {
        Err(error) => {
            let advice = "The server creates the directory if its parent exists and is writable";
            return Finding::failure(about, format!("{folder}: {error}"), advice);
        }
        Ok(newest) => newest,
    };
    let advice = "Start the server; if it is running, see its log for the reason";
    let Some((made, path)) = newest else {
        return Finding::failure(about, format!("none in {folder}"), advice);
    };
    let (changed, said) = match proof(&settings.dir) {
        Err(error) => {
            return Finding::failure(about, format!("{folder}: {error}"), "Run this as root");
        }
        Ok(proof) => proof,
    };
    if let Some(path) = changed {
        let said = format!("{} was modified after it was made", path.display());
        let advice =
            "The disk may be failing: use another backup, and make a new one on another disk";
        return Finding::failure(about, said, advice);
    }
    let said = format!(
        "{} is the newest, {} old; {said}",
        path.display(),
        age(made, now)
    );
    let late = made
        .saturating_add(2 * settings.every)
        .is_ok_and(|late| late < now);
    match late {
        false => Finding::ok(about, said),
        true => Finding::failure(about, said, advice),
    }
}

/// Compares each backup with its digest: returns the first one that was modified, or else a
/// summary.
fn proof(folder: &Path) -> std::io::Result<(Option<PathBuf>, String)> {
    let (mut unchanged, mut missing) = (0, 0);
    for (_, path) in rotation::list(folder)? {
        match digest::check(&path)? {
            Proof::Unchanged => unchanged += 1,
            Proof::Missing => missing += 1,
            Proof::Changed => return Ok((Some(path), String::new())),
        }
    }
    Ok((
        None,
        match missing {
            0 => format!("{unchanged} unchanged"),
            _ => format!("{unchanged} unchanged, {missing} without a digest"),
        },
    ))
}

/// Formats the time since then, roughly.
fn age(then: Timestamp, now: Timestamp) -> String {
    length(now.duration_since(then).as_secs().max(0))
}

/// Formats a duration in seconds, roughly.
fn length(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..MIB => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes / MIB),
    }
}
