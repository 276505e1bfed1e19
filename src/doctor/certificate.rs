//! Check of the HTTPS certificate.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::certificate::{self, Validity};
use crate::config::{Certificate, Config};

const ABOUT: &str = "certificate";
/// File-name prefix under which `rustls-acme` caches certificates.
const KEPT: &str = "cached_cert_";

/// Returns nothing when another program terminates TLS.
pub(super) fn examine(config: &Config, now: Timestamp) -> Option<Finding> {
    let tls = config.tls.as_ref()?;
    let url = config.settings.public_url.as_ref();
    let host = url.map_or("", |url| url.host());
    Some(look(&tls.certificate, host, now))
}

fn look(settings: &Certificate, host: &str, now: Timestamp) -> Finding {
    let (chain, advice) = match settings {
        Certificate::Files { certificate, key } => (
            certificate::read(certificate, key).map(|read| read.cert),
            "Renew the files; the server reloads them",
        ),
        Certificate::Acme { cache, .. } => {
            let Some(kept) = newest(cache) else {
                let said = format!("no certificate in {} yet", cache.display());
                let advice = "Start the server, which obtains one; if it is running, see its log for the reason";
                return Finding::warning(ABOUT, said, advice);
            };
            let advice = "Check that port 443 of tls.domain reaches this server; see its log for the \
                          authority's response";
            (certificate::chain(&kept), advice)
        }
    };
    let chain = match chain {
        Ok(chain) => chain,
        Err(said) => return Finding::failure(ABOUT, said, "Correct the setting"),
    };
    if !certificate::is_for(&chain[0], host) {
        let said = format!("it isn't valid for {host}");
        let advice = "Obtain one for that name, or correct `public_url`";
        return Finding::failure(ABOUT, said, advice);
    }
    match certificate::validity(&chain[0]) {
        Some(validity) => judge(validity, now, advice),
        None => Finding::failure(ABOUT, "it can't be read", advice),
    }
}

fn judge(Validity { from, until }: Validity, now: Timestamp, advice: &str) -> Finding {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    if now < from {
        let said = format!("it isn't valid before {}", day(from));
        return Finding::failure(
            ABOUT,
            said,
            "Check the clock, or obtain another certificate",
        );
    }
    let (whole, left) = (until.duration_since(from), until.duration_since(now));
    if left <= SignedDuration::ZERO {
        Finding::failure(ABOUT, format!("it expired on {}", day(until)), advice)
    } else if left < whole / 10 {
        // Regular renewal happens long before the last tenth of the validity.
        Finding::warning(ABOUT, format!("it expires on {}", day(until)), advice)
    } else {
        Finding::ok(ABOUT, format!("valid until {}", day(until)))
    }
}

/// Returns the most recently obtained certificate.
fn newest(cache: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(cache).ok()?.filter_map(Result::ok);
    let kept = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(KEPT));
    let newest = kept.max_by_key(|entry| entry.metadata().and_then(|m| m.modified()).ok());
    Some(newest?.path())
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn the_last_tenth_is_a_warning_and_beyond_is_a_failure() {
        let at = |day: &str| format!("{day}T00:00:00Z").parse::<Timestamp>().unwrap();
        let validity = Validity {
            from: at("2026-01-01"),
            until: at("2026-04-01"),
        };
        for (day, level) in [
            ("2025-12-31", Level::Failure),
            ("2026-01-01", Level::Ok),
            ("2026-03-22", Level::Ok),
            ("2026-03-24", Level::Warning),
            ("2026-04-01", Level::Failure),
        ] {
            assert_eq!(judge(validity, at(day), "").level, level, "{day}");
        }
    }
}
