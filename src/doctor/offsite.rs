//! Check of the copies on another machine, by what the server has recorded: no place is connected to.

use jiff::Timestamp;

use super::{Finding, Kept, age, size};
use crate::config::Config;
use crate::domain::{Offsite, OffsitePlace, is_late};

const ABOUT: &str = "copies on another machine";

/// Checks them, if a place is chosen.
pub(super) fn examine(config: &Config, kept: &Kept, now: Timestamp) -> Option<Finding> {
    let offsite = kept.settings.offsite.as_ref()?;
    let place = &offsite.address;
    if let Some(missing) = missing(config, kept, offsite) {
        let advice = "Until then no copies are made";
        return Some(Finding::failure(
            ABOUT,
            format!("{place}: {missing}"),
            advice,
        ));
    }
    let known = &kept.attempts;
    let trouble = known
        .last
        .as_ref()
        .and_then(|last| last.outcome.as_ref().err());
    let trouble = trouble.map_or_else(String::new, |trouble| {
        format!("; the last attempt failed: {trouble}")
    });
    let advice = "See the server's log, or try `zayavka backup --offsite`";
    let good = known
        .good
        .as_ref()
        .and_then(|good| Some((good.ended, good.outcome.as_ref().ok()?, &good.place)));
    let timezone = &kept.settings.shop.timezone;
    Some(match good {
        None => {
            let late = known
                .since
                .is_some_and(|since| is_late(since, now, timezone));
            let said = format!("{place}: none was made yet{trouble}");
            match late {
                true => Finding::failure(ABOUT, said, advice),
                false => {
                    Finding::warning(ABOUT, said, "The running server makes the first at once")
                }
            }
        }
        Some((made, copy, place)) => {
            let said = format!(
                "{place}: {} is the newest, {} old, {}{trouble}",
                copy.name,
                age(made, now),
                size(copy.bytes)
            );
            match is_late(made, now, timezone) {
                true => Finding::failure(ABOUT, said, advice),
                false if known.failures > 0 => Finding::warning(ABOUT, said, advice),
                false => Finding::ok(ABOUT, said),
            }
        }
    })
}

fn missing(config: &Config, kept: &Kept, offsite: &Offsite) -> Option<&'static str> {
    let needs_password =
        !offsite.user.is_empty() || matches!(offsite.place, OffsitePlace::S3 { .. });
    let has_password = config.offsite.password.is_some() || kept.offsite_password.is_some();
    match offsite.recipient {
        None => Some("there is no recovery key; `zayavka recovery-key` makes one"),
        Some(_) if needs_password && !has_password => Some("there is no password"),
        Some(_) => None,
    }
}
