//! Settings of copies on another machine.

use std::num::NonZeroU32;
use std::path::PathBuf;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::raw::{Raw, RawOffsite, Sources};
use super::shop::problem;
use super::values::{invalid, on_this_machine, secret, wrong};
use super::{ConfigError, Result};
use crate::domain::{Keep, Offsite, OffsitePlace, Origin, Problem, Recipient, SettingKey as Key};

/// The region that storages take which have none.
const REGION: &str = "us-east-1";
/// Maximum number of days, weeks or months.
const MOST: usize = 1_000;
/// Minimum speed, in KiB a second: with less, a piece would take so long that it seems lost.
const SLOWEST: u32 = 16;
const WHY_ADDRESS: &str = "write webdavs://host/folder or s3://bucket/prefix";

/// What the file and the environment set beyond what owners change in the browser.
#[derive(Debug)]
pub struct OffsiteAccess {
    /// The password or the secret access key, and where it is set; `None` leaves it to the owners.
    pub password: Option<(SecretString, Origin)>,
    /// File with certificate authorities beside those of the system.
    pub ca_file: Option<PathBuf>,
}

impl OffsiteAccess {
    pub(super) fn check(raw: RawOffsite, sources: &Sources) -> Result<Self> {
        let keys = ["offsite.password", "offsite.password_file"];
        let is_set = raw.password.is_some() || raw.password_file.is_some();
        // Whoever could choose another place would be sent the secret.
        if is_set && raw.address.as_deref().unwrap_or_default().is_empty() {
            return Err(wrong("offsite.address", "set it beside offsite.password"));
        }
        let password = secret(keys, raw.password, raw.password_file)?;
        let password = password.filter(|password| !password.expose_secret().is_empty());
        let origin = keys.iter().find_map(|key| sources.origin_of(key));
        Ok(Self {
            password: password.zip(origin),
            ca_file: raw.ca_file.filter(|file| !file.as_os_str().is_empty()),
        })
    }
}

impl RawOffsite {
    /// Returns where copies go; `None` when none are made.
    pub(super) fn check(&self) -> Result<Option<Offsite>> {
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
        let (address, endpoint, region) = (
            text(&self.address),
            text(&self.endpoint),
            text(&self.region),
        );
        if address.is_empty() {
            return Ok(None);
        }
        let key = text(&self.recovery_key);
        let recipient = match key.is_empty() {
            true => None,
            false => Some(
                Recipient::parse(Key::OffsiteRecoveryKey.word(), &key).map_err(|error| {
                    let why = "write the public half of a recovery key, which begins with age1";
                    invalid(Key::OffsiteRecoveryKey, problem(error), why)
                })?,
            ),
        };
        let count = |key: Key, text: &str| {
            let count = text.trim().parse().ok().filter(|count| *count <= MOST);
            count.ok_or_else(|| {
                let why = format!("write a number from 0 to {MOST}");
                invalid(key, Problem::CountMalformed, why)
            })
        };
        let bandwidth = match &*text(&self.bandwidth) {
            "" => None,
            speed => {
                let speed = speed.parse().ok().filter(|speed| *speed >= SLOWEST);
                Some(speed.and_then(NonZeroU32::new).ok_or_else(|| {
                    let why = format!("write KiB a second, {SLOWEST} or more, or nothing");
                    invalid(Key::OffsiteBandwidth, Problem::CountMalformed, why)
                })?)
            }
        };
        Ok(Some(Offsite {
            place: place(&address, &endpoint, &region)?,
            address,
            user: text(&self.user),
            recipient,
            keep: Keep {
                days: count(Key::OffsiteKeepDays, &self.keep_days)?,
                weeks: count(Key::OffsiteKeepWeeks, &self.keep_weeks)?,
                months: count(Key::OffsiteKeepMonths, &self.keep_months)?,
            },
            bandwidth,
        }))
    }
}

impl Raw {
    /// Returns the value of one of these settings as text.
    pub(super) fn offsite_text(&self, key: Key) -> String {
        let offsite = &self.offsite;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match key {
            Key::OffsiteAddress => text(&offsite.address),
            Key::OffsiteEndpoint => text(&offsite.endpoint),
            Key::OffsiteRegion => text(&offsite.region),
            Key::OffsiteUser => text(&offsite.user),
            Key::OffsiteRecoveryKey => text(&offsite.recovery_key),
            Key::OffsiteKeepDays => offsite.keep_days.clone(),
            Key::OffsiteKeepWeeks => offsite.keep_weeks.clone(),
            Key::OffsiteKeepMonths => offsite.keep_months.clone(),
            Key::OffsiteBandwidth => text(&offsite.bandwidth),
            _ => String::new(),
        }
    }
}

