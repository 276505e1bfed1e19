//! Check of the system clock and of its past changes.

use jiff::Timestamp;

use super::{Finding, age, length};
use crate::domain::{Incident, IncidentKind};
use crate::store::health::Health;

/// Date of an early release: a correct clock never shows less.
const EARLIEST: &str = "2026-01-01T00:00:00Z";

/// Checks whether the clock is plausible, now and recently.
pub(super) fn examine(health: Option<&Health>, now: Timestamp) -> Finding {
    let about = "clock";
    let advice = "Set the clock, preferably by time synchronisation: `timedatectl set-ntp true`";
    let earliest = EARLIEST.parse().unwrap_or(Timestamp::MIN);
    let shown = now.strftime("%Y-%m-%d %H:%M:%SZ");
    let past = health
        .map(|health| past(health, now))
        .unwrap_or_default()
        .join("; ");
    match health.and_then(|health| health.newest_event) {
        _ if now < earliest => Finding::failure(
            about,
            format!("{shown} is earlier than this program's release"),
            advice,
        ),
        Some(event) if now < event => {
            let event = event.strftime("%Y-%m-%d %H:%M:%SZ");
            let said = format!("{shown} is before the newest change of a task, at {event}");
            let said = match past.is_empty() {
                true => said,
                false => format!("{said}; {past}"),
            };
            Finding::failure(about, said, advice)
        }
        _ if !past.is_empty() => Finding::warning(about, format!("{shown}; {past}"), advice),
        _ => Finding::ok(about, shown.to_string()),
    }
}

/// Lists the recorded incidents of the clock.
fn past(health: &Health, now: Timestamp) -> Vec<String> {
    let rows_ahead = Some(health.ahead).filter(|rows| *rows > 0);
    let rows_ahead =
        rows_ahead.map(|rows| format!("{} dated by a clock that was ahead", counted(rows)));
    let tell = |incident: &Incident| {
        let ago = age(incident.at, now);
        match incident.kind {
            IncidentKind::ClockSetBack => {
                let by = length(incident.amount);
                Some(format!("it was set back by {by}, {ago} ago"))
            }
            IncidentKind::RowsAhead => {
                let rows = counted(incident.amount);
                Some(format!(
                    "{rows} dated too far in the future, made due {ago} ago"
                ))
            }
            IncidentKind::OtherFetcher => None,
        }
    };
    let told = health.incidents.iter().filter_map(tell);
    rows_ahead.into_iter().chain(told).collect()
}

fn counted(rows: i64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        _ => format!("{rows} rows"),
    }
}
