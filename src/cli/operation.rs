//! Commands of operations: backup, restore, doctor, health check.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{print, signals};
use crate::clock::Clock;
use crate::config::Config;
use crate::doctor::{self, Finding, Level};
use crate::failure::Failure;
use crate::https;
use crate::log;
use crate::store;

/// Time-out of the health check.
const PATIENCE: Duration = Duration::from_secs(3);

/// Maximum length of the shown response, in bytes.
const WHY: usize = 200;

pub(super) async fn backup(config: Config, path: PathBuf) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    tokio::spawn(signals::watch(stop.clone())?);
    let work = move || store::backup::make(&config.database, &path, &stop);
    let made = tokio::task::spawn_blocking(work).await??;
    for warning in &made.warnings {
        log::write_line(&format!(
            "warning: {warning}; the backup has it too, and `zayavka restore` refuses it until that is mended"
        ));
    }
    print(&format!(
        "{} is a whole copy: {} bytes, schema version {}.\n",
        made.path.display(),
        made.bytes,
        made.schema_version
    ))
}

/// Restores a backup; one whose checksum was compared before needs no file with it.
pub(super) async fn restore(
    config: Config,
    path: PathBuf,
    is_compared: bool,
) -> Result<(), Failure> {
    let (database, now) = (config.database, Clock::system().now());
    let to = database.display().to_string();
    let digest = store::digest::beside_backup(&path);
    let work = move || store::backup::restore(&database, &path, now);
    let restored = tokio::task::spawn_blocking(work).await??;
    let mut said = format!("{to} is restored");
    match restored.proved {
        true => said += ", and the backup is as it was when it was made",
        false if is_compared => said += ", and the copy is as it was when it was made",
        false => log::write_line(&format!(
            "warning: there is no {}, so nobody can tell whether the backup is still what it was when it was made",
            digest.display()
        )),
    }
    if restored.from_version != restored.version {
        let (from, to) = (restored.from_version, restored.version);
        said += &format!(", from schema version {from} to {to}");
    }
    said += ".\n";
    if let Some(aside) = restored.aside {
        said += &format!("What was there before is in {}.\n", aside.display());
    }
    said += "Everybody has to sign in again, and open invites have ended.\n";
    print(&said)
}

pub(super) async fn doctor(file: Option<&Path>) -> Result<(), Failure> {
    let findings = doctor::examine(file, &Clock::system()).await;
    let lines = findings.iter().map(|finding| format!("{finding}\n"));
    print(&lines.collect::<String>())?;
    let failure = |finding: &&Finding| finding.level == Level::Failure;
    match findings.iter().filter(failure).count() {
        0 => Ok(()),
        1 => Err("there is a failure".into()),
        count => Err(format!("there are {count} failures").into()),
    }
}

pub(super) async fn healthcheck(config: Config) -> Result<(), Failure> {
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        // The unspecified address can't be connected to.
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let url = format!("{scheme}://{address}/readyz");
    // The certificate is for the domain, and this request needs no proof of identity. A proxy would
    // resolve loopback to itself.
    let client = https::client_without_checks()
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let answer = client.get(&url).send().await;
    let answer = answer.map_err(|error| match error.is_timeout() {
        true => format!("not ready: {url} gives no answer"),
        false => format!("not ready: nobody answers at {url}"),
    })?;
    match answer.status().as_u16() {
        200 => print(&format!("ready: {url}\n")),
        status => {
            let why = https::first_line(answer, WHY).await;
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            Err(format!("not ready: {url} answers {status}{why}").into())
        }
    }
}
