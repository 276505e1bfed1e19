//! Check of outgoing webhooks, from the state in the database.

use jiff::Timestamp;

use super::{Finding, age};
use crate::config::{Webhook, host};
use crate::domain::{HookSource, HookStanding};

const ABOUT: &str = "webhooks";

pub(super) fn examine(all: &[Webhook], known: &[HookStanding], now: Timestamp) -> Vec<Finding> {
    let registered = known.iter().filter(|standing| {
        let url = &standing.hook.url;
        !all.iter().any(|webhook| webhook.url == *url)
    });
    let registered = registered.filter(|standing| standing.hook.source == HookSource::Owner);
    let registered =
        registered.map(|standing| delivery_finding(standing.hook.host(), standing, now));
    let look = |webhook: &Webhook| {
        let host = host(&webhook.url).unwrap_or_default();
        match known
            .iter()
            .find(|standing| standing.hook.url == webhook.url)
        {
            Some(standing) => delivery_finding(&host, standing, now),
            None => Finding::ok(ABOUT, format!("{host}: no server has used it yet")),
        }
    };
    all.iter().map(look).chain(registered).collect()
}

fn delivery_finding(host: &str, standing: &HookStanding, now: Timestamp) -> Finding {
    let HookStanding {
        hook,
        waiting,
        oldest,
        detail,
        undelivered,
    } = standing;
    if let Some(since) = hook.paused {
        let since = age(since, now);
        let said = format!("{host}: paused for {since}, {waiting} deliveries waiting");
        return Finding::ok(ABOUT, said);
    }
    if let Some(since) = hook.failing.filter(|_| hook.has_failed_long(now)) {
        return Finding::warning(
            ABOUT,
            format!(
                "{host}: every attempt has failed for {}: {detail}",
                age(since, now)
            ),
            "Check that program and its log, or pause or delete the webhook",
        );
    }
    match (oldest, undelivered) {
        (Some(oldest), _) if !detail.is_empty() => Finding::warning(
            ABOUT,
            format!(
                "{host}: {waiting} deliveries waiting, the oldest for {}: {detail}",
                age(*oldest, now)
            ),
            "Check that program and its log; after 72 hours a delivery is no longer retried",
        ),
        (_, 1..) => Finding::warning(
            ABOUT,
            format!("{host}: {undelivered} deliveries failed for good"),
            "Let that program reload everything, or retry them on the page “Staff”",
        ),
        _ => Finding::ok(ABOUT, format!("{host}: {waiting} deliveries waiting")),
    }
}
