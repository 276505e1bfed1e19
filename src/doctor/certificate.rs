//! The certificate that HTTPS shows.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Finding;
use crate::certificate::{self, Validity};
use crate::config::{Certificate, Config, host};

const ABOUT: &str = "certificate";
/// How `rustls-acme` names what it keeps of the authority's answer.
const KEPT: &str = "cached_cert_";

/// Nothing where another program answers HTTPS.
pub(super) fn examine(config: &Config, now: Timestamp) -> Option<Finding> {
    let tls = config.tls.as_ref()?;
    let (shown, advice) = match &tls.certificate {
        Certificate::Files { certificate, key } => {
            let read = certificate::read(certificate, key).map(|read| read.cert);
            (
                read,
                "Renew the files; the server reads them again by itself",
            )
        }
        Certificate::Acme { cache, .. } => {
            let Some(kept) = newest(cache) else {
                let said = format!("there is none in {} yet", cache.display());
                let advice = "Start the server, which gets one; if it runs, its log says why not";
                return Some(Finding::warning(ABOUT, said, advice));
            };
            let advice = "See that port 443 of tls.domain is this server; its log says what the \
                          authority answered";
            (certificate::chain(&kept), advice)
        }
    };
    let chain = match shown {
        Ok(chain) => chain,
        Err(said) => return Some(Finding::failure(ABOUT, said, "Correct that")),
    };
    let first = &chain[0];
    let host = config
        .public_url
        .as_deref()
        .and_then(host)
        .unwrap_or_default();
    if !certificate::is_for(first, &host) {
        let said = format!("browsers don't take it for {host}'s");
        let advice = "Get one for that name, or correct `public_url`";
        return Some(Finding::failure(ABOUT, said, advice));
    }
    let Some(validity) = certificate::validity(first) else {
        return Some(Finding::failure(ABOUT, "it can't be read", advice));
    };
    Some(judge(validity, now, advice))
}

fn judge(Validity { from, until }: Validity, now: Timestamp, advice: &str) -> Finding {
    let day = until.strftime("%Y-%m-%d");
    // Whoever renews in time does so long before the last tenth.
    let whole = until.duration_since(from);
    let left = until.duration_since(now);
    match () {
        () if now < from => {
            let said = format!("it holds from {} on", from.strftime("%Y-%m-%d"));
            Finding::failure(ABOUT, said, "Check the clock, or get another one")
        }
        () if until <= now => Finding::failure(ABOUT, format!("it ended on {day}"), advice),
        () if left < whole / 10 => Finding::warning(ABOUT, format!("it ends on {day}"), advice),
        () => Finding::ok(ABOUT, format!("good until {day}")),
    }
}

/// The certificate that was fetched last.
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
