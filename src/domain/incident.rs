//! Incidents that the running server records for an operator who looks later.

use jiff::{Timestamp, ToSpan};

words! {
    /// Kind of an incident. A new kind needs its word here, and a sentence in `doctor` and on the
    /// staff page.
    IncidentKind {
        // The wall clock was set back; the amount is in seconds.
        ClockSetBack = "CLOCK_SET_BACK",
        // A clock that ran ahead dated this many rows.
        RowsAhead = "ROWS_AHEAD",
        // Another program receives updates with the bot token; the amount is unused.
        OtherFetcher = "OTHER_FETCHER",
    }
}

/// The last incident of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    pub kind: IncidentKind,
    pub at: Timestamp,
    pub amount: i64,
}

impl Incident {
    /// Returns whether the incident is still worth showing. One dated in the future is: the clock
    /// was set back after it.
    pub fn is_news(&self, now: Timestamp) -> bool {
        let minutes = match self.kind {
            IncidentKind::ClockSetBack | IncidentKind::RowsAhead => 24 * 60,
            // Recorded again every minute while it lasts.
            IncidentKind::OtherFetcher => 15,
        };
        let end = self.at.saturating_add(minutes.minutes());
        end.is_ok_and(|end| end > now)
    }
}
