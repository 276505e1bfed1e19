//! The incidents of the clock, in words.

use crate::domain::{Incident, IncidentKind};
use crate::web::text::Texts;

/// Describes an incident of the system clock.
pub(super) fn clock_incident(incident: &Incident, texts: &Texts) -> Option<String> {
    let when = ("when", texts.when(&incident.at).into());
    match incident.kind {
        IncidentKind::ClockSetBack => {
            let (unit, count) = match incident.amount {
                seconds @ ..120 => ("seconds", seconds),
                seconds @ 120..7_200 => ("minutes", seconds / 60),
                seconds @ 7_200..172_800 => ("hours", seconds / 3_600),
                seconds => ("days", seconds / 86_400),
            };
            let args = [("unit", unit.into()), ("count", count.into()), when];
            Some(texts.with("clock-set-back", args))
        }
        IncidentKind::RowsAhead => {
            let args = [("count", incident.amount.into()), when];
            Some(texts.with("clock-rows-ahead", args))
        }
        IncidentKind::OtherFetcher => None,
    }
}
