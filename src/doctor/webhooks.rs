//! Check of outgoing webhooks, from the state in the database.

use jiff::Timestamp;

use super::{Finding, age};
use crate::config::{Webhook, host};
use crate::domain::HookStanding;

const ABOUT: &str = "webhooks";

pub(super) fn examine(all: &[Webhook], known: &[HookStanding], now: Timestamp) -> Vec<Finding> {
    let look = |webhook: &Webhook| {
        let host = host(&webhook.url).unwrap_or_default();
        match known.iter().find(|standing| standing.url == webhook.url) {
            Some(standing) => delivery_finding(&host, standing, now),
            None => Finding::ok(ABOUT, format!("{host}: no server has used it yet")),
        }
    };
    all.iter().map(look).collect()
}

fn delivery_finding(host: &str, standing: &HookStanding, now: Timestamp) -> Finding {
    let HookStanding {
        waiting,
        oldest,
        detail,
        undelivered,
        ..
    } = standing;
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
