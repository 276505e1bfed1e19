//! What the running server has noticed, and somebody should know who looks later.

use jiff::{Timestamp, ToSpan};

words! {
    /// A kind of incident. A new one needs its word here, and a sentence in `doctor` and on the
    /// page of the staff.
    IncidentKind {
        // The wall clock was set back; the amount is in seconds.
        ClockSetBack = "CLOCK_SET_BACK",
        // A clock that was ahead had dated so many rows.
        RowsAhead = "ROWS_AHEAD",
        // Another program fetches with the bot's token; the amount says nothing.
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
    /// Whether it is worth telling still. One that lies ahead is: the clock was set back after it.
    pub fn is_news(&self, now: Timestamp) -> bool {
        let minutes = match self.kind {
            IncidentKind::ClockSetBack | IncidentKind::RowsAhead => 24 * 60,
            // It comes again every minute as long as it lasts.
            IncidentKind::OtherFetcher => 15,
        };
        let end = self.at.saturating_add(minutes.minutes());
        end.is_ok_and(|end| end > now)
    }
}