/// Parses the address of a place: `webdavs://host/folder`, or `s3://bucket/prefix` with the endpoint of the storage and
/// its region, which may be empty. `webdav` means the same as `webdavs`; without encryption only this machine is reached.
///
/// # Errors
/// Names the key of what is wrong.
pub fn place(address: &str, endpoint: &str, region: &str) -> Result<OffsitePlace> {
    let wrong = || invalid(Key::OffsiteAddress, Problem::OffsiteAddress, WHY_ADDRESS);
    let (scheme, rest) = address.trim().split_once("://").ok_or_else(wrong)?;
    match &*scheme.to_lowercase() {
        "webdav" | "webdavs" => {
            let is_plain = scheme.eq_ignore_ascii_case("webdav");
            let local = format!("http://{rest}");
            let url = match is_plain && on_this_machine(&local) {
                true => local,
                false => format!("https://{rest}"),
            };
            let url = plain_url(&url).ok_or_else(wrong)?;
            Ok(OffsitePlace::WebDav { url })
        }
        "s3" => {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(in_name) {
                return Err(wrong());
            }
            Ok(OffsitePlace::S3 {
                endpoint: check_endpoint(endpoint)?,
                region: match region.trim() {
                    "" => REGION.to_owned(),
                    region if region.chars().all(in_name) => region.to_owned(),
                    _ => {
                        let why = "write it as the storage names it, for example ru-central1";
                        return Err(invalid(Key::OffsiteRegion, Problem::ChoiceUnknown, why));
                    }
                },
                bucket: bucket.to_owned(),
                prefix: prefix.trim_matches('/').to_owned(),
            })
        }
        _ => Err(wrong()),
    }
}

fn check_endpoint(text: &str) -> Result<String> {
    let invalid = |problem, why: &str| invalid(Key::OffsiteEndpoint, problem, why);
    let text = text.trim();
    if text.is_empty() {
        let why = "write the address of the storage, for example https://storage.yandexcloud.net";
        return Err(invalid(Problem::OffsiteIncomplete, why));
    }
    let url = match text.contains("://") {
        true => text.to_owned(),
        false => format!("https://{text}"),
    };
    let url = plain_url(&url);
    let url = url.filter(|url| url.starts_with("https://") || on_this_machine(url));
    url.ok_or_else(|| {
        let why = "write an https address, for example https://storage.yandexcloud.net";
        invalid(Problem::OffsiteAddress, why)
    })
}

/// Returns a URL of host and path alone, without a slash at its end; `None` for another one. User and password have
/// settings of their own, since this one is shown.
fn plain_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// Returns the error as a person at the terminal reads it, without the name of a setting that they didn't write.
pub fn said(error: &ConfigError) -> String {
    match error {
        ConfigError::Key { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_one_place_and_never_contains_a_password() {
        let url = |address: &str| match place(address, "", "") {
            Ok(OffsitePlace::WebDav { url }) => Some(url),
            _ => None,
        };
        let dav = "webdavs://Disk.Example.com/My Folder/";
        assert_eq!(url(dav).unwrap(), "https://disk.example.com/My%20Folder");
        let dav = "webdav://webdav.yandex.ru/zayavka";
        assert_eq!(url(dav).unwrap(), "https://webdav.yandex.ru/zayavka");
        let dav = "webdav://127.0.0.1:8080/copies";
        assert_eq!(url(dav).unwrap(), "http://127.0.0.1:8080/copies");
        let dav = "webdavs://127.0.0.1:8080";
        assert_eq!(url(dav).unwrap(), "https://127.0.0.1:8080");
        for wrong in [
            "",
            "disk.example.com",
            "https://disk.example.com/",
            "ftp://disk.example.com/",
            "webdavs://",
            "webdavs://user:secret@disk.example.com/",
            "webdavs://disk.example.com/?token=1",
            "s3://ab/",
            "s3://bücket/",
        ] {
            assert!(
                place(wrong, "https://s3.example.com", "").is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_bucket_needs_its_endpoint() {
        let s3 = |endpoint: &str| place("s3://bucket/shops/one/", endpoint, "");
        let expected = OffsitePlace::S3 {
            endpoint: "https://storage.yandexcloud.net".into(),
            region: REGION.into(),
            bucket: "bucket".into(),
            prefix: "shops/one".into(),
        };
        assert_eq!(s3("storage.yandexcloud.net").unwrap(), expected);
        assert_eq!(s3("https://storage.yandexcloud.net/").unwrap(), expected);
        for wrong in [
            "",
            "http://storage.yandexcloud.net",
            "https://a:b@c.example.com",
        ] {
            assert!(s3(wrong).is_err(), "{wrong}");
        }
    }
}
